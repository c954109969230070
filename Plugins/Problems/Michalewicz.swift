import OptimizerKit

/// Michalewicz's function: steep valleys in a plain, crossing each other.
///
///     f(x) = −Σᵢ sin xᵢ sin^{2m}(i xᵢ²/π)   on [0, π]ⁿ   (i from 1)
///
/// Minimum −1.8013034100985525 for n = 2 and m = 10, at (2.2029, π/2). The larger m, the narrower the
/// valleys, and the less does the plain say of where they are: n! pits, one of them the deepest.
///
/// Michalewicz, "Genetic Algorithms + Data Structures = Evolution Programs", 1992.
public struct Michalewicz: Surface {
  public static let name = "michalewicz"
  public static let summary = "narrow valleys in a plain, crossing each other"
  public static let shows = "a plain that says nothing of its valleys"
  public static let source =
    "Michalewicz, Genetic Algorithms + Data Structures = Evolution Programs, 1992"
  public static let family = Family.multimodal

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 2
  @Hyperparameter("steepness m of the valleys", in: 1.0...100) public var steepness = 10

  private var minimum: [Double] = []

  public init() { resolve() }

  public mutating func resolve() {
    minimum = (1...dim).map { i in
      // Beside the two crests of sin²(i x²/π) next to the middle of sin x.
      let crests = (Double(i) / 4 - 0.5).rounded(.down)
      let candidates = [crests, crests + 1].filter { $0 >= 0 }.map { root(i, near: crest(i, $0)) }
      return candidates.min { term(i, $0) < term(i, $1) } ?? 0
    }
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? 1.8 : 2.2 }] }
  public var minima: [[Double]] { [minimum] }
  public var minimumLoss: Double? { minimum.indices.reduce(0) { $0 + term($1 + 1, minimum[$1]) } }
  public var domain: Box? { Box(0 ... .pi, dimension: dim) }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: 0 ... .pi, y: 0 ... .pi) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<x.count { sum += term(i + 1, x[i]) }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count {
      let u = angle(i + 1, x[i])
      let edge = power(sin(u), 2 * steepness - 1)
      g[i] = -edge * slope(i + 1, x[i])
    }
  }

  private func angle<R: Real>(_ i: Int, _ x: R) -> R { Double(i) * x.squared / Double.pi }

  private func term<R: Real>(_ i: Int, _ x: R) -> R {
    -sin(x) * power(sin(angle(i, x)), 2 * steepness)
  }

  /// The derivative of a term, negated and divided by sin^{2m−1}.
  private func slope<R: Real>(_ i: Int, _ x: R) -> R {
    let u = angle(i, x)
    let turn = 4.0 * Double(steepness * i) / Double.pi * x
    return cos(x) * sin(u) + turn * sin(x) * cos(u)
  }

  /// Where i x²/π = (k + ½) π.
  private func crest(_ i: Int, _ k: Double) -> Double { .pi * ((k + 0.5) / Double(i)).squareRoot() }

  /// The peak of a term beside a crest, between the valleys on both sides, by bisection.
  private func root(_ i: Int, near crest: Double) -> Double {
    let k = (Double(i) * crest * crest / (.pi * .pi)).rounded(.down)
    var low = .pi * (k / Double(i)).squareRoot()
    var high = min(.pi * ((k + 1) / Double(i)).squareRoot(), .pi)
    // Beside the zero of the sine that parts two valleys, the slope has the sign of its own valley.
    let sign: Double = k.truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if sign * slope(i, middle) > 0 { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
