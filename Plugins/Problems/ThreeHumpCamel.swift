import OptimizerKit

/// The three-hump camel: the global minimum between two local ones.
///
///     f(x, y) = 2x² − 1.05x⁴ + x⁶/6 + xy + y²
///
/// Minimum 0 at the origin; local minima 0.2986 near ±(1.75, −0.87). The start lies in the basin of
/// one of these: a path must have momentum to leave it.
///
/// Jamil and Yang 2013, no. 29, arXiv 1308.4008.
public struct ThreeHumpCamel: Surface {
  public static let name = "three-hump-camel"
  public static let summary = "the global minimum between two local ones"
  public static let shows = "momentum that leaves a local minimum, or does not"
  public static let source = "Jamil and Yang 2013, no. 29, arXiv 1308.4008"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-2, -1.5], [0.5, 2]] }
  public var minima: [[Double]] { [[0, 0]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -2.5...2.5, y: -2.5...2.5) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let x2 = p[0].squared
    let alongX = 2.0 + x2 * (x2 / 6.0 - 1.05)
    return x2 * alongX + p[0] * p[1] + p[1].squared
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let x2 = p[0].squared
    g[0] = p[0] * (4.0 + x2 * (x2 - 4.2)) + p[1]
    g[1] = p[0] + 2.0 * p[1]
  }
}
