import OptimizerKit

/// Schaffer's function no. 2: ripples along hyperbolas that fade outwards.
///
///     f(x, y) = ½ + (sin²(x² − y²) − ½)/(1 + 0.001 (x² + y²))²
///
/// Minimum 0 at the origin, in the middle of a cross whose arms are almost as deep. Further out the
/// ripples grow narrower and narrower, and steps of one length skip them or not by chance.
///
/// Mishra 2007; Jamil and Yang 2013, arXiv 1308.4008.
public struct Schaffer2: Surface {
  public static let name = "schaffer2"
  public static let summary = "ripples along hyperbolas, with a cross-shaped valley"
  public static let shows = "ripples that grow narrower outwards"
  public static let source = "Jamil and Yang 2013, arXiv 1308.4008"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-2.5, 1.7]] }
  public var minima: [[Double]] { [[0, 0]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -4...4, y: -4...4) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (a, b) = (p[0].squared, p[1].squared)
    let fade = 1.0 + 0.001 * (a + b)
    return 0.5 + (sin(a - b).squared - 0.5) / fade.squared
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (a, b) = (p[0].squared, p[1].squared)
    let fade = 1.0 + 0.001 * (a + b)
    let square = fade.squared
    // The derivative of sin² t is sin 2t.
    let ripple = 2.0 * sin(2.0 * (a - b)) / square
    let outwards = 0.004 * (sin(a - b).squared - 0.5) / (fade * square)
    g[0] = p[0] * (ripple - outwards)
    g[1] = -(p[1] * (ripple + outwards))
  }
}
