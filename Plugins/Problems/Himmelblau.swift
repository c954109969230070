import OptimizerKit

/// Himmelblau's function: four minima of the same depth.
///
///     f(x, y) = (x² + y − 11)² + (x + y² − 7)²
///
/// Minimum 0 at (3, 2) and three more points. Which one a path reaches depends on start, learning
/// rate and momentum: the basins of attraction are the picture. The second and third starts lie
/// near the ridges between basins.
///
/// Himmelblau, "Applied Nonlinear Programming", 1972.
public struct Himmelblau: Surface {
  public static let name = "himmelblau"
  public static let summary = "four minima of the same depth"
  public static let shows = "which of several basins a path ends in"
  public static let source = "Himmelblau, Applied Nonlinear Programming, 1972"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[0, 0], [-1, 1], [0.5, -2]] }
  /// Newton's method in 50-digit arithmetic, rounded once.
  public var minima: [[Double]] {
    [
      [3, 2],
      [-2.805118086952745, 3.131312518250573],
      [-3.779310253377747, -3.2831859912861696],
      [3.5844283403304917, -1.8481265269644036],
    ]
  }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -5.5...5.5, y: -5.5...5.5) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let u = p[0].squared + p[1] - 11.0
    let v = p[0] + p[1].squared - 7.0
    return u.squared + v.squared
  }

  public var residualCount: Int { 2 }

  public func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    let root = 2.0.squareRoot()
    r[0] = root * (p[0].squared + p[1] - 11.0)
    r[1] = root * (p[0] + p[1].squared - 7.0)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let u = p[0].squared + p[1] - 11.0
    let v = p[0] + p[1].squared - 7.0
    g[0] = 4.0 * p[0] * u + 2.0 * v
    g[1] = 2.0 * u + 4.0 * p[1] * v
  }
}
