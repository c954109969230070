import LinearAlgebra
import OptimizerKit

/// Linear regression on synthetic data.
///
///     f(w) = 1/2m Σᵢ (aᵢ·w − bᵢ)²,   bᵢ = aᵢ·ŵ + σ εᵢ
///
/// Features aᵢ are standard normal, the k-th scaled by κ^(−k/2(n−1)). A quadratic form whose curvatures
/// come from data, as in `quadratic`'s theory but with one minimum that noise has moved from the hidden
/// ŵ; it is found by the normal equations when it is first asked for. With `batch` above 0 each
/// gradient is that of so many examples, drawn with replacement: noise that does not vanish at the
/// minimum, unless σ is 0.
///
/// Nocedal and Wright, "Numerical Optimization", 2006, section 10.2.
public struct LeastSquares: Surface {
  public static let name = "least-squares"
  public static let summary = "linear regression on synthetic data, full or minibatch"
  public static let shows = "a quadratic whose curvatures and noise come from data"
  public static let source = "Nocedal and Wright, Numerical Optimization, 2006, section 10.2"
  public static let family = Family.structured

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 10
  @Hyperparameter("number m of examples, at least n", in: 1.0...1e5) public var samples = 200
  @Hyperparameter("ratio κ of the features' second moments", in: 1.0...1e8, scale: .log)
  public var condition = 100.0
  @Hyperparameter("standard deviation σ of the targets' noise", in: 0.0...1e6) public var noise =
    0.5
  @Hyperparameter("examples in a minibatch; 0 for all", in: 0.0...1e5) public var batch = 0
  @Hyperparameter("selects the data", in: 0.0...1e9) public var instance = 1

  private var examples: LinearExamples
  private var minimum = LazyPoint()

  public init() {
    examples = Self.examples(10, 200, 100, 0.5, 1)
  }

  public func validate() throws(HyperparameterError) {
    guard samples >= dim else {
      throw .inconsistent(
        plugin: Self.name, reason: "samples = \(samples) is less than dim = \(dim)")
    }
  }

  public mutating func resolve() {
    examples = Self.examples(dim, samples, condition, noise, instance)
    minimum = LazyPoint()
  }

  private static func examples(
    _ dim: Int, _ samples: Int, _ condition: Double, _ noise: Double, _ instance: Int
  ) -> LinearExamples {
    var random = RandomSource(seed: UInt64(instance), purpose: .instance)
    return LinearExamples(
      count: samples, dimension: dim, condition: condition, noise: noise, random: &random
    ) { scales, random in
      // At least 1 in size, so that no start is next to the minimum.
      scales.map { scale in
        let weight = 2 * random.uniform() - 1
        return (weight + (weight < 0 ? -1 : 1)) / scale
      }
    }
  }

  public var dimension: Int { examples.dimension }
  public var starts: [[Double]] { [Array(repeating: 0, count: dimension)] }
  public var minima: [[Double]] { [minimum.value { findMinimum() }] }
  public var minimumLoss: Double? { loss(at: minima[0]) }
  public var isQuadratic: Bool { true }
  public var isStochastic: Bool { batch > 0 }
  /// Start and minimum, with as much again around them.
  public var viewport: Viewport? {
    guard dimension == 2 else { return nil }
    let w = minima[0]
    let margin = 0.75 * max(w[0].magnitude, w[1].magnitude)
    return Viewport(
      x: min(w[0], 0) - margin...max(w[0], 0) + margin,
      y: min(w[1], 0) - margin...max(w[1], 0) + margin)
  }

  public func loss<X: Coordinates>(at w: X) -> X.Value { examples.loss(at: w) }

  /// Of all examples, minibatch or not.
  public var residualCount: Int { examples.targets.count }

  public func residuals<X: Coordinates>(at w: X, into r: Strided<X.Value>) {
    examples.residuals(at: w, into: r)
  }

  public func gradient<X: Coordinates>(at w: X, into g: inout X) {
    examples.gradient(at: w, into: &g)
  }

  public func sampleGradient<X: Coordinates>(
    at w: X, into g: inout X, random: inout RandomSource
  ) { examples.gradient(at: w, into: &g, batch: batch, random: &random) }

  /// Newton's method: one step, and two more for what rounding has left.
  private func findMinimum() -> [Double] {
    let matrix = SymmetricMatrix(order: dimension, elements: examples.moments)
    var w = [Double](repeating: 0, count: dimension)
    for _ in 0..<3 {
      guard let step = try? matrix.solve(gradient(at: w)) else { break }
      w = zip(w, step).map { $0 - $1 }
    }
    return w
  }
}
