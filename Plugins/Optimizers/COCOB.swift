import OptimizerKit

/// COCOB: every coordinate bets on the sign of its next gradient.
///
///     L ← max(L, |g|),   G ← G + |g|,   W ← max(W − g (x − x₀), 0),   θ ← θ − g
///     x ← x₀ + θ / (L max(G + L, κ L)) (L + W)
///
/// Each coordinate has a purse, L + W, of which it bets the share that past gradients θ suggest; what
/// it has won so far, W, is what it may lose. There is no learning rate: multiplying the loss by a
/// number changes nothing. κ keeps the first bets small. Five vectors of state.
///
/// Orabona and Tommasi 2017, arXiv 1705.07795 (COCOB-Backprop).
public struct COCOB: VectorOptimizer {
  public static let name = "cocob"
  public static let summary = "coin betting on each coordinate, without a learning rate"
  public static let source = "Orabona and Tommasi 2017, arXiv 1705.07795"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("optax", "optax.contrib.cocob: the defaults here; its alpha is kappa")
  ]

  @Hyperparameter(
    "κ, by which the first bets are divided", in: .positive, scale: .log,
    search: 1...1000)
  public var kappa = 100.0
  @Hyperparameter("ε, the least that L is", in: .positive, scale: .log) public var epsilon = 1e-8
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public var invariances: Invariances { .adaptive(epsilon: epsilon, weightDecay: weightDecay) }

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    state["start"] = x
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let start = context.state.pointer("start", count)
    let largest = context.state.pointer("L", count, initial: R(epsilon))
    let sums = context.state.pointer("G", count)
    let won = context.state.pointer("W", count)
    let theta = context.state.pointer("θ", count)
    let (decay, kappa) = (R(weightDecay), R(self.kappa))
    for i in 0..<count {
      let gradient = g[i] + decay * x[i]
      let size = gradient.magnitude
      let l = maximum(largest[i], size)
      largest[i] = l
      sums[i] = sums[i] + size
      won[i] = maximum(won[i] - gradient * (x[i] - start[i]), R.zero)
      theta[i] = theta[i] - gradient
      let share = theta[i] / (l * maximum(sums[i] + l, kappa * l))
      x[i] = start[i] + share * (l + won[i])
    }
  }
}
