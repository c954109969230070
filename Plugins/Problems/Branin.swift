import OptimizerKit

/// Branin's function: three minima of the same depth along a curved valley.
///
///     f(x, y) = (y − 5.1x²/(4π²) + 5x/π − 6)² + 10 (1 − 1/(8π)) cos x + 10
///
/// Minimum 5/(4π) = 0.397887 at (−π, 12.275), (π, 2.275) and (3π, 2.475).
///
/// Branin 1972, doi:10.1147/rd.165.0504; Dixon and Szegő 1978.
public struct Branin: Surface {
  public static let name = "branin"
  public static let summary = "three minima along a curved valley"
  public static let shows = "which of three equal minima a path ends in"
  public static let source = "Branin 1972, doi:10.1147/rd.165.0504"
  public static let family = Family.multimodal

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[6, 12]] }
  public var minima: [[Double]] { [[-.pi, 12.275], [.pi, 2.275], [3 * .pi, 2.475]] }
  public var minimumLoss: Double? { 5 / (4 * .pi) }
  public var viewport: Viewport? { Viewport(x: -5...10, y: 0...15) }

  private let b = 5.1 / (4 * Double.pi * Double.pi)
  private let c = 5 / Double.pi
  private let s = 10 * (1 - 1 / (8 * Double.pi))

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let r = p[1] - b * p[0].squared + c * p[0] - 6.0
    return r.squared + s * cos(p[0]) + 10.0
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let r = p[1] - b * p[0].squared + c * p[0] - 6.0
    g[0] = 2.0 * r * (c - 2.0 * b * p[0]) - s * sin(p[0])
    g[1] = 2.0 * r
  }
}
