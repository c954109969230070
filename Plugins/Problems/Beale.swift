import OptimizerKit

/// Beale's function: a flat plateau with sharp walls.
///
///     f(x, y) = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²
///
/// Minimum 0 at (3, 0.5), at the end of a narrow valley; gradients range over many orders of
/// magnitude, which separates methods with a step per coordinate from those with one for all.
///
/// Moré, Garbow and Hillstrom 1981, no. 5, doi:10.1145/355934.355936.
public struct Beale: Surface {
  public static let name = "beale"
  public static let summary = "a plateau with sharp walls and a narrow valley"
  public static let shows = "gradients that differ by orders of magnitude"
  public static let source = "Moré, Garbow and Hillstrom 1981, no. 5, doi:10.1145/355934.355936"
  public static let family = Family.valley

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1]] }
  public var minima: [[Double]] { [[3, 0.5]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -1...4.5, y: -2...2) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (x, y) = (p[0], p[1])
    let r1 = 1.5 - x * (1.0 - y)
    let r2 = 2.25 - x * (1.0 - y.squared)
    let r3 = 2.625 - x * (1.0 - y * y.squared)
    return r1.squared + r2.squared + r3.squared
  }

  public var residualCount: Int { 3 }

  public func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    let (x, y) = (p[0], p[1])
    let root = 2.0.squareRoot()
    r[0] = root * (1.5 - x * (1.0 - y))
    r[1] = root * (2.25 - x * (1.0 - y.squared))
    r[2] = root * (2.625 - x * (1.0 - y * y.squared))
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (x, y) = (p[0], p[1])
    let y2 = y.squared
    let y3 = y * y2
    let (d1, d2, d3) = (1.0 - y, 1.0 - y2, 1.0 - y3)
    let r1 = 1.5 - x * d1
    let r2 = 2.25 - x * d2
    let r3 = 2.625 - x * d3
    let alongX = r1 * d1 + r2 * d2 + r3 * d3
    let alongY = r1 + 2.0 * y * r2 + 3.0 * y2 * r3
    g[0] = -2.0 * alongX
    g[1] = 2.0 * x * alongY
  }
}
