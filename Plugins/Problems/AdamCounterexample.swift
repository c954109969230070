import OptimizerKit

/// The online problem on which Adam moves away from the minimum.
///
///     fₜ(x) = 1010x where t mod 101 = 1, −10x else,   x ∈ [−1, 1]
///
/// On average the loss is 10x/101, with the minimum at −1. The one gradient in a hundred and one that
/// points there is large, but Adam divides it by its own size and has forgotten that by the next: with
/// β₁ = 0.9, β₂ = 0.99 and a small learning rate it goes to 1, where the loss is highest. AMSGrad, which
/// never forgets the largest, goes to −1. `@stochastic` draws at random instead, 1010 in one of a
/// hundred steps.
///
/// Reddi, Kale and Kumar 2018, "On the Convergence of Adam and Beyond", arXiv 1904.09237, section 5.
public struct AdamCounterexample: Surface {
  public static let name = "adam-counterexample"
  public static let summary = "rare large gradients against many small ones, on [−1, 1]"
  public static let shows = "that Adam need not converge, and AMSGrad does"
  public static let source = "Reddi, Kale and Kumar 2018, arXiv 1904.09237, section 5"
  public static let family = Family.structured
  public static let presets = [
    Preset("stochastic", "gradients drawn at random, large in one of 100", ["stochastic": true])
  ]

  @Hyperparameter("whether gradients come at random instead of in turn") public var stochastic =
    false

  public init() {}

  private var mean: Double { stochastic ? 0.01 * 1010 - 0.99 * 10 : 10.0 / 101 }

  public var dimension: Int { 1 }
  public var starts: [[Double]] { [[0], [1]] }
  public var minima: [[Double]] { [[-1]] }
  public var minimumLoss: Double? { -mean }
  public var domain: Box? { Box(-1...1, dimension: 1) }
  public var isStochastic: Bool { true }

  public func loss<X: Coordinates>(at x: X) -> X.Value { mean * x[0] }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) { g[0] = X.Value(mean) }

  public func gradient(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, seed: UInt64,
    step: Int
  ) { g[0] = slope(seed: seed, step: step) }

  public func gradients(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, lanes: Int,
    seeds: UnsafePointer<UInt64>, step: Int
  ) {
    for k in 0..<lanes { g[k] = slope(seed: seeds[k], step: step) }
  }

  private func slope(seed: UInt64, step: Int) -> Double {
    if !stochastic { return step % 101 == 1 ? 1010 : -10 }
    var random = RandomSource(seed: seed, purpose: .noise, step: step)
    return random.uniform() < 0.01 ? 1010 : -10
  }
}
