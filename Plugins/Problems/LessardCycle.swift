import OptimizerKit

/// A convex function on which the heavy ball, tuned as for quadratics, cycles for ever.
///
///              ⎧ 25x         for x < 1
///     f′(x) =  ⎨ x + 24      for 1 ≤ x < 2          f(0) = 0
///              ⎩ 25x − 24    for x ≥ 2
///
/// Strongly convex with constant 1 and smooth with constant 25, so that κ = 25: two parabolas, joined by
/// a stretch where the slope hardly rises. Minimum 0 at 0. The heavy ball's best parameters for
/// quadratics of this κ, α = 1/9 and μ = 4/9, lead from starts near 3.3 into a cycle of three points.
///
/// Lessard, Recht and Packard 2016, arXiv 1408.3595, section 4.6.
public struct LessardCycle: Surface {
  public static let name = "lessard-cycle"
  public static let summary = "a convex function on which the heavy ball cycles for ever"
  public static let shows = "that best parameters for quadratics may fail on convex functions"
  public static let source = "Lessard, Recht and Packard 2016, arXiv 1408.3595, section 4.6"
  public static let family = Family.bowl

  public init() {}

  public var dimension: Int { 1 }
  public var starts: [[Double]] { [[3.3], [-3]] }
  public var minima: [[Double]] { [[0]] }
  public var minimumLoss: Double? { 0 }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    let p = x[0]
    switch p.double {
    case ..<1: return 12.5 * p.squared
    case ..<2: return 0.5 * p.squared + 24.0 * p - 12.0
    default: return 12.5 * p.squared - 24.0 * p + 36.0
    }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let p = x[0]
    switch p.double {
    case ..<1: g[0] = 25.0 * p
    case ..<2: g[0] = p + 24.0
    default: g[0] = 25.0 * p - 24.0
    }
  }
}
