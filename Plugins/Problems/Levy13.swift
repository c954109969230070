import OptimizerKit

/// Lévy's function no. 13: a bowl with ripples of two wavelengths.
///
///     f(x, y) = sin²(3πx) + (x − 1)² (1 + sin²(3πy)) + (y − 1)² (1 + sin²(2πy))
///
/// Minimum 0 at (1, 1), with a local minimum in every ripple.
///
/// Jamil and Yang 2013, arXiv 1308.4008; Lévy and Montalvo 1985, doi:10.1137/0906002.
public struct Levy13: Surface {
  public static let name = "levy13"
  public static let summary = "a bowl with ripples of two wavelengths"
  public static let shows = "ripples on the way to the minimum"
  public static let source = "Lévy and Montalvo 1985, doi:10.1137/0906002"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-4, 5]] }
  public var minima: [[Double]] { [[1, 1]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -6...6, y: -6...6) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (x, y) = (p[0], p[1])
    let ripple = sin(threePi * x).squared
    let alongX = 1.0 + sin(threePi * y).squared
    let alongY = 1.0 + sin(twoPi * y).squared
    return ripple + (x - 1.0).squared * alongX + (y - 1.0).squared * alongY
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (x, y) = (p[0], p[1])
    let u = x - 1.0
    let v = y - 1.0
    // The derivative of sin² t is sin 2t.
    let alongX = 1.0 + sin(threePi * y).squared
    let alongY = 1.0 + sin(twoPi * y).squared
    let slope3 = threePi * sin(2 * threePi * y)
    let slope2 = twoPi * sin(2 * twoPi * y)
    g[0] = threePi * sin(2 * threePi * x) + 2.0 * u * alongX
    g[1] = slope3 * u.squared + slope2 * v.squared + 2.0 * v * alongY
  }

  private let twoPi = 2 * Double.pi
  private let threePi = 3 * Double.pi
}
