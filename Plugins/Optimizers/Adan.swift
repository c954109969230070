import OptimizerKit

/// Adan: Nesterov's momentum for Adam, with the change of the gradient in place of a look ahead.
///
///     Δ = g − gₜ₋₁
///     m ← β₁ m + (1 − β₁) g
///     d ← β₂ d + (1 − β₂) Δ
///     n ← β₃ n + (1 − β₃) (g + β₂ Δ)²
///     x ← (x − α (m̂ + β₂ d̂) / (√n̂ + ε)) / (1 + α λ)
///
/// m̂, d̂, n̂ are divided by 1 − βᵗ. It differs from `nadam` in averaging the change of the gradient by
/// itself, and in having it in the second moment as well. The weight decay is that of a proximal step;
/// without `proximal` it is decoupled as in `adamw`. The paper's β are 1 less those here. Four state
/// variables.
///
/// Xie et al. 2022, arXiv 2208.06677.
public struct Adan: CoordinateRule {
  public static let name = "adan"
  public static let summary = "Nesterov's momentum for Adam, from changes of the gradient"
  public static let source = "Xie et al. 2022, arXiv 2208.06677"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.Adan, the authors' form: the defaults here"),
    Preset(
      "optax", "optax.adan: Δ weighs 1 − β₂ in place of β₂; 1e-8 inside the root, decay as adamw",
      ["complement": true, "epsilonRoot": 1e-8, "proximal": false]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.98
  @Hyperparameter("decay β₂ of the average change", in: 0..<1) public var beta2 = 0.92
  @Hyperparameter("decay β₃ of the second moment", in: 0..<1) public var beta3 = 0.99
  @Hyperparameter("weigh changes by 1 − β₂ in place of β₂") public var complement = false
  @Hyperparameter("ε, added to the root of n, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to n inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("weight decay λ, bypassing the moments", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("divide by 1 + αλ after the step in place of subtracting αλx")
  public var proximal = true

  public enum State: Int, StateNames { case m, d, n, previous }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var power3 = RunningPower()
  private var isFirst = true
  private var weight = 0.0
  private var correction1 = 1.0
  private var correction2 = 1.0
  private var correction3 = 1.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay, decoupled: true)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    weight = complement ? 1 - beta2 : beta2
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = weight / (1 - power2(beta2, step))
    correction3 = 1 / (1 - power3(beta3, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let change = isFirst ? R(0.0) : g - s[.previous]
    s[.previous] = g
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.d] = beta2 * s[.d] + (1 - beta2) * change
    s[.n] = beta3 * s[.n] + (1 - beta3) * (g + weight * change).squared
    let ahead = correction1 * s[.m] + correction2 * s[.d]
    let step = lr * ahead / ((correction3 * s[.n] + epsilonRoot).squareRoot() + epsilon)
    x = proximal ? (x - step) / (1 + lr * weightDecay) : x - lr * weightDecay * x - step
  }
}
