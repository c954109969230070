import OptimizerKit

/// A saddle between two minima.
///
///     f(x, y) = x² − y² + y⁴/4
///
/// Minima −1 at (0, ±√2); saddle at the origin with the curvatures 2 and −2. Like `saddle`, but a
/// path that escapes has somewhere to arrive, and may overshoot there.
///
/// Dauphin et al. 2014, arXiv 1406.2572 (on saddles); the quartic is the simplest that bounds it.
public struct BoundedSaddle: Surface {
  public static let name = "bounded-saddle"
  public static let summary = "x² − y² + y⁴/4: a saddle between two minima"
  public static let shows = "escape from a saddle, and what comes after it"
  public static let source = "Dauphin et al. 2014, arXiv 1406.2572"
  public static let family = Family.saddle

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1e-3]] }
  public var minima: [[Double]] { [[0, 2.0.squareRoot()], [0, -2.0.squareRoot()]] }
  public var minimumLoss: Double? { -1 }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? { Viewport(x: -1.5...1.5, y: -2...2) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let y2 = p[1].squared
    return p[0].squared - y2 + 0.25 * y2.squared
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 2.0 * p[0]
    g[1] = p[1] * (p[1].squared - 2.0)
  }
}
