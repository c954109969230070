import OptimizerKit

/// The ellipsoid: an axis for each scale, their curvatures at equal ratios.
///
///     f(x) = Σᵢ κ^((i − 1)/(n − 1)) xᵢ²   (i from 1)
///
/// Minimum 0 at the origin. No learning rate suits all axes: one for all follows the steepest and
/// leaves the others where they are, one for each coordinate does not notice κ at all. Like
/// `quadratic`, but with the scale and the start of the benchmarks of black-box optimisation.
///
/// Hansen et al. 2009, f2 (there shifted and with oscillations), INRIA RR-6829.
public struct Ellipsoid: Surface {
  public static let name = "ellipsoid"
  public static let summary = "a bowl with axes of every scale"
  public static let shows = "ill-conditioning along the axes"
  public static let source = "Hansen et al. 2009, f2, INRIA RR-6829"
  public static let family = Family.quadratic

  @Hyperparameter("dimension n", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("condition number κ", in: 1.0...1e12, scale: .log) public var condition = 1e6

  private var weights: [Double] = []

  public init() { resolve() }

  public mutating func resolve() {
    weights = (0..<dim).map { exp(log(condition) * Double($0) / Double(dim - 1)) }
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -4 : 3 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += weights[i] * x[i].squared }
    return sum
  }

  public var residualCount: Int { dim }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    for i in 0..<x.count { r[i] = (2 * weights[i]).squareRoot() * x[i] }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count { g[i] = 2.0 * weights[i] * x[i] }
  }
}
