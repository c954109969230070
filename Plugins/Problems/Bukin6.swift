import OptimizerKit

/// Bukin's function no. 6: a sharp valley along a parabola, with cliffs on both sides.
///
///     f(x, y) = 100 √|y − x²/100| + |x + 10|/100
///
/// Minimum 0 at (−10, 1). Every point of the parabola is a local minimum across it, and the slope
/// towards it grows without bound: no learning rate lets a path rest there, and nothing leads along.
/// On the parabola, where there is no gradient, its part of it is 0.
///
/// Jamil and Yang 2013, arXiv 1308.4008.
public struct Bukin6: Surface {
  public static let name = "bukin6"
  public static let summary = "a sharp valley along a parabola"
  public static let shows = "a valley with infinitely steep walls"
  public static let source = "Jamil and Yang 2013, arXiv 1308.4008"
  public static let family = Family.valley

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-6, 2.5]] }
  public var minima: [[Double]] { [[-10, 1]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -15 ... -5, y: -3...3) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let height = (p[1] - 0.01 * p[0].squared).magnitude
    let wall = height > .zero ? height.squareRoot() : .zero
    return 100.0 * wall + 0.01 * (p[0] + 10.0).magnitude
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let height = p[1] - 0.01 * p[0].squared
    let size = height.magnitude
    let slope = size > .zero ? 50.0 * height.signum / size.squareRoot() : .zero
    g[0] = 0.01 * (p[0] + 10.0).signum - 0.02 * p[0] * slope
    g[1] = slope
  }
}
