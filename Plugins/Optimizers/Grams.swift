import OptimizerKit

/// Grams: the size of Adam's step with the sign of the present gradient.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α sign(g) |m / (1 − β₁ᵗ)| / (√(v / (1 − β₂ᵗ)) + ε) − α λ x
///
/// It differs from `adam` where the momentum points against the gradient: it turns at once. Weight decay
/// is decoupled. Two state variables.
///
/// Cao, Li and Song 2024, arXiv 2412.17107.
public struct Grams: CoordinateRule {
  public static let name = "grams"
  public static let summary = "the size of Adam's step with the sign of the gradient"
  public static let source = "Cao, Li and Song 2024, arXiv 2412.17107"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.Grams: the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-6
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
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let size = (correction1 * s[.m]).magnitude / ((correction2 * s[.v]).squareRoot() + epsilon)
    x -= lr * (g.signum * size + weightDecay * x)
  }
}
