import OptimizerKit

/// RAdam: Adam that trusts its second moment only as far as it has seen gradients.
///
///     m ← β₁ m + (1 − β₁) g,   m̂ = m / (1 − β₁ᵗ)
///     v ← β₂ v + (1 − β₂) g²
///     ρ∞ = 2/(1 − β₂) − 1,   ρ = ρ∞ − 2t β₂ᵗ / (1 − β₂ᵗ)
///     r = √((ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ))
///     x ← x − α r m̂ √(1 − β₂ᵗ) / (√v + ε)   if ρ ≥ 5
///     x ← x − α m̂                           else
///
/// It differs from `adam` in the factor r, which grows from 0 to 1 like a warm-up of about
/// 2/(1 − β₂) steps, and in the first steps (five with β₂ = 0.999), which are those of momentum, or
/// are left out. Weight decay is coupled unless `decoupled`. Two state variables.
///
/// Liu et al. 2020, arXiv 1908.03265.
public struct RAdam: CoordinateRule {
  public static let name = "radam"
  public static let summary = "Adam with a warm-up that follows from the variance of v"
  public static let source = "Liu et al. 2020, arXiv 1908.03265"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.RAdam: the defaults here"),
    Preset(
      "optax", "optax.radam: ε is added after the correction of v; no default learning rate",
      ["epsilonAfterCorrection": true]),
    Preset(
      "author", "the authors' file: no step below the threshold, decoupled weight decay",
      ["below": "skip", "decoupled": true]),
  ]

  /// What is done while ρ is below the threshold.
  public enum Below: String, Choice {
    /// A step along the corrected first moment.
    case momentum
    /// Nothing: the moments gather gradients.
    case skip
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("add ε after the correction of v, not before it")
  public var epsilonAfterCorrection = false
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("the ρ from which v is used", in: 4...) public var threshold = 5.0
  @Hyperparameter("what is done below it") public var below = Below.momentum
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var isRectified = false
  private var isSkipped = false
  private var factor = 0.0
  private var correction2 = 1.0
  private var outside = 0.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    let power2 = power2(beta2, step)
    let limit = 2 / (1 - beta2) - 1
    let length = limit - 2 * Double(step) * power2 / (1 - power2)
    isRectified = length >= threshold && length > 4
    isSkipped = !isRectified && below == .skip
    correction2 = 1 / (1 - power2)
    outside = epsilonAfterCorrection ? epsilon : epsilon * correction2.squareRoot()
    factor = 1 / (1 - power1(beta1, step))
    if isRectified {
      let now = (length - 4) * (length - 2) / length
      factor *= (now * limit / ((limit - 4) * (limit - 2))).squareRoot()
    }
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    let lr = isSkipped ? R(0.0) : lr
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let step = lr * (factor * s[.m])
    x -= isRectified ? step / ((correction2 * s[.v] + epsilonRoot).squareRoot() + outside) : step
  }
}
