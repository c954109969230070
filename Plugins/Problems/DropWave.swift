import OptimizerKit

/// The drop wave: rings around a hole, as of a drop on water.
///
///     f(x, y) = −(1 + cos 12r)/(½r² + 2),   r² = x² + y²
///
/// Minimum −1 at the origin. Every ring is a valley without a way in or out: a local method goes
/// round in the one that it starts in, at best.
///
/// Surjanovic and Bingham 2013, https://www.sfu.ca/~ssurjano/drop.html.
public struct DropWave: Surface {
  public static let name = "drop-wave"
  public static let summary = "rings of ripples around a hole"
  public static let shows = "ring-shaped valleys that must be crossed"
  public static let source = "Surjanovic and Bingham 2013, https://www.sfu.ca/~ssurjano/drop.html"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[-1.2, 0.9]] }
  public var minima: [[Double]] { [[0, 0]] }
  public var minimumLoss: Double? { -1 }
  public var viewport: Viewport? { Viewport(x: -2...2, y: -2...2) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let square = p[0].squared + p[1].squared
    return -(2.0 * halfCosine(square).squared) / (0.5 * square + 2.0)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let square = p[0].squared + p[1].squared
    let depth = 0.5 * square + 2.0
    let c = halfCosine(square)
    // −(1 + cos 12r) is −2 cos² 6r, whose slope in r² is 12 cos 6r (sin 6r)/r.
    let slope = (12.0 * c * sineRatio(square) + c.squared / depth) / depth
    g[0] = 2.0 * slope * p[0]
    g[1] = 2.0 * slope * p[1]
  }

  /// cos 6r of r²: a series where the root's derivative grows without bound.
  private func halfCosine<R: Real>(_ square: R) -> R {
    if square < R(1e-8) { return 1.0 - square * (18.0 - 54.0 * square) }
    return cos(6.0 * square.squareRoot())
  }

  /// (sin 6r)/r of r².
  private func sineRatio<R: Real>(_ square: R) -> R {
    if square < R(1e-8) { return 6.0 - square * (36.0 - 64.8 * square) }
    let r = square.squareRoot()
    return sin(6.0 * r) / r
  }
}
