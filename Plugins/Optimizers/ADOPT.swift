import OptimizerKit

/// ADOPT: Adam that divides by the second moment of the past, before it averages.
///
///     first step: v ← g², nothing else
///     u = g / max(√v, ε), kept within ±c,   c = (t − 1)^¼
///     m ← β₁ m + (1 − β₁) u
///     x ← x − α m
///     v ← β₂ v + (1 − β₂) g²
///
/// It differs from `adam` in the order: g is divided by a v that does not contain it, which makes it
/// converge with any β₂, and the average is taken afterwards, as in `laprop`. The limit c keeps the
/// first steps small, where v has seen few gradients. Weight decay is coupled unless `decoupled`.
/// Two state variables.
///
/// Taniguchi et al. 2024, arXiv 2411.02853.
public struct ADOPT: CoordinateRule {
  public static let name = "adopt"
  public static let summary = "Adam over the second moment of the past, averaged afterwards"
  public static let source = "Taniguchi et al. 2024, arXiv 2411.02853"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "the authors' torch-adopt 0.1.0: the defaults here"),
    Preset("optax", "optax.contrib.adopt: the defaults here; no default learning rate"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.ADOPT: the limit is t^¼", ["clip": "steps"]),
  ]

  /// The limit c of what enters the average.
  public enum Clip: String, Choice {
    /// No limit.
    case none
    /// (t − 1)^¼: the first step, which only fills v, does not count.
    case updates
    /// t^¼
    case steps
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the average", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.9999
  @Hyperparameter("ε, the least root of v", in: .positive, scale: .log) public var epsilon = 1e-6
  @Hyperparameter("the limit of the divided gradient: none, (t − 1)^¼ or t^¼")
  public var clip = Clip.updates
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v }

  private var isFirst = true
  private var limit = 0.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    let count = Double(clip == .steps ? step : step - 1)
    limit = clip == .none ? .infinity : count.squareRoot().squareRoot()
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if isFirst {
      s[.v] = g.squared
      return
    }
    if decoupled { x -= lr * weightDecay * x }
    let scaled = g / maximum(s[.v].squareRoot(), R(epsilon))
    let kept = minimum(maximum(scaled, R(-limit)), R(limit))
    s[.m] = beta1 * s[.m] + (1 - beta1) * kept
    x -= lr * s[.m]
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
  }
}
