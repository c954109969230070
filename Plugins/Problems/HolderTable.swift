import OptimizerKit

/// The Hölder table: a surface with four legs.
///
///     f(x, y) = −|sin x cos y exp|1 − r/π||   on [−10, 10]²,   r² = x² + y²
///
/// Minimum −19.208502567886732 at (±8.055023475736563, ±9.664590019241272), deep pits at the corners,
/// with shallower ones towards the middle. Where a factor vanishes and on the circle r = π the surface
/// has kinks; there the gradient is 0 or that of one side.
///
/// Jamil and Yang 2013, arXiv 1308.4008; Mishra 2006.
public struct HolderTable: Surface {
  public static let name = "holder-table"
  public static let summary = "pits between kinks, deepest at four corners"
  public static let shows = "kinks between basins, and depth that grows outwards"
  public static let source = "Mishra 2006, doi:10.2139/ssrn.926132"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[2, 1.2], [6.5, 8.5]] }
  /// Newton's method in 50-digit arithmetic, rounded once.
  public var minima: [[Double]] {
    [1.0, -1.0].flatMap { sx in
      [1.0, -1.0].map { [sx * 8.055023475736563, $0 * 9.664590019241272] }
    }
  }
  public var minimumLoss: Double? { -19.208502567886732 }
  public var domain: Box? { Box(-10...10, dimension: 2) }
  public var viewport: Viewport? { Viewport(x: -10...10, y: -10...10) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let r = (p[0].squared + p[1].squared).squareRoot()
    return -(sin(p[0]) * cos(p[1])).magnitude * exp((1.0 - r / Double.pi).magnitude)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let r = (p[0].squared + p[1].squared).squareRoot()
    let inner = 1.0 - r / Double.pi
    let product = sin(p[0]) * cos(p[1])
    let height = exp(inner.magnitude)
    // How the exponential grows along the radius, for each unit of x or y.
    let growth = r > .zero ? product * inner.signum / (Double.pi * r) : .zero
    let scale = -height * product.signum
    g[0] = scale * (cos(p[0]) * cos(p[1]) - growth * p[0])
    g[1] = scale * (-(sin(p[0]) * sin(p[1])) - growth * p[1])
  }
}
