import OptimizerKit

/// AggMo: the average of momentum steps with several damping coefficients.
///
///     vᵢ ← βᵢ vᵢ + g,   i = 1, 2, 3
///     x ← x − α/3 (v₁ + v₂ + v₃)
///
/// It differs from `momentum` in that the velocities hold each other back: along a flat direction the
/// slowest damping brings the speed, and the oscillation that it causes across a valley is damped by
/// the others. Weight decay is coupled unless `decoupled`. Three state variables.
///
/// Lucas et al. 2019, arXiv 1804.00325.
public struct AggMo: CoordinateRule {
  public static let name = "aggmo"
  public static let summary = "the average of momentum steps with several dampings"
  public static let source = "Lucas et al. 2019, arXiv 1804.00325"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.AggMo: learning rate 1e-3", ["lr": 1e-3])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum β₁", in: 0...1) public var beta1 = 0.0
  @Hyperparameter("momentum β₂", in: 0...1) public var beta2 = 0.9
  @Hyperparameter("momentum β₃", in: 0...1) public var beta3 = 0.99
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the velocities") public var decoupled = false

  public enum State: Int, StateNames { case v1, v2, v3 }

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.v1] = beta1 * s[.v1] + g
    s[.v2] = beta2 * s[.v2] + g
    s[.v3] = beta3 * s[.v3] + g
    x -= lr * (s[.v1] + s[.v2] + s[.v3]) / 3
  }
}
