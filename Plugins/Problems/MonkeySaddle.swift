import OptimizerKit

/// The monkey saddle: three ways down, one for each leg and one for the tail.
///
///     f(x, y) = x³ − 3xy²
///
/// No minimum; degenerate saddle at the origin, where gradient and Hessian both vanish: second-order
/// information does not help there, and the way in and out is slower than exponential.
///
/// Hilbert and Cohn-Vossen, "Anschauliche Geometrie", 1932.
public struct MonkeySaddle: Surface {
  public static let name = "monkey-saddle"
  public static let summary = "x³ − 3xy²: a degenerate saddle with three ways down"
  public static let shows = "a saddle whose Hessian vanishes"
  public static let source = "Hilbert and Cohn-Vossen, Anschauliche Geometrie, 1932"
  public static let family = Family.saddle

  public init() {}

  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1e-3]] }
  public var minima: [[Double]] { [] }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? { Viewport(x: -1.5...1.5, y: -1.5...1.5) }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    p[0] * (p[0].squared - 3.0 * p[1].squared)
  }

  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let (x, y) = (p[0], p[1])
    g[0] = 3.0 * (x.squared - y.squared)
    g[1] = -6.0 * x * y
  }
}
