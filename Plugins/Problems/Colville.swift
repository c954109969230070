import OptimizerKit

/// The function of Colville and Wood: two valleys of Rosenbrock's kind that are coupled.
///
///     f(x) = 100 (x₁² − x₂)² + (x₁ − 1)² + 90 (x₃² − x₄)² + (x₃ − 1)²
///            + 10.1 ((x₂ − 1)² + (x₄ − 1)²) + 19.8 (x₂ − 1)(x₄ − 1)
///
/// Minimum 0 at (1, 1, 1, 1). On the way there from the start lies a saddle with the loss 7.877 and a
/// curvature of −0.12 against 950: many a method has been taken to have converged there.
///
/// Colville 1968; Moré, Garbow and Hillstrom 1981, no. 14, doi:10.1145/355934.355936.
public struct Colville: Surface {
  public static let name = "colville"
  public static let summary = "Wood's function: two coupled valleys with a saddle on the way"
  public static let shows = "a saddle with little negative curvature in a valley"
  public static let source = "Moré, Garbow and Hillstrom 1981, no. 14, doi:10.1145/355934.355936"
  public static let family = Family.valley

  public init() {}

  public var dimension: Int { 4 }
  public var starts: [[Double]] { [[-3, -1, -3, -1]] }
  public var minima: [[Double]] { [[1, 1, 1, 1]] }
  public var minimumLoss: Double? { 0 }
  /// Newton's method in 50-digit arithmetic, rounded once.
  public var saddle: [Double]? {
    [-0.9679740249375931, 0.9471391408178418, -0.9695163103315911, 0.9512476657923252]
  }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    let (u, v) = (x[1] - 1.0, x[3] - 1.0)
    let first = 100.0 * (x[0].squared - x[1]).squared + (x[0] - 1.0).squared
    let second = 90.0 * (x[2].squared - x[3]).squared + (x[2] - 1.0).squared
    return first + second + 10.1 * (u.squared + v.squared) + 19.8 * u * v
  }

  public var residualCount: Int { 6 }

  /// With 10 (u + v)² + (u − v)²/10 for the last two terms.
  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    let (u, v) = (x[1] - 1.0, x[3] - 1.0)
    let two = 2.0.squareRoot()
    r[0] = 200.0.squareRoot() * (x[0].squared - x[1])
    r[1] = two * (x[0] - 1.0)
    r[2] = 180.0.squareRoot() * (x[2].squared - x[3])
    r[3] = two * (x[2] - 1.0)
    r[4] = 20.0.squareRoot() * (u + v)
    r[5] = 0.2.squareRoot() * (u - v)
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let (u, v) = (x[1] - 1.0, x[3] - 1.0)
    let r = 200.0 * (x[0].squared - x[1])
    let s = 180.0 * (x[2].squared - x[3])
    g[0] = 2.0 * x[0] * r + 2.0 * (x[0] - 1.0)
    g[1] = 20.2 * u + 19.8 * v - r
    g[2] = 2.0 * x[2] * s + 2.0 * (x[2] - 1.0)
    g[3] = 20.2 * v + 19.8 * u - s
  }
}
