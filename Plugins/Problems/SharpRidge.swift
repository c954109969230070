import OptimizerKit

/// The sharp ridge: an edge along which the loss falls slowly, and at which the gradient jumps.
///
///     f(x) = x₁² + α √(Σ_{i≥2} xᵢ²)
///
/// Minimum 0 at the origin. The gradient towards the edge is of length α however near it is, so
/// that steps of a fixed length cross it again and again, while the slope along it vanishes. On the
/// edge, where there is no gradient, the part across it is 0: the smallest subgradient.
///
/// Hansen et al. 2009, f13 (there shifted, turned and scaled), INRIA RR-6829.
public struct SharpRidge: Surface {
  public static let name = "sharp-ridge"
  public static let summary = "a slowly falling edge between steep slopes"
  public static let shows = "steps that cross an edge, where the gradient jumps"
  public static let source = "Hansen et al. 2009, f13, INRIA RR-6829"
  public static let family = Family.valley

  @Hyperparameter("dimension n", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("slope towards the edge, α", in: .positive, scale: .log) public var slope = 100.0

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -4 : 3 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value { x[0].squared + slope * distance(x) }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let d = distance(x)
    let share = d > .zero ? slope / d : .zero
    g[0] = 2.0 * x[0]
    for i in 1..<x.count { g[i] = share * x[i] }
  }

  /// The distance from the edge.
  private func distance<X: Coordinates>(_ x: X) -> X.Value {
    var squares = X.Value.zero
    for i in 1..<x.count { squares += x[i].squared }
    return squares > .zero ? squares.squareRoot() : .zero
  }
}
