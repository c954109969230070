import OptimizerKit

/// Phase retrieval: a vector from the squares of its projections, without their signs.
///
///     f(x) = 1/4m Σᵢ ((aᵢ·x)² − yᵢ)²,   yᵢ = (aᵢ·x̂)²
///
/// Vectors aᵢ are standard normal, ‖x̂‖ = 1. Minimum 0 at ±x̂. Not convex: the origin is a maximum, and
/// between the two minima, orthogonal to x̂, lie saddles. With many examples there is no other
/// stationary point, so that descent from anywhere arrives; with few of them there are.
///
/// Sun, Qu and Wright 2018, arXiv 1602.06664; Candès, Li and Soltanolkotabi 2015, arXiv 1407.1065.
public struct PhaseRetrieval: Surface {
  public static let name = "phase-retrieval"
  public static let summary = "a vector from squared projections: two mirrored minima"
  public static let shows = "a problem that is not convex and yet easy, given enough data"
  public static let source = "Sun, Qu and Wright 2018, arXiv 1602.06664"
  public static let family = Family.structured

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 10
  @Hyperparameter("number m of examples", in: 1.0...1e5) public var samples = 100
  @Hyperparameter("selects the data and the start", in: 0.0...1e9) public var instance = 1

  /// aᵢ, one example after the other.
  private var vectors: [Double] = []
  private var targets: [Double] = []
  private var hidden: [Double] = []
  private var start: [Double] = []

  public init() { resolve() }

  public mutating func resolve() {
    var random = RandomSource(seed: UInt64(instance), purpose: .instance)
    func unit() -> [Double] {
      let v = (0..<dim).map { _ in random.normal() }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return v.map { $0 / norm }
    }
    hidden = unit()
    // Of one coordinate, there is but one direction.
    start = dim == 1 ? [0.1] : unit()
    vectors = (0..<samples * dim).map { _ in random.normal() }
    targets = (0..<samples).map { i in
      let product = (0..<dim).reduce(0) { $0 + vectors[i * dim + $1] * hidden[$1] }
      return product * product
    }
  }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [start.map { 1.5 * $0 }] }
  public var minima: [[Double]] { [hidden, hidden.map { -$0 }] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -1.6...1.6, y: -1.6...1.6) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in targets.indices { sum += (product(i, x).squared - targets[i]).squared }
    return 0.25 * sum / Double(targets.count)
  }

  public var residualCount: Int { samples }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    let share = (0.5 / Double(targets.count)).squareRoot()
    for i in targets.indices { r[i] = share * (product(i, x).squared - targets[i]) }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for k in 0..<x.count { g[k] = .zero }
    for i in targets.indices {
      let p = product(i, x)
      let slope = (p.squared - targets[i]) * p / Double(targets.count)
      for k in 0..<x.count { g[k] = g[k] + vectors[i * x.count + k] * slope }
    }
  }

  /// aᵢ·x
  private func product<X: Coordinates>(_ i: Int, _ x: X) -> X.Value {
    var sum = X.Value.zero
    for k in 0..<x.count { sum += vectors[i * x.count + k] * x[k] }
    return sum
  }
}
