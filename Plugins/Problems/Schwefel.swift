import OptimizerKit

/// Schwefel's function: basins that grow deeper towards the corners, far from one another.
///
///     f(x) = Σᵢ c − xᵢ sin √|xᵢ|   on [−500, 500]ⁿ,   c = 418.9828872724337
///
/// Minimum 0 where each coordinate is 420.96874635998205. The next deepest basins lie at the other
/// side of the box (−302.5): it deceives whoever follows the trend.
///
/// Schwefel, "Numerical Optimization of Computer Models", 1981; Jamil and Yang 2013.
public struct Schwefel: Surface {
  public static let name = "schwefel"
  public static let summary = "basins whose deepest is far from the second"
  public static let shows = "a trend that leads away from the minimum"
  public static let source = "Schwefel, Numerical Optimization of Computer Models, 1981"
  public static let family = Family.multimodal

  @Hyperparameter("dimension n", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] {
    [(0..<dim).map { $0 % 2 == 0 ? -150 : 100 }, Array(repeating: 330, count: dim)]
  }
  /// The root of tan √x = −½ √x, in 50-digit arithmetic.
  public var minima: [[Double]] { [Array(repeating: 420.96874635998205, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var domain: Box? { Box(-500...500, dimension: dim) }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -500...500, y: -500...500) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count {
      sum += 418.9828872724337 - x[i] * sin(x[i].magnitude.squareRoot())
    }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count {
      let root = x[i].magnitude.squareRoot()
      g[i] = -sin(root) - 0.5 * root * cos(root)
    }
  }
}
