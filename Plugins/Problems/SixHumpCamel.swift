import OptimizerKit

/// The six-hump camel: two global and four local minima.
///
///     f(x, y) = (4 − 2.1x² + x⁴/3) x² + xy + (4y² − 4) y²
///
/// Minimum −1.0316284534898774 at ±(0.0898, −0.7127); saddle at the origin.
///
/// Dixon and Szegő, "Towards Global Optimisation 2", 1978.
public struct SixHumpCamel: Surface {
  public static let name = "six-hump-camel"
  public static let summary = "two global and four local minima"
  public static let shows = "basins of different depth around a saddle"
  public static let source = "Dixon and Szegő, Towards Global Optimisation 2, 1978"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1.1, 0.1], [-1.5, 0.9]] }
  /// Newton's method in 50-digit arithmetic, rounded once.
  public var minima: [[Double]] {
    [
      [0.08984201310031806, -0.7126564030207396], [-0.08984201310031806, 0.7126564030207396],
    ]
  }
  public var minimumLoss: Double? { -1.0316284534898774 }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? { Viewport(x: -2...2, y: -1.1...1.1) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let x2 = p[0].squared
    let y2 = p[1].squared
    let alongX = 4.0 + x2 * (x2 / 3.0 - 2.1)
    let alongY = 4.0 * (y2 - 1.0)
    return x2 * alongX + p[0] * p[1] + y2 * alongY
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let x2 = p[0].squared
    let slope = 8.0 + x2 * (2.0 * x2 - 8.4)
    g[0] = p[0] * slope + p[1]
    g[1] = p[0] + p[1] * (16.0 * p[1].squared - 8.0)
  }
}
