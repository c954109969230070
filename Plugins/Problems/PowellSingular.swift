import OptimizerKit

/// Powell's singular function, for each four coordinates a, b, c, d.
///
///     f(x) = Σ (a + 10b)² + 5 (c − d)² + (b − 2c)⁴ + 10 (a − d)⁴
///
/// Minimum 0 at the origin, where two of four curvatures vanish: methods that converge fast where
/// the Hessian is regular are slow here, Newton's by a factor 2/3 a step.
///
/// Powell 1962; Moré, Garbow and Hillstrom 1981, nos. 13 and 22, doi:10.1145/355934.355936.
public struct PowellSingular: Surface {
  public static let name = "powell-singular"
  public static let summary = "a minimum where half of the curvatures vanish"
  public static let shows = "slow convergence where the Hessian is singular"
  public static let source =
    "Moré, Garbow and Hillstrom 1981, nos. 13 and 22, doi:10.1145/355934.355936"
  public static let family = Family.bowl

  @Hyperparameter("dimension, a multiple of 4", in: 4.0...1e6) public var dim = 4

  public init() {}

  public func validate() throws(HyperparameterError) {
    guard dim % 4 == 0 else {
      throw .inconsistent(plugin: Self.name, reason: "dim = \(dim) is no multiple of 4")
    }
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { [3, -1, 0, 1][$0 % 4] }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in stride(from: 0, to: x.count, by: 4) {
      let squares = (x[i] + 10.0 * x[i + 1]).squared + 5.0 * (x[i + 2] - x[i + 3]).squared
      let u = (x[i + 1] - 2.0 * x[i + 2]).squared
      let v = (x[i] - x[i + 3]).squared
      sum += squares + u.squared + 10.0 * v.squared
    }
    return sum
  }

  public var residualCount: Int { dim }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    let (two, ten, twenty) = (2.0.squareRoot(), 10.0.squareRoot(), 20.0.squareRoot())
    for i in stride(from: 0, to: x.count, by: 4) {
      r[i] = two * (x[i] + 10.0 * x[i + 1])
      r[i + 1] = ten * (x[i + 2] - x[i + 3])
      r[i + 2] = two * (x[i + 1] - 2.0 * x[i + 2]).squared
      r[i + 3] = twenty * (x[i] - x[i + 3]).squared
    }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in stride(from: 0, to: x.count, by: 4) {
      let r = 2.0 * (x[i] + 10.0 * x[i + 1])
      let s = 10.0 * (x[i + 2] - x[i + 3])
      let u = 4.0 * power(x[i + 1] - 2.0 * x[i + 2], 3)
      let v = 40.0 * power(x[i] - x[i + 3], 3)
      g[i] = r + v
      g[i + 1] = 10.0 * r + u
      g[i + 2] = s - 2.0 * u
      g[i + 3] = -s - v
    }
  }
}
