import OptimizerKit

/// Linear regression by least absolute deviations: convex, and nowhere near smooth.
///
///     f(w) = 1/m Σᵢ |aᵢ·w − bᵢ|,   bᵢ = aᵢ·ŵ + eᵢ
///
/// The gradient of an example, ±aᵢ, does not shrink towards the minimum: with minibatches a fixed learning
/// rate keeps the weights moving for ever, and only a rate that falls brings them to rest. The aᵢ and ŵ
/// are standard normal. The first n errors eᵢ are 0, the others come in pairs with one aᵢ and the errors
/// ±σ k/K, k = 1, …, K: at ŵ the gradients of each pair cancel, so that the minimum is there, and its value is
/// the mean |eᵢ|. At a kink the gradient is that of the examples without one.
///
/// Bloomfield and Steiger 1983, "Least Absolute Deviations".
public struct LeastAbsoluteDeviations: Surface {
  public static let name = "least-absolute-deviations"
  public static let summary = "linear regression on absolute errors, full or minibatch"
  public static let shows = "subgradients that do not shrink: what a falling learning rate is for"
  public static let source = "Bloomfield and Steiger 1983, Least Absolute Deviations"
  public static let family = Family.structured

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 10
  @Hyperparameter("pairs K of examples beyond the first n", in: 1.0...1e5) public var pairs = 50
  @Hyperparameter("largest error σ", in: 0.0...1e6) public var noise = 2.0
  @Hyperparameter("examples in a minibatch; 0 for all of them", in: 0.0...1e5) public var batch = 0
  @Hyperparameter("selects the data", in: 0.0...1e9) public var instance = 1

  private var examples = Examples(10, 50, 2, 1)

  /// The data.
  private struct Examples {
    /// ŵ
    let hidden: [Double]
    /// aᵢ, one example after the other.
    var features: [Double] = []
    /// bᵢ
    var targets: [Double] = []
    let meanError: Double

    init(_ dim: Int, _ pairs: Int, _ noise: Double, _ instance: Int) {
      var random = RandomSource(seed: UInt64(instance), purpose: .instance)
      hidden = (0..<dim).map { _ in random.normal() }
      var sizes = 0.0
      for i in 0..<dim + pairs {
        let row = (0..<dim).map { _ in random.normal() }
        let aim = zip(row, hidden).reduce(0) { $0 + $1.0 * $1.1 }
        let error = i < dim ? 0 : noise * Double(i - dim + 1) / Double(pairs)
        for sign in i < dim ? [1.0] : [1, -1] {
          features += row
          targets.append(aim + sign * error)
          sizes += error
        }
      }
      meanError = sizes / Double(targets.count)
    }
  }

  public init() {}

  public mutating func resolve() { examples = Examples(dim, pairs, noise, instance) }

  public var dimension: Int { examples.hidden.count }
  public var starts: [[Double]] { [Array(repeating: 0, count: dimension)] }
  public var minima: [[Double]] { [examples.hidden] }
  public var minimumLoss: Double? { examples.meanError }
  public var isStochastic: Bool { batch > 0 }
  /// Start and minimum, with a margin.
  public var viewport: Viewport? {
    guard dimension == 2 else { return nil }
    let w = examples.hidden
    return Viewport(
      x: min(w[0], 0) - 1...max(w[0], 0) + 1, y: min(w[1], 0) - 1...max(w[1], 0) + 1)
  }

  public func loss<X: Coordinates>(at w: X) -> X.Value {
    var sum = X.Value.zero
    for i in examples.targets.indices { sum += deviation(i, w).magnitude }
    return sum / Double(examples.targets.count)
  }

  public func gradient<X: Coordinates>(at w: X, into g: inout X) {
    for k in 0..<w.count { g[k] = .zero }
    for i in examples.targets.indices { add(i, w, of: examples.targets.count, to: &g) }
  }

  public func sampleGradient<X: Coordinates>(
    at w: X, into g: inout X, random: inout RandomSource
  ) {
    guard batch > 0 else { return gradient(at: w, into: &g) }
    for k in 0..<w.count { g[k] = .zero }
    for _ in 0..<batch {
      add(random.index(below: examples.targets.count), w, of: batch, to: &g)
    }
  }

  /// aᵢ·w − bᵢ
  private func deviation<X: Coordinates>(_ i: Int, _ w: X) -> X.Value {
    var sum = X.Value.zero
    for k in 0..<w.count { sum += examples.features[i * w.count + k] * w[k] }
    return sum - examples.targets[i]
  }

  /// Adds an example's share of the gradient.
  private func add<X: Coordinates>(_ i: Int, _ w: X, of count: Int, to g: inout X) {
    let share = deviation(i, w).signum / Double(count)
    for k in 0..<w.count { g[k] = g[k] + examples.features[i * w.count + k] * share }
  }
}
