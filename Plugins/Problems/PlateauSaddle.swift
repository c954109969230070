import OptimizerKit

/// A plateau with a saddle in its middle.
///
///     f(x, y) = x⁴/4 + x²y²/2 − y⁴/4 + y⁶/6
///
/// Minima −1/12 at (0, ±1); saddle at the origin, where all curvatures vanish. Around it the
/// gradient is of third order: `bounded-saddle` is left exponentially fast, while plain descent comes in
/// here like 1/√t and takes a time of 1/(2y²) to get out.
///
/// Dauphin et al. 2014, arXiv 1406.2572 (on plateaus around saddles); the terms are the simplest that
/// leave no other stationary point.
public struct PlateauSaddle: Surface {
  public static let name = "plateau-saddle"
  public static let summary = "a saddle without curvature, amid a plateau"
  public static let shows = "how long a plateau around a saddle holds a path up"
  public static let source = "Dauphin et al. 2014, arXiv 1406.2572"
  public static let family = Family.saddle

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 0.1]] }
  public var minima: [[Double]] { [[0, 1], [0, -1]] }
  public var minimumLoss: Double? { -1 / 12 }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? { Viewport(x: -1.25...1.25, y: -1.4...1.4) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (a, b) = (p[0].squared, p[1].squared)
    return 0.25 * a.squared + b * (0.5 * a - b * (0.25 - b / 6.0))
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (a, b) = (p[0].squared, p[1].squared)
    g[0] = p[0] * (a + b)
    g[1] = p[1] * (a - b * (1.0 - b))
  }
}
