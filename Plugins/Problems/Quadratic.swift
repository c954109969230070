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
/// Gradients are exact, or have Gaussian noise added to each coordinate, or are those of `batch`
/// examples drawn from a finite sum, whose mean is f:
///
///     f(x) = 1/m Σᵢ ½ (aᵢ·Qx)² − bᵢ aᵢ·Qx,   i = 0, …, m − 1
///     aᵢ = (√λ₀, √(2λ₁) cos θᵢ, √(2λ₂) cos 2θᵢ, …),   bᵢ = σ √2 cos nθᵢ,   θᵢ = π (i + ½)/m
///
/// The cosines are orthogonal, so that this is exact. Such noise grows with the distance from the
/// minimum, where without σ it vanishes.
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
  @Hyperparameter(
    "standard deviation σ of the gradient's noise, or of the examples' bᵢ", in: 0...)
  public var noise = 0.0
  @Hyperparameter("examples in a minibatch of the finite sum; 0 for none", in: 0.0...1e5)
  public var batch = 0
  @Hyperparameter("number m of examples of the finite sum, more than n", in: 3.0...1e6)
  public var samples = 100

  /// The eigenvalues in ascending order, and the cosine and sine of the rotation.
  public private(set) var eigenvalues: [Double] = []
  private var cosine = 1.0
  private var sine = 0.0
  private var first = 1.0
  private var second = 1.0
  /// cos(πk/2m) for 0 ≤ k < 4m, and √λ₀, √(2λ₁), √(2λ₂), …: what the examples are made of.
  private var cosines: [Double] = []
  private var scales: [Double] = []

  public init() { resolve() }

  public func validate() throws(HyperparameterError) {
    guard batch == 0 || samples > dim else {
      throw .inconsistent(
        plugin: Self.name, reason: "samples = \(samples) is not more than dim = \(dim)")
    }
  }

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
    (cosines, scales) = ([], [])
    if batch > 0 {
      cosines = (0..<4 * samples).map { cos(.pi * Double($0) / Double(2 * samples)) }
      scales = eigenvalues.enumerated().map { (($0 == 0 ? 1 : 2) * $1).squareRoot() }
    }
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
  public var isStochastic: Bool { noise > 0 || batch > 0 }

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

  public var residualCount: Int { dimension }

  /// √λᵢ (Qx)ᵢ
  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    var carried = x[0]
    for i in 0..<(x.count - 1) {
      r[i] = eigenvalues[i].squareRoot() * (cosine * carried + sine * x[i + 1])
      carried = cosine * x[i + 1] - sine * carried
    }
    r[x.count - 1] = eigenvalues[x.count - 1].squareRoot() * carried
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
    guard batch > 0 else {
      gradient(at: x, into: &g)
      for i in 0..<x.count { g[i] = g[i] + noise * random.normal() }
      return
    }
    for i in 0..<x.count { g[i] = .zero }
    for _ in 0..<batch { addExample(random.index(below: samples), at: x, to: &g) }
    turnBack(&g)
  }

  /// Adds an example's share of a minibatch's gradient with respect to Qx.
  private func addExample<X: Coordinates>(_ i: Int, at x: X, to g: inout X) {
    let last = x.count - 1
    // kθᵢ in units of π/2m.
    func cosine(_ k: Int) -> Double { cosines[k * (2 * i + 1) % cosines.count] }
    var carried = x[0]
    var product = X.Value(-noise * 2.0.squareRoot() * cosine(x.count))
    for k in 0..<last {
      let u = self.cosine * carried + sine * x[k + 1]
      carried = self.cosine * x[k + 1] - sine * carried
      product += scales[k] * cosine(k) * u
    }
    product += scales[last] * cosine(last) * carried
    let share = product / Double(batch)
    for k in 0...last { g[k] = g[k] + scales[k] * cosine(k) * share }
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
