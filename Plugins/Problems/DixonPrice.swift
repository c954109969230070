import OptimizerKit

/// The function of Dixon and Price: a chain in which each coordinate follows the one before.
///
///     f(x) = (x₁ − 1)² + Σ_{i≥2} i (2xᵢ² − xᵢ₋₁)²
///
/// Minimum 0 where xᵢ = √(xᵢ₋₁/2) with x₁ = 1, the last coordinate of either sign. Like
/// Rosenbrock's valley, but with steeper and steeper walls along the chain.
///
/// Dixon and Price 1989, doi:10.1007/BF00941463.
public struct DixonPrice: Surface {
  public static let name = "dixon-price"
  public static let summary = "a chain in which each coordinate follows the one before"
  public static let shows = "a curved valley with walls of rising steepness"
  public static let source = "Dixon and Price 1989, doi:10.1007/BF00941463"
  public static let family = Family.valley

  @Hyperparameter("dimension", in: 2.0...1e4) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -1 : 1.5 }] }
  public var minima: [[Double]] {
    var x = [1.0]
    while x.count < dim { x.append((x[x.count - 1] / 2).squareRoot()) }
    return [x, x.dropLast() + [-x[x.count - 1]]]
  }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -2...3, y: -2...2) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = (x[0] - 1.0).squared
    for i in 1..<x.count { sum += Double(i + 1) * (2.0 * x[i].squared - x[i - 1]).squared }
    return sum
  }

  public var residualCount: Int { dim }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    r[0] = 2.0.squareRoot() * (x[0] - 1.0)
    for i in 1..<x.count {
      r[i] = Double(2 * (i + 1)).squareRoot() * (2.0 * x[i].squared - x[i - 1])
    }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    g[0] = 2.0 * (x[0] - 1.0)
    for i in 1..<x.count {
      let r = 2.0 * Double(i + 1) * (2.0 * x[i].squared - x[i - 1])
      g[i - 1] = g[i - 1] - r
      g[i] = 4.0 * x[i] * r
    }
  }
}
