import OptimizerKit

/// The egg holder: steep waves whose deepest trough is cut off by the box.
///
///     f(x, y) = −(y + 47) sin √|y + ½x + 47| − x sin √|x − y − 47|   on [−512, 512]²
///
/// Minimum −959.640662720851 at (512, 404.2318051137578), on the edge of the box, where the gradient
/// does not vanish. Beyond it there are deeper troughs. Along two lines, where a root's argument
/// changes its sign, the slope is infinite; there the term's part of the gradient is 0.
///
/// Whitley et al. 1996, doi:10.1016/0004-3702(95)00124-7; Jamil and Yang 2013.
public struct Eggholder: Surface {
  public static let name = "eggholder"
  public static let summary = "steep waves, deepest at the edge of the box"
  public static let shows = "many deep local minima, and one at the edge"
  public static let source = "Whitley et al. 1996, doi:10.1016/0004-3702(95)00124-7"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[0, 0], [400, 300]] }
  /// The root of ∂f/∂y at x = 512, in 50-digit arithmetic.
  public var minima: [[Double]] { [[512, 404.2318051137578]] }
  public var minimumLoss: Double? { -959.6406627208509 }
  public var domain: Box? { Box(-512...512, dimension: 2) }
  public var viewport: Viewport? { Viewport(x: -512...512, y: -512...512) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let height = p[1] + 47.0
    let first = height * sin((0.5 * p[0] + height).magnitude.squareRoot())
    let second = p[0] * sin((p[0] - height).magnitude.squareRoot())
    return -first - second
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let height = p[1] + 47.0
    let (u, v) = (0.5 * p[0] + height, p[0] - height)
    let first = height * slope(u)
    let second = p[0] * slope(v)
    g[0] = -0.5 * first - second - sin(v.magnitude.squareRoot())
    g[1] = -first + second - sin(u.magnitude.squareRoot())
  }

  /// The derivative of sin √|t|.
  private func slope<R: Real>(_ t: R) -> R {
    let root = t.magnitude.squareRoot()
    return root > .zero ? 0.5 * t.signum * cos(root) / root : .zero
  }
}
