import OptimizerKit

/// The function of Goldstein and Price: values from 3 to a million within a small square.
///
///     f(x, y) = (1 + (x + y + 1)² (19 − 14x + 3x² − 14y + 6xy + 3y²))
///               · (30 + (2x − 3y)² (18 − 32x + 12x² + 48y − 36xy + 27y²))
///
/// Minimum 3 at (0, −1), three local minima. The curvature differs by orders of magnitude from place
/// to place, so that no one learning rate suits all of a path.
///
/// Goldstein and Price 1971, doi:10.1090/S0025-5718-1971-0312365-X.
public struct GoldsteinPrice: Surface {
  public static let name = "goldstein-price"
  public static let summary = "values from 3 to a million within a small square"
  public static let shows = "curvature that changes by orders of magnitude along a path"
  public static let source = "Goldstein and Price 1971, doi:10.1090/S0025-5718-1971-0312365-X"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-1.5, 1]] }
  public var minima: [[Double]] { [[0, -1]] }
  public var minimumLoss: Double? { 3 }
  public var viewport: Viewport? { Viewport(x: -2...2, y: -2...2) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (x, y) = (p[0], p[1])
    // The polynomials depend on s = x + y and d = 2x − 3y alone.
    let s = x + y
    let d = 2.0 * x - 3.0 * y
    let q = 19.0 + s * (3.0 * s - 14.0)
    let r = 18.0 + d * (3.0 * d - 16.0)
    let a = 1.0 + (s + 1.0).squared * q
    let b = 30.0 + d.squared * r
    return a * b
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (x, y) = (p[0], p[1])
    let s = x + y
    let d = 2.0 * x - 3.0 * y
    let u = s + 1.0
    let q = 19.0 + s * (3.0 * s - 14.0)
    let r = 18.0 + d * (3.0 * d - 16.0)
    let a = 1.0 + u.squared * q
    let b = 30.0 + d.squared * r
    let da = u * (2.0 * q + u * (6.0 * s - 14.0))
    let db = d * (2.0 * r + d * (6.0 * d - 16.0))
    g[0] = da * b + 2.0 * (a * db)
    g[1] = da * b - 3.0 * (a * db)
  }
}
