import OptimizerKit

/// McCormick's function: a slanted plane with waves, cut off by a box.
///
///     f(x, y) = sin(x + y) + (x − y)² − 1.5x + 2.5y + 1   on [−1.5, 4] × [−3, 4]
///
/// Minimum −√3/2 − π/3 = −1.913222954981 at (½ − π/3, −½ − π/3). Along x − y = 1 the loss falls in
/// waves, without end but for the box: a path may rest in the second trough, which is not as deep.
///
/// McCormick 1976, doi:10.1007/BF01580665; Jamil and Yang 2013, arXiv 1308.4008.
public struct McCormick: Surface {
  public static let name = "mccormick"
  public static let summary = "a plane with waves, within a box"
  public static let shows = "two troughs of different depth along a slope"
  public static let source = "McCormick 1976, doi:10.1007/BF01580665"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[3.5, 1], [-1, 3.5]] }
  public var minima: [[Double]] { [[0.5 - .pi / 3, -0.5 - .pi / 3]] }
  public var minimumLoss: Double? { -(3.0.squareRoot() / 2 + .pi / 3) }
  public var domain: Box? { Box([-1.5...4, -3...4]) }
  public var viewport: Viewport? { Viewport(x: -1.5...4, y: -3...4) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (x, y) = (p[0], p[1])
    return sin(x + y) + (x - y).squared - 1.5 * x + 2.5 * y + 1.0
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let wave = cos(p[0] + p[1])
    let slope = 2.0 * (p[0] - p[1])
    g[0] = wave + slope - 1.5
    g[1] = wave - slope + 2.5
  }
}
