import OptimizerKit

/// Zakharov's function: a bowl crossed by a steep quartic trough.
///
///     f(x) = Σᵢ xᵢ² + s² + s⁴,   s = ½ Σᵢ i xᵢ  (i from 1)
///
/// Minimum 0 at the origin, and no other. Far out the quartic term gives one direction a curvature
/// beyond all others, near the minimum it is gone: learning rates that suit the end diverge at the
/// start.
///
/// Jamil and Yang 2013, no. 173, arXiv 1308.4008.
public struct Zakharov: Surface {
  public static let name = "zakharov"
  public static let summary = "a bowl crossed by a steep quartic trough"
  public static let shows = "one direction that is far steeper away from the minimum"
  public static let source = "Jamil and Yang 2013, no. 173, arXiv 1308.4008"
  public static let family = Family.valley

  @Hyperparameter("dimension", in: 1.0...1000) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? 4 : -4 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var squares = X.Value.zero
    var s = X.Value.zero
    for i in 0..<x.count {
      squares += x[i].squared
      s += 0.5 * Double(i + 1) * x[i]
    }
    return squares + s.squared + s.squared.squared
  }

  public var residualCount: Int { dim + 2 }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    let root = 2.0.squareRoot()
    var s = X.Value.zero
    for i in 0..<x.count {
      r[i] = root * x[i]
      s += 0.5 * Double(i + 1) * x[i]
    }
    r[x.count] = root * s
    r[x.count + 1] = root * s.squared
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    var s = X.Value.zero
    for i in 0..<x.count { s += 0.5 * Double(i + 1) * x[i] }
    let slope = s * (1.0 + 2.0 * s.squared)
    for i in 0..<x.count { g[i] = 2.0 * x[i] + Double(i + 1) * slope }
  }
}
