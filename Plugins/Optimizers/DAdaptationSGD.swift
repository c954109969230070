import OptimizerKit

/// D-Adaptation for gradient descent: the learning rate is a bound of the distance to the solution.
///
///     r ← r + η gᵀs,   s ← s + η g      with η = d α / ‖g₁‖
///     d ← max(d, 2 r / ‖s‖)
///     z ← x₀ − s
///     x ← μ x + (1 − μ) z
///
/// d is a lower bound of the distance ‖x₀ − x*‖, and grows from d₀. All gradients, g₁ the first, are
/// added up from the start with rates that only rise; x, where gradients are taken, is an average of
/// the points z that gradient descent would reach. α is 1, or a schedule. `d-adaptation-adam` is the
/// form with second moments, `dog` divides the distance gone by the gradients instead. Weight decay is
/// coupled, or decoupled with the rate η. Two vectors of state; two scalar products a step.
///
/// Defazio and Mishchenko 2023, arXiv 2301.07733.
public struct DAdaptationSGD: VectorOptimizer {
  public static let name = "d-adaptation-sgd"
  public static let summary = "SGD with a rate from a bound of the distance to the solution"
  public static let source = "Defazio and Mishchenko 2023, arXiv 2301.07733"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.DAdaptSGD: the defaults here")
  ]

  @Hyperparameter(
    "learning rate α, by which the estimate d is multiplied", in: 0..., scale: .log,
    search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("momentum μ, the weight of x in the average", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("d₀, the first estimate", in: .positive, scale: .log) public var d0 = 1e-6
  @Hyperparameter("weight decay λ, added to the gradient as λx", in: 0...) public var weightDecay =
    0.0
  @Hyperparameter("x shrinks by ηλx a step instead") public var decoupled = false

  public var invariances: Invariances {
    .adaptive(weightDecay: weightDecay, decoupled: decoupled).union(.rotation)
  }

  public init() {}

  /// d, r and ‖g₁‖.
  private struct Estimate: Sendable {
    var d: Double
    var numerator = 0.0
    var firstNorm = 0.0
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    state["start"] = x
    state["s"] = Vector(repeating: R.zero, count: x.count)
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    var estimate = context.state["estimate", default: Estimate(d: d0)]
    if estimate.firstNorm == 0 { estimate.firstNorm = context.gradient.norm }
    guard estimate.firstNorm != 0 else { return }
    let rate = estimate.d * context.lr / estimate.firstNorm
    if weightDecay > 0 {
      if decoupled {
        context.x.scale(R(1 - rate * weightDecay))
      } else {
        context.gradient.add(R(weightDecay), context.x)
      }
    }
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let start = context.state.pointer("start", count)
    let s = context.state.pointer("s", count)
    estimate.numerator += rate * dot(g, s, count)
    let (share, kept, taken) = (R(rate), R(momentum), R(1 - momentum))
    for i in 0..<count {
      s[i] = s[i] + share * g[i]
      x[i] = kept * x[i] + taken * (start[i] - s[i])
    }
    let length = norm(s, count)
    if length > 0 { estimate.d = max(estimate.d, 2 * estimate.numerator / length) }
    context.state["estimate", default: estimate] = estimate
  }
}
