import OptimizerKit

/// Booth's function: a mildly ill-conditioned quadratic, turned by 45°.
///
///     f(x, y) = (x + 2y − 7)² + (2x + y − 5)²
///
/// Minimum 0 at (1, 3); curvatures 2 and 18 along the diagonals. Methods with a step per coordinate
/// gain nothing from κ = 9 here, since the coordinates are not the eigenvectors.
///
/// Jamil and Yang 2013, no. 17, arXiv 1308.4008.
public struct Booth: Surface {
  public static let name = "booth"
  public static let summary = "a quadratic along the diagonals"
  public static let shows = "coordinates that are not the eigenvectors"
  public static let source = "Jamil and Yang 2013, no. 17, arXiv 1308.4008"
  public static let family = Family.bowl

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-8, 6]] }
  public var minima: [[Double]] { [[1, 3]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -10...10, y: -10...10) }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let u = p[0] + 2.0 * p[1] - 7.0
    let v = 2.0 * p[0] + p[1] - 5.0
    return u.squared + v.squared
  }

  public var residualCount: Int { 2 }

  public func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    let root = 2.0.squareRoot()
    r[0] = root * (p[0] + 2.0 * p[1] - 7.0)
    r[1] = root * (2.0 * p[0] + p[1] - 5.0)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let u = p[0] + 2.0 * p[1] - 7.0
    let v = 2.0 * p[0] + p[1] - 5.0
    g[0] = 2.0 * u + 4.0 * v
    g[1] = 4.0 * u + 2.0 * v
  }
}
