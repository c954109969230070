import OptimizerKit

/// Matyas's function: a shallow diagonal trough.
///
///     f(x, y) = 0.26 (x² + y²) − 0.48 xy
///
/// Minimum 0 at the origin; curvatures 0.04 along the diagonal x = y and 1 across it (κ = 25).
///
/// Jamil and Yang 2013, no. 71, arXiv 1308.4008.
public struct Matyas: Surface {
  public static let name = "matyas"
  public static let summary = "a shallow diagonal trough"
  public static let shows = "a flat direction that no coordinate follows"
  public static let source = "Jamil and Yang 2013, no. 71, arXiv 1308.4008"
  public static let family = Family.bowl

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[8, 4]] }
  public var minima: [[Double]] { [[0, 0]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -10...10, y: -10...10) }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    0.26 * (p[0].squared + p[1].squared) - 0.48 * p[0] * p[1]
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 0.52 * p[0] - 0.48 * p[1]
    g[1] = 0.52 * p[1] - 0.48 * p[0]
  }
}
