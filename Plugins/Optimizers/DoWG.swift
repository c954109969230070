import OptimizerKit

/// DoWG, distance over weighted gradients: normalised SGD with a rate of its own.
///
///     r² ← max(r², ‖x − x₀‖²),   v ← v + r² ‖g‖²
///     x ← x − α r² / (√v + ε) g
///
/// It differs from `dog` in that gradients near the start, where r was small, count for little, so that
/// the rate grows and falls faster. α is 1. One vector of state; two norms a step.
///
/// Khaled, Mishchenko and Jin 2023, arXiv 2305.16284.
public struct DoWG: VectorOptimizer {
  public static let name = "dowg"
  public static let summary = "SGD with a rate of the distance gone over gradients weighted by it"
  public static let source = "Khaled, Mishchenko and Jin 2023, arXiv 2305.16284"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("optax", "optax.contrib.dowg: the defaults here; its init_estim_sq_dist is squaredStart")
  ]

  @Hyperparameter(
    "learning rate α, by which the rate is multiplied", in: 0..., scale: .log,
    search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("r² at first", in: .positive, scale: .log) public var squaredStart = 1e-4
  @Hyperparameter("ε, added to the root of v", in: 0..., scale: .log) public var epsilon = 1e-4
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  /// r² and v.
  private struct Sums: Sendable {
    var squaredDistance: Double
    var squares = 0.0
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    state["start"] = x
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if weightDecay > 0 { context.gradient.add(R(weightDecay), context.x) }
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let start = context.state.pointer("start", count)
    var sums = context.state["sums", default: Sums(squaredDistance: squaredStart)]
    let gone = interleavedSum(count) { (x[$0] - start[$0]).double.squared }
    sums.squaredDistance = max(sums.squaredDistance, gone)
    sums.squares += sums.squaredDistance * dot(g, g, count)
    context.state["sums", default: sums] = sums
    let divisor = sums.squares.squareRoot() + epsilon
    guard divisor != 0 else { return }
    let rate = R(context.lr * sums.squaredDistance / divisor)
    for i in 0..<count { x[i] = x[i] - rate * g[i] }
  }
}
