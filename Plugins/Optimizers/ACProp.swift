import OptimizerKit

/// ACProp: gradients over how far they lay from their average, up to the step before.
///
///     x ← x − α g / (√(sₜ₋₁ / (1 − β₂ᵗ⁻¹)) + ε)
///     s ← β₂ s + (1 − β₂) (g − m)² + ε_s
///     m ← β₁ m + (1 − β₁) g
///
/// The first step divides by 1. It is `adabelief`'s deviation without its momentum, and as with
/// `adopt` the divisor does not contain the present gradient, which makes it converge where `rmsprop`
/// does not. Weight decay is decoupled. Two state variables.
///
/// Zhuang et al. 2021, arXiv 2110.05454.
public struct ACProp: CoordinateRule {
  public static let name = "acprop"
  public static let summary = "gradients over their deviation up to the step before"
  public static let source = "Zhuang et al. 2021, arXiv 2110.05454"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("optax", "optax.contrib.acprop: the same update; no default learning rate")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the average", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the squared deviation", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of s, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-16
  @Hyperparameter("ε_s, added to s at every step", in: 0..., scale: .log)
  public var epsilonRoot = 1e-16
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case m, s }

  private var power2 = RunningPower()
  private var isFirst = true
  private var correction2 = 1.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    correction2 = isFirst ? 1 : 1 / (1 - power2(beta2, step - 1))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let square = isFirst ? R(1.0) : correction2 * s[.s]
    s[.s] = beta2 * s[.s] + (1 - beta2) * (g - s[.m]).squared + epsilonRoot
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    x -= lr * (g / (square.squareRoot() + epsilon) + weightDecay * x)
  }
}
