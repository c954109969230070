import OptimizerKit

/// Rastrigin's function: a bowl with a regular lattice of local minima.
///
///     f(x) = Σᵢ 10 + xᵢ² − 10 cos(2πxᵢ)
///
/// Minimum 0 at the origin; a local minimum near every point with whole coordinates. It shows where
/// a local method ends, and whether momentum or noise carries it over the ridges.
///
/// Rastrigin 1974; Mühlenbein, Schomisch and Born 1991, doi:10.1016/S0167-8191(05)80052-3.
public struct Rastrigin: Surface {
  public static let name = "rastrigin"
  public static let summary = "a bowl with a lattice of local minima"
  public static let shows = "many local minima"
  public static let source = "Mühlenbein et al. 1991, doi:10.1016/S0167-8191(05)80052-3"
  public static let family = Family.multimodal

  @Hyperparameter("dimension", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -3.6 : 2.7 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5.12...5.12, y: -5.12...5.12) : nil }

  private let twoPi = 2 * Double.pi

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += x[i].squared + 10.0 * (1.0 - cos(twoPi * x[i])) }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count { g[i] = 2.0 * x[i] + 10.0 * twoPi * sin(twoPi * x[i]) }
  }
}
