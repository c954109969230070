import OptimizerKit

/// The bent cigar: a smooth and very narrow ridge that is not straight.
///
///     f(x) = z₁² + κ Σ_{i≥2} zᵢ²,   z = Q T(Q x)
///     T(u)ᵢ = uᵢ^(1 + β (i − 1)/(n − 1) √uᵢ)  where uᵢ > 0, uᵢ elsewhere   (i from 1)
///
/// Minimum 0 at the origin. One direction of n is flat, and β bends it: what was learnt of the
/// curvatures at one place is wrong at the next. With β = 0 it is a quadratic form, the cigar. Q
/// turns by `rotation` degrees in the planes (1, 2), (2, 3), …, so that a gradient costs O(n). The
/// opposite of `discus`, where a single direction is steep.
///
/// Hansen et al. 2009, f12 (there with a random Q), INRIA RR-6829.
public struct BentCigar: Surface {
  public static let name = "bent-cigar"
  public static let summary = "a bent ridge, smooth and very narrow"
  public static let shows = "a narrow ridge that changes its direction"
  public static let source = "Hansen et al. 2009, f12, INRIA RR-6829"
  public static let family = Family.valley

  @Hyperparameter("dimension n", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("condition number κ", in: 1.0...1e12, scale: .log) public var condition = 1e6
  @Hyperparameter("how much the ridge is bent, β", in: 0.0...1) public var bend = 0.5
  @Hyperparameter("angle of Q in each plane, in degrees", in: -360...360) public var rotation = 45.0

  private var cosine = 1.0
  private var sine = 0.0

  public init() { resolve() }

  public mutating func resolve() {
    (cosine, sine) = (cos(rotation / 180 * .pi), sin(rotation / 180 * .pi))
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -2 : 4 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }
  public var isQuadratic: Bool { bend == 0 }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    // Each rotation leaves one coordinate finished and carries the other on: first in u, then in z.
    var u = x[0]
    var z = X.Value.zero
    var sum = X.Value.zero
    for i in 0..<x.count {
      let isLast = i == x.count - 1
      let t = bent(isLast ? u : cosine * u + sine * x[i + 1], i)
      if !isLast { u = cosine * x[i + 1] - sine * u }
      if i > 0 { sum += (i == 1 ? 1.0 : condition) * (cosine * z + sine * t).squared }
      z = i == 0 ? t : cosine * t - sine * z
    }
    return sum + condition * z.squared
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let last = x.count - 1
    for i in 0...last { g[i] = x[i] }
    turn(&g)
    for i in 0...last { g[i] = bent(g[i], i) }
    turn(&g)
    g[0] = 2.0 * g[0]
    for i in 1...last { g[i] = 2.0 * condition * g[i] }
    turnBack(&g)
    var u = x[0]
    for i in 0..<last {
      g[i] = g[i] * slope(cosine * u + sine * x[i + 1], i)
      u = cosine * x[i + 1] - sine * u
    }
    g[last] = g[last] * slope(u, last)
    turnBack(&g)
  }

  /// T(u)ᵢ.
  private func bent<R: Real>(_ u: R, _ i: Int) -> R {
    guard i > 0, bend > 0, u > R.zero else { return u }
    return exp((1.0 + share(i) * u.squareRoot()) * log(u))
  }

  /// The derivative of T(u)ᵢ.
  private func slope<R: Real>(_ u: R, _ i: Int) -> R {
    guard i > 0, bend > 0, u > R.zero else { return R(1.0) }
    let root = share(i) * u.squareRoot()
    let logarithm = log(u)
    return exp(root * logarithm) * (1.0 + root * (1.0 + 0.5 * logarithm))
  }

  private func share(_ i: Int) -> Double { bend * Double(i) / Double(dim - 1) }

  /// u ← Qu, in place.
  private func turn<X: Coordinates>(_ u: inout X) {
    for i in 0..<(u.count - 1) {
      (u[i], u[i + 1]) = (cosine * u[i] + sine * u[i + 1], cosine * u[i + 1] - sine * u[i])
    }
  }

  /// u ← Qᵀu, in place.
  private func turnBack<X: Coordinates>(_ u: inout X) {
    for i in stride(from: u.count - 2, through: 0, by: -1) {
      (u[i], u[i + 1]) = (cosine * u[i] - sine * u[i + 1], sine * u[i] + cosine * u[i + 1])
    }
  }
}
