import OptimizerKit

/// Rosenbrock's curved valley, in any dimension.
///
///     f(x) = Σᵢ b (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
///
/// Minimum 0 at (1, …, 1). The floor of the valley falls slowly along a parabola while its walls
/// are steep: reaching the valley is easy, following it is not.
///
/// Rosenbrock 1960, doi:10.1093/comjnl/3.3.175.
public struct Rosenbrock: Surface {
  public static let name = "rosenbrock"
  public static let summary = "a narrow valley along a parabola"
  public static let shows = "slow progress along a curved, ill-conditioned valley"
  public static let source = "Rosenbrock 1960, doi:10.1093/comjnl/3.3.175"
  public static let family = Family.valley

  @Hyperparameter("dimension", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("steepness of the walls", in: .positive, scale: .log) public var b = 100.0

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -1.2 : 1 }] }
  public var minima: [[Double]] { [Array(repeating: 1, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -2...2, y: -1...3) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<(x.count - 1) {
      sum += b * (x[i + 1] - x[i].squared).squared + (1.0 - x[i]).squared
    }
    return sum
  }

  public var residualCount: Int { 2 * (dim - 1) }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    let wall = (2 * b).squareRoot()
    let floor = 2.0.squareRoot()
    for i in 0..<(x.count - 1) {
      r[2 * i] = wall * (x[i + 1] - x[i].squared)
      r[2 * i + 1] = floor * (1.0 - x[i])
    }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    // The pull of the wall before a coordinate, and of the one after it.
    var r = x[1] - x[0].squared
    g[0] = -4.0 * b * x[0] * r - 2.0 * (1.0 - x[0])
    for i in 1..<(x.count - 1) {
      let before = 2.0 * b * r
      r = x[i + 1] - x[i].squared
      g[i] = before - 4.0 * b * x[i] * r - 2.0 * (1.0 - x[i])
    }
    g[x.count - 1] = 2.0 * b * r
  }
}
