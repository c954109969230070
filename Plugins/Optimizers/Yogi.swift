import OptimizerKit

/// Yogi: Adam whose second moment grows and shrinks additively.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← v − (1 − β₂) sign(v − g²) g²
///     x ← x − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// It differs from `adam` where gradients become small: v falls by (1 − β₂) g² a step and not by a share
/// of itself, so that the learning rate does not jump up. Both moments begin at `initialAccumulator`.
/// Weight decay is coupled unless `decoupled`. Two state variables.
///
/// Zaheer et al. 2018, NeurIPS, "Adaptive Methods for Nonconvex Optimization".
public struct Yogi: CoordinateRule {
  public static let name = "yogi"
  public static let summary = "Adam whose second moment changes additively"
  public static let source = "Zaheer et al. 2018, NeurIPS 31"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("optax", "optax.yogi: the defaults here; no default learning rate"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.Yogi: decoupled weight decay", ["decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-2
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("1 less the share of g² that v changes by", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v", in: 0..., scale: .log) public var epsilon = 1e-3
  @Hyperparameter("where m and v start", in: 0..., scale: .log) public var initialAccumulator = 1e-6
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v }
  public func initialValue(of slot: State) -> Double { initialAccumulator }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var correction1 = 1.0
  private var correction2 = 1.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = 1 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] -= (1 - beta2) * (s[.v] - g.squared).signum * g.squared
    x -= lr * (correction1 * s[.m]) / ((correction2 * s[.v]).squareRoot() + epsilon)
  }
}
