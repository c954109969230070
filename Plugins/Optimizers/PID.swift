import OptimizerKit

/// PID: the gradient as the error of a controller, with its sum and its change.
///
///     i ← μ i + (1 − dampening) g
///     d ← μ d + (1 − μ) (g − gₜ₋₁)
///     x ← x − α (g + K_I i + K_D d)
///
/// It differs from `momentum`, which is the part K_I i, in the part K_D d, which brakes where the
/// gradient falls and so takes the overshoot out. At the first step d is 0. Weight decay is coupled
/// unless `decoupled`. Three state variables.
///
/// An et al. 2018, CVPR, "A PID Controller Approach for Stochastic Optimization of Deep Networks".
public struct PID: CoordinateRule {
  public static let name = "pid"
  public static let summary = "momentum with a derivative part against overshoot"
  public static let source = "An et al. 2018, CVPR"
  public static let family = Family.momentum
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.PID(momentum=0.9): the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-6...1) public var lr = 1e-3
  @Hyperparameter("decay μ of the sum and of the average change", in: 0...1)
  public var momentum = 0.9
  @Hyperparameter("share of each gradient that the sum leaves out", in: 0...1)
  public var dampening = 0.0
  @Hyperparameter("weight K_I of the sum", in: 0...) public var integral = 5.0
  @Hyperparameter("weight K_D of the change", in: 0...) public var derivative = 10.0
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the controller") public var decoupled = false

  public enum State: Int, StateNames { case i, d, previous }

  private var isFirst = true

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) { isFirst = step == 1 }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    let change = isFirst ? R(0.0) : g - s[.previous]
    s[.i] = momentum * s[.i] + (1 - dampening) * g
    s[.d] = momentum * s[.d] + (1 - momentum) * change
    s[.previous] = g
    x -= lr * (g + integral * s[.i] + derivative * s[.d])
  }
}
