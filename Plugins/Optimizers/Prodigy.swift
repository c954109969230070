import OptimizerKit

/// Prodigy: Adam whose learning rate is the distance to the solution, estimated on the way.
///
///     m ← β₁ m + (1 − β₁) d g,   v ← β₂ v + (1 − β₂) d² g²
///     r ← β₃ r + (d²/d₀) α gᵀ(x₀ − x),   s ← β₃ s + (d²/d₀) α g
///     d′ ← max(d, c r / ‖s‖₁)
///     x ← x − d α λ x − d α m / (√v + d′ ε),   d ← d′
///
/// By convexity r / ‖s‖₁ is a lower bound of the distance ‖x₀ − x*‖∞; d grows from d₀, never falls,
/// and ends near the rate that `adam` would have been tuned to. It weighs recent gradients more than
/// `d-adaptation-adam`, and grows faster. α is 1, or a schedule that ends at 0. Four vectors of state;
/// two passes over them.
///
/// Mishchenko and Defazio 2024, arXiv 2306.06101.
public struct Prodigy: VectorOptimizer {
  public static let name = "prodigy"
  public static let summary = "Adam with a learning rate that it estimates"
  public static let source = "Mishchenko and Defazio 2024, arXiv 2306.06101"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("author", "konstmish/prodigy: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer.Prodigy: the defaults here"),
    Preset(
      "optax", "optax.contrib.prodigy: the rate corrected for the bias of m and v",
      ["biasCorrection": true]),
  ]

  @Hyperparameter(
    "learning rate α, by which the estimate d is multiplied", in: 0..., scale: .log,
    search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("decay β₃ of r and s; 0 for √β₂", in: 0..<1) public var beta3 = 0.0
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("d₀, the first estimate", in: .positive, scale: .log) public var d0 = 1e-6
  @Hyperparameter("c, by which the estimate is multiplied", in: .positive, scale: .log)
  public var coefficient = 1.0
  @Hyperparameter("decoupled weight decay λ: x shrinks by dαλx a step", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("multiply the rate by √(1 − β₂ᵗ) / (1 − β₁ᵗ)") public var biasCorrection = false
  @Hyperparameter("leave α out of s, so that a warm-up does not inflate d")
  public var safeguardWarmup = false

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  /// d and r.
  private struct Estimate: Sendable {
    var d: Double
    var numerator = 0.0
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    state["start"] = x
    state["estimate", default: Estimate(d: d0)].numerator = 0
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let start = context.state.pointer("start", count)
    let m = context.state.pointer("m", count)
    let v = context.state.pointer("v", count)
    let s = context.state.pointer("s", count)
    var estimate = context.state["estimate", default: Estimate(d: d0)]
    let d = estimate.d
    let correction =
      biasCorrection
      ? (1 - power2(beta2, context.step)).squareRoot() / (1 - power1(beta1, context.step)) : 1
    let rate = d * context.lr * correction
    let beta3 = self.beta3 > 0 ? self.beta3 : beta2.squareRoot()
    let distance = interleavedSum(count) { g[$0].double * (start[$0] - x[$0]).double }
    estimate.numerator = beta3 * estimate.numerator + d / d0 * rate * distance
    let (beta1, rest1) = (R(self.beta1), R(d * (1 - self.beta1)))
    let (beta2, rest2) = (R(self.beta2), R(d * d * (1 - self.beta2)))
    let (decay, share) = (R(beta3), R(d / d0 * (safeguardWarmup ? d : rate)))
    for i in 0..<count {
      m[i] = beta1 * m[i] + rest1 * g[i]
      v[i] = beta2 * v[i] + rest2 * g[i].squared
      s[i] = decay * s[i] + share * g[i]
    }
    let sum = interleavedSum(count) { s[$0].double.magnitude }
    guard sum != 0 else { return }
    estimate.d = max(d, coefficient * estimate.numerator / sum)
    context.state["estimate", default: estimate] = estimate
    let (kept, scale) = (R(1 - rate * weightDecay), R(rate))
    let epsilon = R(estimate.d * self.epsilon)
    for i in 0..<count { x[i] = kept * x[i] - scale * m[i] / (v[i].squareRoot() + epsilon) }
  }
}
