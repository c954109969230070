import OptimizerKit

/// The discus: one steep direction among flat ones.
///
///     f(x) = κ x₁² + Σ_{i≥2} xᵢ²
///
/// Minimum 0 at the origin. A single direction of n dictates the step length of all the others. The
/// opposite of `bent-cigar`, where a single one is flat.
///
/// Hansen et al. 2009, f11 (there shifted, turned and with oscillations), INRIA RR-6829.
public struct Discus: Surface {
  public static let name = "discus"
  public static let summary = "one steep direction among flat ones"
  public static let shows = "one coordinate that holds up all the others"
  public static let source = "Hansen et al. 2009, f11, INRIA RR-6829"
  public static let family = Family.quadratic

  @Hyperparameter("dimension n", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("condition number κ", in: 1.0...1e12, scale: .log) public var condition = 1e6

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? 3 : -4 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }
  public var isQuadratic: Bool { true }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = condition * x[0].squared
    for i in 1..<x.count { sum += x[i].squared }
    return sum
  }

  public var residualCount: Int { dim }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    r[0] = (2 * condition).squareRoot() * x[0]
    for i in 1..<x.count { r[i] = 2.0.squareRoot() * x[i] }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    g[0] = 2.0 * condition * x[0]
    for i in 1..<x.count { g[i] = 2.0 * x[i] }
  }
}
