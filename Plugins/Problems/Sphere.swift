import OptimizerKit

/// The sphere: the same curvature in every direction.
///
///     f(x) = ½ Σᵢ xᵢ²
///
/// Minimum 0 at the origin. The gradient points at the minimum, and gradient descent with the
/// learning rate 1 arrives in one step: what fails here fails everywhere.
///
/// De Jong 1975, F1 (there without the ½).
public struct Sphere: Surface {
  public static let name = "sphere"
  public static let summary = "the same curvature in every direction"
  public static let shows = "the easiest case"
  public static let source =
    "De Jong, An Analysis of the Behavior of a Class of Genetic Systems, 1975"
  public static let family = Family.bowl

  @Hyperparameter("dimension", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -4 : 3 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += x[i].squared }
    return 0.5 * sum
  }

  public var residualCount: Int { dim }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    for i in 0..<x.count { r[i] = x[i] }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count { g[i] = x[i] }
  }
}
