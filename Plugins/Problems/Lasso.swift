import LinearAlgebra
import OptimizerKit

/// The lasso: linear regression that sets most of its weights to zero.
///
///     f(w) = 1/2m Σᵢ (aᵢ·w − bᵢ)² + λ ‖w‖₁,   bᵢ = aᵢ·ŵ + σ εᵢ
///
/// Only `nonzero` of the hidden weights ŵ are not 0. Convex, with kinks where a weight is 0, and just
/// there lies the minimum: a fixed learning rate makes the weights cross 0 again and again. At a kink
/// the gradient is the smallest subgradient, which is 0 where the weight should stay at 0. The minimum
/// is found by coordinate descent, and exactly on the weights that are left.
///
/// Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x; Friedman et al. 2007, arXiv 0708.1485.
public struct Lasso: Surface {
  public static let name = "lasso"
  public static let summary = "linear regression with an L1 penalty: a minimum at kinks"
  public static let shows = "a minimum at kinks, where subgradients do not shrink"
  public static let source = "Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x"
  public static let family = Family.structured

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 10
  @Hyperparameter("number m of examples, at least n", in: 1.0...1e5) public var samples = 100
  @Hyperparameter("hidden weights that are not 0", in: 1.0...1000) public var nonzero = 3
  @Hyperparameter("ratio κ of the features' second moments", in: 1.0...1e4, scale: .log)
  public var condition = 10.0
  @Hyperparameter("standard deviation σ of the targets' noise", in: 0.0...1e6) public var noise =
    0.5
  @Hyperparameter("weight λ of the penalty", in: .positive, scale: .log) public var l1 = 0.1
  @Hyperparameter("selects the data", in: 0.0...1e9) public var instance = 1

  private var examples: LinearExamples
  private var minimum = LazyPoint()

  public init() { examples = Self.examples(10, 100, 3, 10, 0.5, 1) }

  public func validate() throws(HyperparameterError) {
    guard samples >= dim else {
      throw .inconsistent(
        plugin: Self.name, reason: "samples = \(samples) is less than dim = \(dim)")
    }
  }

  public mutating func resolve() {
    examples = Self.examples(dim, samples, nonzero, condition, noise, instance)
    minimum = LazyPoint()
  }

  private static func examples(
    _ dim: Int, _ samples: Int, _ nonzero: Int, _ condition: Double, _ noise: Double,
    _ instance: Int
  ) -> LinearExamples {
    var random = RandomSource(seed: UInt64(instance), purpose: .instance)
    return LinearExamples(
      count: samples, dimension: dim, condition: condition, noise: noise, random: &random
    ) { scales, random in scales.indices.map { $0 < nonzero ? 2 * random.normal() : 0 } }
  }

  public var dimension: Int { examples.dimension }
  public var starts: [[Double]] { [(0..<dimension).map { $0 % 2 == 0 ? 3 : -3 }] }
  public var minima: [[Double]] { [minimum.value { findMinimum() }] }
  public var minimumLoss: Double? { loss(at: minima[0]) }
  /// Start and minimum, with a margin.
  public var viewport: Viewport? {
    guard dimension == 2 else { return nil }
    let w = minima[0]
    return Viewport(
      x: min(w[0], -1) - 1...max(w[0], 3) + 1, y: min(w[1], -3) - 1...max(w[1], 1) + 1)
  }

  public func loss<X: Coordinates>(at w: X) -> X.Value {
    var sizes = X.Value.zero
    for k in 0..<w.count { sizes += w[k].magnitude }
    return examples.loss(at: w) + l1 * sizes
  }

  public func gradient<X: Coordinates>(at w: X, into g: inout X) {
    examples.gradient(at: w, into: &g)
    for k in 0..<w.count {
      let sign = w[k].signum.double
      // At 0 the penalty's part may be anything in [−λ, λ].
      g[k] = g[k] + (sign == 0 ? -min(max(g[k].double, -l1), l1) : l1 * sign)
    }
  }

  private func findMinimum() -> [Double] {
    let n = dimension
    let moments = examples.moments
    var w = [Double](repeating: 0, count: n)
    // The gradient of the squares, kept up to date.
    let (features, targets) = (examples.features, examples.targets)
    var g = (0..<n).map { k in
      targets.indices.reduce(0) { $0 - targets[$1] * features[$1 * n + k] } / Double(targets.count)
    }
    for _ in 0..<100_000 {
      var change = 0.0
      for k in 0..<n {
        let curvature = moments[k * n + k]
        let aim = curvature * w[k] - g[k]
        let next = aim > l1 ? (aim - l1) / curvature : aim < -l1 ? (aim + l1) / curvature : 0
        let step = next - w[k]
        guard step != 0 else { continue }
        w[k] = next
        for j in 0..<n { g[j] += moments[k * n + j] * step }
        change = max(change, step.magnitude)
      }
      if change <= 1e-13 * (w.map(\.magnitude).max() ?? 0) { break }
    }
    // Newton's method on the weights that are not 0, where the loss is a quadratic form.
    let active = (0..<n).filter { w[$0] != 0 }
    guard !active.isEmpty else { return w }
    let matrix = SymmetricMatrix(
      order: active.count, elements: active.flatMap { j in active.map { moments[j * n + $0] } })
    for _ in 0..<3 {
      let g = gradient(at: w)
      guard let step = try? matrix.solve(active.map { g[$0] }) else { break }
      for (k, s) in zip(active, step) { w[k] -= s }
    }
    return w
  }
}
