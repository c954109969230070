import OptimizerKit

/// The function of Styblinski and Tang: 2ⁿ basins, one of them the deepest.
///
///     f(x) = ½ Σᵢ xᵢ⁴ − 16xᵢ² + 5xᵢ
///
/// Minimum −39.16616570377141 n where each coordinate is −2.903534027771177. The other basin of each
/// coordinate, near 2.75, is shallower: it shows which basin a start and a method lead to.
///
/// Styblinski and Tang 1990, doi:10.1016/0893-6080(90)90029-K.
public struct StyblinskiTang: Surface {
  public static let name = "styblinski-tang"
  public static let summary = "a double well along each coordinate"
  public static let shows = "basins of different depth"
  public static let source = "Styblinski and Tang 1990, doi:10.1016/0893-6080(90)90029-K"
  public static let family = Family.multimodal

  @Hyperparameter("dimension", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] {
    [Array(repeating: 0, count: dim), (0..<dim).map { $0 % 2 == 0 ? 4.5 : -4.5 }]
  }
  /// The root of 4x³ − 32x + 5 near −2.9, in 50-digit arithmetic.
  public var minima: [[Double]] { [Array(repeating: -2.903534027771177, count: dim)] }
  public var minimumLoss: Double? { -39.16616570377141 * Double(dim) }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += x[i] * (x[i] * (x[i].squared - 16.0) + 5.0) }
    return 0.5 * sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count { g[i] = x[i] * (2.0 * x[i].squared - 16.0) + 2.5 }
  }
}
