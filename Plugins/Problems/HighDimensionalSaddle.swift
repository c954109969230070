import OptimizerKit

/// A saddle with k negative directions of n, bounded by quartic terms.
///
///     f(x) = Σ_{i<n−k} ½ xᵢ² + Σ_{i≥n−k} (¼ xᵢ⁴ − ½ xᵢ²)
///
/// 2ᵏ minima −k/4 where the first n − k coordinates are 0 and the last k are ±1; saddle at the
/// origin, with the curvatures 1 and −1. In high dimension most stationary points are such saddles.
///
/// Dauphin et al. 2014, arXiv 1406.2572.
public struct HighDimensionalSaddle: Surface {
  public static let name = "high-dimensional-saddle"
  public static let summary = "a bounded saddle with k negative directions of n"
  public static let shows = "escape where a few of many directions lead down"
  public static let source = "Dauphin et al. 2014, arXiv 1406.2572"
  public static let family = Family.saddle

  @Hyperparameter("dimension n", in: 2.0...1e4) public var dim = 10
  @Hyperparameter("number k of negative directions", in: 1.0...1e4) public var negative = 2

  public init() {}

  public func validate() throws(HyperparameterError) {
    guard negative <= dim else {
      throw .inconsistent(
        plugin: Self.name, reason: "negative = \(negative) is more than dim = \(dim)")
    }
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 < dim - negative ? 1 : 1e-3 }] }
  /// All of them for k ≤ 6, the first 64 beyond.
  public var minima: [[Double]] {
    let free = dim - negative
    return (0..<1 << min(negative, 6)).map { signs in
      (0..<dim).map { i in
        i < free ? 0 : (i - free < 6 && signs >> (i - free) & 1 == 1 ? -1 : 1)
      }
    }
  }
  public var minimumLoss: Double? { -0.25 * Double(negative) }
  public var saddle: [Double]? { Array(repeating: 0, count: dim) }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -1.6...1.6, y: -1.6...1.6) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    let free = x.count - negative
    for i in 0..<free { sum += 0.5 * x[i].squared }
    for i in free..<x.count { sum += x[i].squared * (0.25 * x[i].squared - 0.5) }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let free = x.count - negative
    for i in 0..<free { g[i] = x[i] }
    for i in free..<x.count { g[i] = x[i] * (x[i].squared - 1.0) }
  }
}
