import OptimizerKit

/// MoMo: momentum with the step length of a model of the loss, averaged like the gradients.
///
///     f̄ ← β f̄ + (1 − β) f,   m ← β m + (1 − β) g,   γ ← β γ + (1 − β) gᵀx     β = 0 at first
///     τ ← min(α, max(0, (1 + αλ)(f̄ − f* − γ) + mᵀx) / ‖m‖²)
///     x ← x / (1 + αλ) − τ m
///
/// The losses linearised at the last points give f̄ − γ + mᵀx at x, and a step to where that reaches
/// the lower bound f* has the length that `polyak` gives for β = 0. Never longer than α, it is
/// `momentum` where α is small, and forgives an α that is too large. With `adaptLowerBound`, f* is
/// raised and lowered by what the model has shown. It reads the loss that comes with the gradient. One
/// vector of state; three scalar products a step.
///
/// Schaipp et al. 2024, arXiv 2305.07583.
public struct MoMo: VectorOptimizer {
  public static let name = "momo"
  public static let summary = "momentum with a step length from a model of the loss"
  public static let source = "Schaipp et al. 2024, arXiv 2305.07583"
  public static let family = Family.parameterFree
  public static let presets = [Preset("optax", "optax.contrib.momo: the defaults here")]

  @Hyperparameter(
    "learning rate α, the longest step length", in: 0..., scale: .log,
    search: 1e-2...100)
  public var lr = 1.0
  @Hyperparameter("decay β of the averages", in: 0..<1) public var beta = 0.9
  @Hyperparameter("f*, a lower bound of the loss", in: .any) public var lowerBound = 0.0
  @Hyperparameter("estimate f* on the way, not below the bound") public var adaptLowerBound = false
  @Hyperparameter("weight decay λ", in: 0...) public var weightDecay = 0.0

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  /// f̄, γ and f*.
  private struct Model: Sendable {
    var loss = 0.0
    var product = 0.0
    var bound: Double
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let m = context.state.pointer("m", count)
    var model = context.state["model", default: Model(bound: lowerBound)]
    let beta = context.step == 1 ? 0 : self.beta
    let (kept, taken) = (R(beta), R(1 - beta))
    model.loss = beta * model.loss + (1 - beta) * context.loss
    let (slope, square, product) = interleavedSums(
      count, { g[$0].double * x[$0].double },
      { i in
        m[i] = kept * m[i] + taken * g[i]
        return m[i].double * m[i].double
      }, { m[$0].double * x[$0].double })
    model.product = beta * model.product + (1 - beta) * slope
    let growth = 1 + context.lr * weightDecay
    if adaptLowerBound {
      let cap = growth * (model.loss - model.product) + product
      if cap < growth * model.bound { model.bound = max(cap / (2 * growth), lowerBound) }
    }
    let gap = growth * (model.loss - model.bound - model.product) + product
    let length = square <= 0x1p-52 ? 0 : min(context.lr, max(gap, 0) / square)
    if adaptLowerBound {
      model.bound = max(model.loss + product - model.product - length * square / 2, lowerBound)
    }
    context.state["model", default: model] = model
    let (shrunk, rate) = (R(1 / growth), R(length))
    for i in 0..<count { x[i] = shrunk * x[i] - rate * m[i] }
  }
}
