import OptimizerKit

/// Easom's function: a pit in a plain.
///
///     f(x, y) = −cos x cos y exp(−(x − π)² − (y − π)²)
///
/// Minimum −1 at (π, π). Away from the pit the gradient vanishes like a Gaussian: methods that
/// normalise their step cross the plain, others stand still. The first start lies on the pit's rim,
/// the second on the plain.
///
/// Easom 1990; Jamil and Yang 2013, no. 50, arXiv 1308.4008.
public struct Easom: Surface {
  public static let name = "easom"
  public static let summary = "a pit in a plain"
  public static let shows = "gradients that all but vanish"
  public static let source = "Jamil and Yang 2013, no. 50, arXiv 1308.4008"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1.9, 4.1], [1.2, 5.2]] }
  public var minima: [[Double]] { [[.pi, .pi]] }
  public var minimumLoss: Double? { -1 }
  public var viewport: Viewport? { Viewport(x: 0...6.5, y: 0...6.5) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let u = p[0] - Double.pi
    let v = p[1] - Double.pi
    return -cos(p[0]) * cos(p[1]) * exp(-u.squared - v.squared)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let u = p[0] - Double.pi
    let v = p[1] - Double.pi
    let e = exp(-u.squared - v.squared)
    let (cx, cy) = (cos(p[0]), cos(p[1]))
    g[0] = e * cy * (sin(p[0]) + 2.0 * u * cx)
    g[1] = e * cx * (sin(p[1]) + 2.0 * v * cy)
  }
}
