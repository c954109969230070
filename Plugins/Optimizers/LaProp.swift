import OptimizerKit

/// LaProp: gradients are divided by their root mean square first, and averaged afterwards.
///
///     v ← β₂ v + (1 − β₂) g²
///     m ← β₁ m + (1 − β₁) g / (√(v / (1 − β₂ᵗ)) + ε)
///     x ← x − α (m / (1 − β₁ᵗ) + λ x)
///
/// It differs from `adam` in the order alone: every gradient is divided by the v of its own time, so that
/// β₁ and β₂ can be chosen freely, and no step is longer than α / √(1 − β₂). `adopt` divides by the v
/// before. Weight decay is decoupled, αλx; the authors' file takes λ of the new x instead, without α, and
/// lets m average α along with the gradients, which differs from this under a schedule alone. Two state
/// variables.
///
/// Ziyin, Wang and Ueda 2020, arXiv 2002.04839.
public struct LaProp: CoordinateRule {
  public static let name = "laprop"
  public static let summary = "Adam that divides first and averages afterwards"
  public static let source = "Ziyin, Wang and Ueda 2020, arXiv 2002.04839"
  public static let family = Family.adaptive
  public static let presets = [
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.LaProp: the defaults here; there m averages α with the gradients")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 4e-4
  @Hyperparameter("decay β₁ of the average", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-15
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case m, v }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var correction1 = 1.0
  private var correction2 = 1.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: true)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = 1 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let root = (correction2 * s[.v]).squareRoot() + epsilon
    let scaled = R(0.0) < root ? g / root : R(0.0)
    s[.m] = beta1 * s[.m] + (1 - beta1) * scaled
    x -= lr * (correction1 * s[.m]) + lr * weightDecay * x
  }
}
