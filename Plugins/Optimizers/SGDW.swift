import OptimizerKit

/// SGDW: momentum with decoupled weight decay.
///
///     x ← x − α λ x
///     v ← μ v + (1 − dampening) g
///     x ← x − α v,   or x ← x − α (g + μ v) with nesterov
///
/// It differs from `momentum` with weight decay in that the decay does not enter v: it acts at once, and
/// its strength does not depend on μ. What `adamw` is to `adam`. One state variable.
///
/// Loshchilov and Hutter 2019, arXiv 1711.05101.
public struct SGDW: CoordinateRule {
  public static let name = "sgdw"
  public static let summary = "momentum with decoupled weight decay"
  public static let source = "Loshchilov and Hutter 2019, arXiv 1711.05101"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.SGDW: learning rate 1e-4, no momentum, no decay",
      ["lr": 1e-4, "momentum": 0, "weightDecay": 0])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.9
  @Hyperparameter("share of each gradient but the first that is left out", in: 0...1)
  public var dampening = 0.0
  @Hyperparameter("add the gradient to μv in the step") public var nesterov = false
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 1e-2

  public enum State: Int, StateNames { case v }

  /// The share of the gradient that enters; the first one enters whole, as in torch.
  private var gain = 1.0

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) { gain = step == 1 ? 1 : 1 - dampening }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.v] = momentum * s[.v] + gain * g
    let step = nesterov ? g + momentum * s[.v] : s[.v]
    x -= lr * (step + weightDecay * x)
  }
}
