import OptimizerKit

/// MoMo-Adam: Adam with the step length of a model of the loss.
///
///     f̄ ← β₁ f̄ + (1 − β₁) f,   m ← β₁ m + (1 − β₁) g,   γ ← β₁ γ + (1 − β₁) gᵀx
///     v ← β₂ v + (1 − β₂) g²,   D = ε + √(v / (1 − β₂ᵗ)),   ρ = 1 − β₁ᵗ
///     τ ← min(α/ρ, max(0, (1 + αλ)(f̄ − ρ f* − γ) + mᵀx) / mᵀD⁻¹m)
///     x ← x / (1 + αλ) − τ D⁻¹ m
///
/// It is to `adam` what `momo` is to `momentum`: where the averaged linear model of the loss would go
/// below its lower bound f*, the step is shortened to where it meets it. It reads the loss that comes
/// with the gradient. Two vectors of state; three scalar products a step.
///
/// Schaipp et al. 2024, arXiv 2305.07583.
public struct MoMoAdam: VectorOptimizer {
  public static let name = "momo-adam"
  public static let summary = "Adam with a step length from a model of the loss"
  public static let source = "Schaipp et al. 2024, arXiv 2305.07583"
  public static let family = Family.parameterFree
  public static let presets = [Preset("optax", "optax.contrib.momo_adam: the defaults here")]

  @Hyperparameter(
    "learning rate α, the longest step length", in: 0..., scale: .log,
    search: 1e-4...10)
  public var lr = 1e-2
  @Hyperparameter("decay β₁ of the averages", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("f*, a lower bound of the loss", in: .any) public var lowerBound = 0.0
  @Hyperparameter("estimate f* on the way, not below the bound") public var adaptLowerBound = false
  @Hyperparameter("weight decay λ", in: 0...) public var weightDecay = 0.0

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, lowerBound.magnitude), weightDecay: weightDecay, decoupled: true)
  }

  public init() {}

  /// f̄, γ and f*.
  private struct Model: Sendable {
    var loss = 0.0
    var product = 0.0
    var bound: Double
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.mutablePointer())
    let m = context.state.pointer("m", count)
    let v = context.state.pointer("v", count)
    var model = context.state["model", default: Model(bound: lowerBound)]
    model.loss = beta1 * model.loss + (1 - beta1) * context.loss
    let bias = 1 - power1(beta1, context.step)
    let correction2 = R(1 / (1 - power2(beta2, context.step)))
    let (beta1, rest1) = (R(self.beta1), R(1 - self.beta1))
    let (beta2, rest2) = (R(self.beta2), R(1 - self.beta2))
    let epsilon = R(self.epsilon)
    let (slope, square, product) = interleavedSums(
      count, { g[$0].double * x[$0].double },
      { i in
        m[i] = beta1 * m[i] + rest1 * g[i]
        v[i] = beta2 * v[i] + rest2 * g[i].squared
        let divisor = epsilon + (correction2 * v[i]).squareRoot()
        g[i] = select(R.zero < divisor, m[i] / divisor, R.zero)
        return m[i].double * g[i].double
      }, { m[$0].double * x[$0].double })
    model.product = self.beta1 * model.product + (1 - self.beta1) * slope
    let growth = 1 + context.lr * weightDecay
    if adaptLowerBound {
      let cap = growth * (model.loss - model.product) + product
      if cap < growth * bias * model.bound {
        model.bound = max(cap / (2 * bias * growth), lowerBound)
      }
    }
    let gap = growth * (model.loss - bias * model.bound - model.product) + product
    let length = square <= 0x1p-52 ? 0 : min(context.lr / bias, max(gap, 0) / square)
    if adaptLowerBound {
      let reached = model.loss + product - model.product - length * square / 2
      model.bound = max(reached / bias, lowerBound)
    }
    context.state["model", default: model] = model
    let (shrunk, rate) = (R(1 / growth), R(length))
    for i in 0..<count { x[i] = shrunk * x[i] - rate * g[i] }
  }
}
