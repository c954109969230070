import OptimizerKit

/// QHAdam: Adam whose moments are weighted averages of the present and the past.
///
///     m ← β₁ m + (1 − β₁) g,    m̂ = m / (1 − β₁ᵗ)
///     v ← β₂ v + (1 − β₂) g²,   v̂ = v / (1 − β₂ᵗ)
///     x ← x − α ((1 − ν₁) g + ν₁ m̂) / (√((1 − ν₂) g² + ν₂ v̂) + ε)
///
/// What `qhm` is to `momentum`, it is to `adam`: ν₁ = ν₂ = 1 is Adam, ν₁ = β₁ nearly `nadam`, ν₁ = 0
/// `rmsprop` with the correction. With ν₂ < 1 a sudden large gradient is held back at once.
/// Weight decay is coupled unless `decoupled`. Two state variables.
///
/// Ma and Yarats 2019, arXiv 1810.06801.
public struct QHAdam: CoordinateRule {
  public static let name = "qhadam"
  public static let summary = "Adam whose moments mix the present with the past"
  public static let source = "Ma and Yarats 2019, arXiv 1810.06801"
  public static let family = Family.adaptive
  public static let presets = [
    Preset(
      "author", "qhoptim's defaults: β₁ 0.9, ν₁ 1, which is Adam", ["beta1": 0.9, "nu1": 1])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.995
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("weight ν₁ of the first moment", in: 0...1) public var nu1 = 0.7
  @Hyperparameter("weight ν₂ of the second moment", in: 0...1) public var nu2 = 1.0
  @Hyperparameter("ε, added to the root, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var weight1 = 1.0
  private var weight2 = 1.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    weight1 = nu1 / (1 - power1(beta1, step))
    weight2 = nu2 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let mean = (1 - nu1) * g + weight1 * s[.m]
    let square = (1 - nu2) * g.squared + weight2 * s[.v]
    x -= lr * mean / (square.squareRoot() + epsilon)
  }
}
