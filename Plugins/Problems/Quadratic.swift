import OptimizerKit

/// A quadratic bowl with a chosen condition number, spectrum, rotation and gradient noise.
///
///     f(x) = ½ Σᵢ λᵢ (Qx)ᵢ²,   1 = λ₀ ≤ … ≤ λₙ₋₁ = κ
///
/// Minimum 0 at the origin. Along the flat direction descent crawls, along the steep one it
/// zig-zags: the ratio κ of the curvatures decides how slow it must be, and all of the theory of
/// convergence rates can be read off. Q turns by `rotation` degrees in the planes (0, 1), (1, 2),
/// …, (n−2, n−1), one after the other, so that a gradient costs O(n); in two dimensions the flat
/// direction then lies at that angle to the x axis. The start is (κ, 1, …, 1) in the eigenbasis,
/// in two dimensions the worst case for exact line search.
///
/// Nocedal and Wright, "Numerical Optimization", 2006, section 3.3.
public struct Quadratic: Surface {
  public static let name = "quadratic"
  public static let summary = "a quadratic bowl of any condition, dimension, rotation and noise"
  public static let shows = "zig-zag, overshoot and rates against the condition number"
  public static let source = "Nocedal and Wright, Numerical Optimization, 2006, section 3.3"
  public static let family = Family.quadratic

  /// How the eigenvalues lie between 1 and κ.
  public enum Spectrum: String, Choice {
    /// At equal distances.
    case uniform
    /// At equal ratios.
    case logUniform = "log-uniform"
    /// The first half (rounded up) at 1, the others at κ.
    case twoCluster = "two-cluster"
  }

  @Hyperparameter("condition number κ", in: 1.0...1e12, scale: .log) public var condition = 100.0
  @Hyperparameter("dimension", in: 2.0...1e6) public var dim = 2
  @Hyperparameter("angle of the flat direction, in degrees", in: -360...360)
  public var rotation = 0.0
  @Hyperparameter("how the eigenvalues lie between 1 and κ") public var spectrum = Spectrum.uniform
  @Hyperparameter("standard deviation of each coordinate of the gradient's noise", in: 0...)
  public var noise = 0.0

  /// The eigenvalues in ascending order, and the cosine and sine of the rotation.
  public private(set) var eigenvalues: [Double] = []
  private var cosine = 1.0
  private var sine = 0.0
  private var first = 1.0
  private var second = 1.0

  public init() { resolve() }

  public mutating func resolve() {
    let last = Double(dim - 1)
    eigenvalues = (0..<dim).map { i in
      if i == 0 { return 1 }
      if i == dim - 1 { return condition }
      switch spectrum {
      case .uniform: return 1 + (condition - 1) * (Double(i) / last)
      case .logUniform: return exp(log(condition) * (Double(i) / last))
      case .twoCluster: return i < (dim + 1) / 2 ? 1 : condition
      }
    }
    first = eigenvalues[0]
    second = eigenvalues[1]
    // Exact at right angles, where the bowl is aligned with the axes.
    let turn = rotation.truncatingRemainder(dividingBy: 360)
    switch turn < 0 ? turn + 360 : turn {
    case 0: (cosine, sine) = (1, 0)
    case 90: (cosine, sine) = (0, 1)
    case 180: (cosine, sine) = (-1, 0)
    case 270: (cosine, sine) = (0, -1)
    case let angle: (cosine, sine) = (cos(angle / 180 * .pi), sin(angle / 180 * .pi))
    }
  }

  public var dimension: Int { eigenvalues.count }
  public var starts: [[Double]] {
    var u = [Double](repeating: 1, count: dimension)
    u[0] = condition
    turnBack(&u)
    return [u]
  }
  public var minima: [[Double]] { [Array(repeating: 0, count: dimension)] }
  public var minimumLoss: Double? { 0 }
  public var isQuadratic: Bool { true }
  public var isStochastic: Bool { noise > 0 }

  /// The ellipse through the start, with a margin.
  public var viewport: Viewport? {
    guard dimension == 2 else { return nil }
    let flat = 1.2 * condition
    let steep = 1.2 * (condition + 1).squareRoot()
    let x = flat * cosine.magnitude + steep * sine.magnitude
    let y = flat * sine.magnitude + steep * cosine.magnitude
    return Viewport(x: -x...x, y: -y...y)
  }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    // Each rotation leaves one coordinate of Qx finished and carries the other on.
    var sum = X.Value.zero
    var carried = x[0]
    for i in 0..<(x.count - 1) {
      let u = cosine * carried + sine * x[i + 1]
      carried = cosine * x[i + 1] - sine * carried
      sum += eigenvalues[i] * u.squared
    }
    return 0.5 * (sum + eigenvalues[x.count - 1] * carried.squared)
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    if x.count == 2 {
      let u = first * (cosine * x[0] + sine * x[1])
      let v = second * (cosine * x[1] - sine * x[0])
      g[0] = cosine * u - sine * v
      g[1] = sine * u + cosine * v
      return
    }
    var carried = x[0]
    for i in 0..<(x.count - 1) {
      g[i] = eigenvalues[i] * (cosine * carried + sine * x[i + 1])
      carried = cosine * x[i + 1] - sine * carried
    }
    g[x.count - 1] = eigenvalues[x.count - 1] * carried
    if sine != 0 || cosine != 1 { turnBack(&g) }
  }

  public func sampleGradient<X: Coordinates>(
    at x: X, into g: inout X, random: inout RandomSource
  ) {
    gradient(at: x, into: &g)
    for i in 0..<x.count { g[i] = g[i] + noise * random.normal() }
  }

  /// u ← Qᵀu, in place.
  private func turnBack<X: Coordinates>(_ u: inout X) {
    for i in stride(from: u.count - 2, through: 0, by: -1) {
      let a = u[i]
      let b = u[i + 1]
      u[i] = cosine * a - sine * b
      u[i + 1] = sine * a + cosine * b
    }
  }

  private func turnBack(_ u: inout [Double]) {
    u.withUnsafeMutableBufferPointer {
      var coordinates = Strided($0.baseAddress!, count: $0.count)
      turnBack(&coordinates)
    }
  }
}
