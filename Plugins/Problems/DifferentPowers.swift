import OptimizerKit

/// A sum of different powers: curvatures that vanish one after the other on the way to the minimum.
///
///     f(x) = Σᵢ |xᵢ|^(2 + (p − 2)(i − 1)/(n − 1))   (i from 1)
///
/// Minimum 0 at the origin, where only the first curvature is not 0. The condition grows without
/// bound on the way there, so that every rate found on the way is too small later. The benchmark
/// takes the square root, which changes no contour and makes a cone of the minimum.
///
/// Hansen et al. 2009, f14, INRIA RR-6829.
public struct DifferentPowers: Surface {
  public static let name = "different-powers"
  public static let summary = "a bowl that is flatter along each further axis"
  public static let shows = "a condition that grows on the way to the minimum"
  public static let source = "Hansen et al. 2009, f14, INRIA RR-6829"
  public static let family = Family.bowl

  @Hyperparameter("dimension n", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("the largest power p", in: 2.0...20) public var power = 6.0

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -1.5 : 1.5 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -2...2, y: -2...2) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += x[i].squared * raised(x[i].magnitude, excess(i)) }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count {
      g[i] = (2.0 + excess(i)) * x[i] * raised(x[i].magnitude, excess(i))
    }
  }

  /// By how much the power of a coordinate is more than 2.
  private func excess(_ i: Int) -> Double { (power - 2) * Double(i) / Double(dim - 1) }

  /// tᵖ for t ≥ 0.
  private func raised<R: Real>(_ t: R, _ p: Double) -> R {
    if p == 0 { return R(1.0) }
    return t > R.zero ? exp(p * log(t)) : .zero
  }
}
