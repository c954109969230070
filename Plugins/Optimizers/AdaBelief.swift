import OptimizerKit

/// AdaBelief: Adam that divides by how far gradients are from their average, not from zero.
///
///     m ← β₁ m + (1 − β₁) g
///     s ← β₂ s + (1 − β₂) (g − m)² + ε_s
///     x ← x − α (m / (1 − β₁ᵗ)) / (√(s / (1 − β₂ᵗ)) + ε)
///
/// It differs from `adam` where the gradient is large and steady: there s is small, and the step long.
/// ε_s is added at every step and so sums up in s; it bounds the steps, and matters where gradients are
/// steady. With `rectified`, the step is that of `radam`. Weight decay is coupled unless `decoupled`.
/// Two state variables.
///
/// Zhuang et al. 2020, arXiv 2010.07468.
public struct AdaBelief: CoordinateRule {
  public static let name = "adabelief"
  public static let summary = "Adam over the deviation of gradients from their average"
  public static let source = "Zhuang et al. 2020, arXiv 2010.07468"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("optax", "optax.adabelief: the defaults here; no default learning rate"),
    Preset("paper", "ε and ε_s 1e-8", ["epsilon": 1e-8, "epsilonRoot": 1e-8]),
    Preset(
      "author", "the authors' file 0.2: rectified, decoupled weight decay",
      ["rectified": true, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the squared deviation", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of s, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-16
  @Hyperparameter("ε_s, added to s at every step", in: 0..., scale: .log)
  public var epsilonRoot = 1e-16
  @Hyperparameter("warm up as radam does") public var rectified = false
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, s }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var isAdaptive = true
  private var factor = 1.0
  private var correction2 = 1.0
  private var outside = 0.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: rectified ? .infinity : max(epsilon, 10 * epsilonRoot.squareRoot()),
      weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    let power2 = power2(beta2, step)
    correction2 = 1 / (1 - power2)
    factor = 1 / (1 - power1(beta1, step))
    (isAdaptive, outside) = (true, epsilon)
    guard rectified else { return }
    let limit = 2 / (1 - beta2) - 1
    let length = limit - 2 * Double(step) * power2 / (1 - power2)
    (isAdaptive, outside) = (length >= 5, epsilon * correction2.squareRoot())
    if isAdaptive {
      let now = (length - 4) * (length - 2) / length
      factor *= (now * limit / ((limit - 4) * (limit - 2))).squareRoot()
    }
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.s] = beta2 * s[.s] + (1 - beta2) * (g - s[.m]).squared + epsilonRoot
    let step = lr * (factor * s[.m])
    x -= isAdaptive ? step / ((correction2 * s[.s]).squareRoot() + outside) : step
  }
}
