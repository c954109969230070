import OptimizerKit

/// AdaMod: Adam whose learning rates may not exceed their own long-term average.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     η = α √(1 − β₂ᵗ)/(1 − β₁ᵗ) / (√v + ε)
///     s ← β₃ s + (1 − β₃) η
///     x ← x − min(η, s) m
///
/// It differs from `adam` in s, which grows from 0: a warm-up, and later a limit on sudden long steps.
/// Weight decay is coupled unless `decoupled`. Three state variables.
///
/// Ding et al. 2019, arXiv 1910.12249.
public struct AdaMod: CoordinateRule {
  public static let name = "adamod"
  public static let summary = "Adam whose rates may not exceed their long-term average"
  public static let source = "Ding et al. 2019, arXiv 1910.12249"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "the authors' file: decoupled decay", ["decoupled": true]),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.AdaMod: β₂ 0.99, β₃ 0.9999, decoupled decay",
      ["beta2": 0.99, "beta3": 0.9999, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("decay β₃ of the average rate", in: 0..<1) public var beta3 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v, s }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var factor = 1.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    factor = (1 - power2(beta2, step)).squareRoot() / (1 - power1(beta1, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let root = s[.v].squareRoot() + epsilon
    let rate = R(0.0) < root ? lr * factor / root : R(0.0)
    s[.s] = beta3 * s[.s] + (1 - beta3) * rate
    x -= minimum(rate, s[.s]) * s[.m]
  }
}
