import OptimizerKit

/// The cross in a tray: kinks along the axes of a lattice of pits.
///
///     f(x, y) = −10⁻⁴ (|sin x sin y exp|100 − r/π|| + 1)^0.1   on [−10, 10]²,   r² = x² + y²
///
/// Minimum −2.062611870822737 at (±1.3494066171539107, ±1.3494066171539107); the pits further out are
/// hardly shallower. At the kinks, where a sine changes its sign, the slope is all but infinite, and
/// exactly there the gradient is 0.
///
/// Mishra 2006, doi:10.2139/ssrn.926132; Jamil and Yang 2013, arXiv 1308.4008.
public struct CrossInTray: Surface {
  public static let name = "cross-in-tray"
  public static let summary = "a lattice of pits between kinks"
  public static let shows = "kinks with all but infinite slopes between basins"
  public static let source = "Mishra 2006, doi:10.2139/ssrn.926132"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[2.5, 0.7], [-7, 5]] }
  /// Newton's method in 50-digit arithmetic, rounded once.
  public var minima: [[Double]] {
    let a = 1.3494066171539107
    return [[a, a], [a, -a], [-a, a], [-a, -a]]
  }
  public var minimumLoss: Double? { -2.062611870822737 }
  public var domain: Box? { Box(-10...10, dimension: 2) }
  public var viewport: Viewport? { Viewport(x: -10...10, y: -10...10) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let exponent = self.exponent(p).magnitude
    let product = (sin(p[0]) * sin(p[1])).magnitude
    return value(exponent, product)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let inner = exponent(p)
    let product = sin(p[0]) * sin(p[1])
    let size = product.magnitude
    let r = (p[0].squared + p[1].squared).squareRoot()
    let growth = r > .zero ? product * inner.signum / (Double.pi * r) : .zero
    // The logarithm of (|s| eᵃ + 1)^0.1 has the derivative 0.1 (d|s| + |s| da)/(|s| + e⁻ᵃ).
    let slope = 0.1 * value(inner.magnitude, size) / (size + exp(-inner.magnitude))
    let scale = slope * product.signum
    g[0] = scale * (cos(p[0]) * sin(p[1]) - growth * p[0])
    g[1] = scale * (sin(p[0]) * cos(p[1]) - growth * p[1])
  }

  private func exponent<X: Coordinates>(_ p: X) -> X.Value {
    100.0 - (p[0].squared + p[1].squared).squareRoot() / Double.pi
  }

  /// −10⁻⁴ (s eᵃ + 1)^0.1, without the overflow of eᵃ.
  private func value<R: Real>(_ a: R, _ s: R) -> R { -1e-4 * exp(0.1 * (a + log(s + exp(-a)))) }
}
