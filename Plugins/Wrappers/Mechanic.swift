import OptimizerKit

/// Mechanic: a learned factor on the updates takes the place of a tuned learning rate.
///
///     x₀ the start, u the step of what is wrapped from x, s = Σ sᵢ the factor so far
///     Δ ← (x₀ − x) / (s + ε),   h ← ⟨g + λ s (‖g‖ / (‖x‖ + ε)) x, Δ⟩
///     for each βᵢ = 1 − 0.1ⁱ:
///       rᵢ ← βᵢ rᵢ + sᵢ clamp(h, −mᵢ, mᵢ)
///       mᵢ ← max(βᵢ mᵢ, |h| + ε),   vᵢ ← βᵢ² vᵢ + h²
///       sᵢ ← (mᵢ s₀ / n + max(0, rᵢ)) / (√vᵢ + ε)
///     x ← x₀ + Σ sᵢ (u − Δ)
///
/// What is wrapped proposes directions, and a bettor for each of n time scales bets on how far to go
/// along them: where the gradient points back to the start, further. Only the schedule of α
/// counts, not its size, for which 1 is usual. It differs from `prodigy` and `dog` in that it is a
/// wrapper. Two vectors of state, two scalar products a step. It has no setting in which it changes
/// nothing.
///
/// Cutkosky, Defazio and Mehta 2023, arXiv 2306.00144.
public struct Mechanic: Wrapper {
  public static let name = "mechanic"
  public static let summary = "a learned factor on updates, in place of a tuned learning rate"
  public static let source = "Cutkosky, Defazio and Mehta 2023, arXiv 2306.00144"
  public static let family = Family.updates
  public static let defaultInner: String? = "adam[lr=1]"
  public static let presets = [
    Preset("optax", "optax.contrib.mechanize, by its authors: the defaults here")
  ]

  @Hyperparameter("weight decay λ, in the scalar product only", in: 0..., search: 0...1)
  public var weightDecay = 1e-2
  @Hyperparameter("first factor s₀", in: .positive, scale: .log) public var initial = 1e-6
  @Hyperparameter("time scales n", in: 1.0...12) public var scales = 6
  @Hyperparameter("ε, against division by zero", in: .positive, scale: .log)
  public var epsilon = 1e-8

  public var inner: any Optimizer = GradientStep()
  /// Its own rate is found by the gradient.
  public var usesGradient: Bool { true }

  public init() {}

  /// The bettors.
  private struct Bets: Sendable {
    var r: [Double]
    var m: [Double]
    var v: [Double]
    var s: [Double]

    init(_ count: Int, initial: Double) {
      r = Array(repeating: 0, count: count)
      (m, v) = (r, r)
      s = Array(repeating: initial, count: count)
    }

    var sum: Double { s.reduce(0, +) }

    mutating func bet(_ h: Double, initial: Double, epsilon: Double) {
      var beta = 0.0
      var rest = 1.0
      for i in s.indices {
        rest *= 0.1
        beta = 1 - rest
        r[i] = beta * r[i] + min(max(h, -m[i]), m[i]) * s[i]
        m[i] = max(beta * m[i], h.magnitude + epsilon)
        v[i] = beta * beta * v[i] + h * h
        s[i] = (initial / Double(s.count) * m[i] + max(0, r[i])) / (v[i].squareRoot() + epsilon)
      }
    }
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState(wrapping: inner, at: x, layout: layout)
    state["start"] = x
    state["bets", default: Bets(scales, initial: initial)] = Bets(scales, initial: initial)
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    guard let start = context.state["start"] else { return }
    let first = Bets(scales, initial: initial)
    let sum = context.state["bets", default: first].sum
    let pull = weightDecay * sum * context.gradient.norm / (context.x.norm + epsilon)
    let (x0, x) = (start.pointer, context.x.pointer)
    let way = R(1 / (sum + epsilon))
    let delta = context.state["delta", default: start].mutablePointer()
    for i in start.indices { delta[i] = way * (x0[i] - x[i]) }
    let h =
      context.gradient.dot(context.state["delta", default: start])
      + pull * context.x.dot(context.state["delta", default: start])
    context.state["bets", default: first].bet(h, initial: initial, epsilon: epsilon)
    context.state["delta", default: start].add(R(1.0), context.x)
    try context.step(&inner)
    // Δ + x is at hand, of which x' = x + u leaves Δ − u.
    let factor = R(context.state["bets", default: first].sum)
    guard let proposed = context.state["delta"] else { return }
    let (sums, next) = (proposed.pointer, context.x.mutablePointer())
    for i in start.indices { next[i] = x0[i] - factor * (sums[i] - next[i]) }
  }
}
