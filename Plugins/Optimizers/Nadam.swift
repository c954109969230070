import OptimizerKit

/// NAdam: Adam that looks ahead, as Nesterov's momentum does.
///
///     μₜ = β₁ (1 − ½ 0.96^(tψ))
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     d = μₜ₊₁ m / (1 − μ₁ ⋯ μₜ₊₁) + (1 − μₜ) g / (1 − μ₁ ⋯ μₜ)
///     x ← x − α d / (√(v / (1 − β₂ᵗ)) + ε)
///
/// It differs from `adam` in taking the momentum of the next step now, together with more of the
/// present gradient: what `nesterov` is to `momentum`. The momentum grows from about β₁/2 to β₁, slowly;
/// without `momentumSchedule` it is β₁ throughout. Weight decay is coupled unless `decoupled`. Two
/// state variables.
///
/// Dozat 2016, ICLR workshop, openreview OM0jvwB8jIp57ZJjtNEZ.
public struct Nadam: CoordinateRule {
  public static let name = "nadam"
  public static let summary = "Adam with Nesterov's look ahead"
  public static let source = "Dozat 2016, ICLR workshop, openreview OM0jvwB8jIp57ZJjtNEZ"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.NAdam: the defaults here"),
    Preset(
      "optax", "optax.nadam: without a schedule of the momentum; no default learning rate",
      ["momentumSchedule": false]),
    Preset(
      "optax-nadamw", "optax.nadamw: without that schedule, decoupled weight decay 1e-4",
      ["momentumSchedule": false, "weightDecay": 1e-4, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 2e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("let the momentum grow to β₁") public var momentumSchedule = true
  @Hyperparameter("ψ, how fast it grows", in: 0...) public var momentumDecay = 4e-3
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v }

  /// μ₁ ⋯ μₜ
  private var product = 1.0
  private var gradientWeight = 1.0
  private var momentWeight = 1.0
  private var power2 = RunningPower()
  private var correction2 = 1.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay,
      decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    let present = momentum(at: step)
    let next = momentum(at: step + 1)
    product = step == 1 ? present : product * present
    gradientWeight = (1 - present) / (1 - product)
    momentWeight = next / (1 - product * next)
    correction2 = 1 / (1 - power2(beta2, step))
  }

  private func momentum(at step: Int) -> Double {
    guard momentumSchedule else { return beta1 }
    return beta1 * (1 - 0.5 * exp(log(0.96) * Double(step) * momentumDecay))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let ahead = momentWeight * s[.m] + gradientWeight * g
    x -= lr * ahead / ((correction2 * s[.v] + epsilonRoot).squareRoot() + epsilon)
  }
}
