import OptimizerKit

/// Gradient descent with momentum (the heavy ball).
///
///     v ← μ v + (1 − dampening) g
///     x ← x − α v
///
/// It differs from `sgd` in summing the gradients: oscillation cancels, steady descent adds up to
/// 1/(1 − μ) times the step, and it overshoots. `nesterov` looks ahead and overshoots less. One
/// state variable.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5; the form of torch.optim.SGD.
public struct Momentum: CoordinateRule {
  public static let name = "momentum"
  public static let summary = "gradient descent with momentum (heavy ball)"
  public static let source = "Polyak 1964, doi:10.1016/0041-5553(64)90137-5"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "torch", "torch.optim.SGD(momentum=0.9): v ← μv + g, x ← x − αv; learning rate 1e-3",
      ["lr": 1e-3]),
    Preset("optax", "optax.sgd(momentum=0.9): the same update; no default learning rate"),
    Preset(
      "cs231n", "v ← μv − αg, x ← x + v: differs when α changes", ["form": "displacement"]),
  ]

  /// What the state v is.
  public enum Form: String, Choice {
    /// A sum of gradients; the learning rate multiplies it when it is applied.
    case velocity
    /// A sum of past steps; the learning rate multiplies each gradient as it comes in.
    case displacement
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.9
  @Hyperparameter("share of each gradient but the first that is left out", in: 0...1)
  public var dampening = 0.0
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("what v sums: gradients or steps") public var form = Form.velocity

  public enum State: Int, StateNames { case v }

  /// The share of the gradient that enters; the first one enters whole, as in torch.
  private var gain = 1.0

  public var stabilityLimit: Double? {
    dampening < 1 ? 2 * (1 + momentum) / (1 - dampening) : nil
  }
  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) { gain = step == 1 ? 1 : 1 - dampening }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    // μv + λx does not wait for the gradient: the processor has it ready when g arrives.
    switch form {
    case .velocity:
      s[.v] = momentum * s[.v] + gain * weightDecay * x + gain * g
      x -= lr * s[.v]
    case .displacement:
      s[.v] = momentum * s[.v] - lr * (gain * (g + weightDecay * x))
      x += s[.v]
    }
  }
}
