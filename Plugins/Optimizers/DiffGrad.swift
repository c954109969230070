import OptimizerKit

/// diffGrad: Adam with a brake where the gradient does not change.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     ξ = 1 / (1 + e^(−|gₜ₋₁ − g|))
///     x ← x − α √(1 − β₂ᵗ)/(1 − β₁ᵗ) ξ m / (√v + ε)
///
/// It differs from `adam` in ξ, between ½ where the gradient stays as it was, as near a minimum, and
/// 1 where it changes much. It is not free of scale: ξ depends on the unit of the gradient. The authors'
/// first file compares g with itself, so that ξ is ½ throughout, in the paper's experiments too, as
/// they say; meant is this, their diffGrad_v2. Weight decay is coupled unless `decoupled`. Three state
/// variables.
///
/// Dubey et al. 2020, arXiv 1909.11015.
public struct DiffGrad: CoordinateRule {
  public static let name = "diffgrad"
  public static let summary = "Adam with a brake where the gradient does not change"
  public static let source = "Dubey et al. 2020, arXiv 1909.11015"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "the authors' diffGrad_v2.py: the defaults here"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.DiffGrad: 1e-15 inside the root; decoupled decay",
      ["epsilonRoot": 1e-15, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v, previous }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var factor = 1.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    factor = (1 - power2(beta2, step)).squareRoot() / (1 - power1(beta1, step))
  }

  @inline(__always)  // for its length would keep it out of the loop
  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let friction = 1 / (1 + exp(-(s[.previous] - g).magnitude))
    s[.previous] = g
    x -= lr * (factor * friction * s[.m]) / ((s[.v] + epsilonRoot).squareRoot() + epsilon)
  }
}
