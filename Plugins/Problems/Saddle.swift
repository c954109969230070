import OptimizerKit

/// The plain saddle, unbounded below.
///
///     f(x, y) = x² − y²
///
/// No minimum; saddle at the origin. From a start almost on the ridge the gradient first leads into
/// the saddle, where it nearly vanishes: what counts is the number of steps until a path escapes.
///
/// Dauphin et al. 2014, arXiv 1406.2572 (why saddles, not local minima, slow descent).
public struct Saddle: Surface {
  public static let name = "saddle"
  public static let summary = "x² − y², unbounded below"
  public static let shows = "the time to escape from a saddle point"
  public static let source = "Dauphin et al. 2014, arXiv 1406.2572"
  public static let family = Family.saddle

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1e-3]] }
  public var minima: [[Double]] { [] }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? { Viewport(x: -1.5...1.5, y: -1.5...1.5) }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at p: X) -> X.Value { p[0].squared - p[1].squared }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 2.0 * p[0]
    g[1] = -2.0 * p[1]
  }
}
