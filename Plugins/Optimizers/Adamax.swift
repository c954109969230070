import OptimizerKit

/// AdaMax: Adam with the largest recent gradient in place of the root mean square.
///
///     m ← β₁ m + (1 − β₁) g
///     u ← max(β₂ u, |g| + ε)
///     x ← x − α (m / (1 − β₁ᵗ)) / u
///
/// It differs from `adam` in the norm that equalises the coordinates, the limit of the p-norm for
/// p → ∞: u needs no bias correction, a single large gradient is remembered for about 1/(1 − β₂)
/// steps, and no step is much longer than α. Weight decay is coupled unless `decoupled`. Two state
/// variables.
///
/// Kingma and Ba 2015, arXiv 1412.6980, section 7.1.
public struct Adamax: CoordinateRule {
  public static let name = "adamax"
  public static let summary = "Adam with an infinity norm in place of the root mean square"
  public static let source = "Kingma and Ba 2015, arXiv 1412.6980, section 7.1"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.Adamax: the defaults here"),
    Preset("optax", "optax.adamax: the same update; it has no default learning rate"),
    Preset(
      "optax-adamaxw", "optax.adamaxw: decoupled weight decay 1e-4",
      ["weightDecay": 1e-4, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 2e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the largest gradient", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to |g| against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, u }

  private var power1 = RunningPower()
  private var correction1 = 1.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    correction1 = 1 / (1 - power1(beta1, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.u] = maximum(beta2 * s[.u], g.magnitude + epsilon)
    x -= lr * (correction1 * s[.m]) / s[.u]
  }
}
