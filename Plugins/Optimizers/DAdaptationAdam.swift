import OptimizerKit

/// D-Adaptation for Adam: the learning rate is a bound of the distance to the solution.
///
///     r ← √β₂ r + (1 − √β₂) d α gᵀ(s / (√v + ε))
///     m ← β₁ m + (1 − β₁) d α g,   v ← β₂ v + (1 − β₂) g²
///     s ← √β₂ s + (1 − √β₂) d α g
///     x ← x − m / (√v + ε)
///     d ← max(d, r / ((1 − √β₂) ‖s‖₁))
///
/// d is a lower bound of the distance from the start to the solution, and grows from d₀. α is 1, or a
/// schedule. `prodigy` estimates the same from the distance gone, faster; `d-adaptation-sgd` is the
/// form without second moments. Weight decay is coupled, or decoupled with the rate d α. Three vectors
/// of state; two passes over them.
///
/// Defazio and Mishchenko 2023, arXiv 2301.07733.
public struct DAdaptationAdam: VectorOptimizer {
  public static let name = "d-adaptation-adam"
  public static let summary = "Adam with a rate from a bound of the distance to the solution"
  public static let source = "Defazio and Mishchenko 2023, arXiv 2301.07733"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("author", "facebookresearch/dadaptation: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer.DAdaptAdam: the defaults here"),
    Preset(
      "optax",
      "optax.contrib.dadapt_adamw: the rate corrected for the bias of m and v, decoupled decay",
      ["biasCorrection": true, "decoupled": true]),
  ]

  @Hyperparameter(
    "learning rate α, by which the estimate d is multiplied", in: 0..., scale: .log,
    search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("d₀, the first estimate", in: .positive, scale: .log) public var d0 = 1e-6
  @Hyperparameter("multiply the rate by √(1 − β₂ᵗ) / (1 − β₁ᵗ)") public var biasCorrection = false
  @Hyperparameter("weight decay λ, added to the gradient as λx", in: 0...) public var weightDecay =
    0.0
  @Hyperparameter("x shrinks by dαλx a step instead") public var decoupled = false

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: decoupled)
  }

  public init() {}

  /// d and r.
  private struct Estimate: Sendable {
    var d: Double
    var numerator = 0.0
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.mutablePointer())
    let m = context.state.pointer("m", count)
    let v = context.state.pointer("v", count)
    let s = context.state.pointer("s", count)
    var estimate = context.state["estimate", default: Estimate(d: d0)]
    let correction =
      biasCorrection
      ? (1 - power2(beta2, context.step)).squareRoot() / (1 - power1(beta1, context.step)) : 1
    let rate = estimate.d * context.lr * correction
    let root2 = beta2.squareRoot()
    let epsilon = R(self.epsilon)
    if !decoupled && weightDecay > 0 { context.gradient.add(R(weightDecay), context.x) }
    let product = interleavedSum(count) {
      g[$0].double * (s[$0] / (v[$0].squareRoot() + epsilon)).double
    }
    estimate.numerator = root2 * estimate.numerator + (1 - root2) * rate * product
    let (beta1, rest1) = (R(self.beta1), R(rate * (1 - self.beta1)))
    let (beta2, rest2) = (R(self.beta2), R(1 - self.beta2))
    let (decay, share) = (R(root2), R(rate * (1 - root2)))
    for i in 0..<count {
      m[i] = beta1 * m[i] + rest1 * g[i]
      v[i] = beta2 * v[i] + rest2 * g[i].squared
      s[i] = decay * s[i] + share * g[i]
    }
    let sum = interleavedSum(count) { s[$0].double.magnitude }
    guard sum != 0 else { return }
    estimate.d = max(estimate.d, estimate.numerator / ((1 - root2) * sum))
    context.state["estimate", default: estimate] = estimate
    let kept = R(decoupled ? 1 - rate * weightDecay : 1)
    for i in 0..<count { x[i] = kept * x[i] - m[i] / (v[i].squareRoot() + epsilon) }
  }
}
