import LinearAlgebra
import OptimizerKit

/// Logistic regression on synthetic data, with L2 regularisation.
///
///     f(w) = 1/m Σᵢ log(1 + exp(−yᵢ aᵢ·w)) + ½ λ ‖w‖²
///
/// Features aᵢ are standard normal, the k-th scaled by κ^(−k/2(n−1)), so that the features' second
/// moments range over a factor κ; labels yᵢ = ±1 are drawn with the odds of a hidden w. Strongly
/// convex, with one minimum, found by Newton's method when it is first asked for. With `batch` above
/// 0 each gradient is that of so many examples, drawn with replacement: real minibatch noise.
///
/// Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.
public struct LogisticRegression: Surface {
  public static let name = "logistic-regression"
  public static let summary = "two classes of synthetic points, L2-regularised, full or minibatch"
  public static let shows = "a convex problem with real minibatch noise"
  public static let source = "Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3"
  public static let family = Family.structured

  @Hyperparameter("dimension n", in: 1.0...1000) public var dim = 10
  @Hyperparameter("number m of examples", in: 2.0...1e5) public var samples = 200
  @Hyperparameter("ratio κ of the features' second moments", in: 1.0...1e12, scale: .log)
  public var condition = 100.0
  @Hyperparameter("regularisation λ", in: .positive, scale: .log) public var l2 = 1e-2
  @Hyperparameter("examples in a minibatch; 0 for all", in: 0.0...1e5) public var batch = 0
  @Hyperparameter("selects the data", in: 0.0...1e9) public var instance = 1

  /// yᵢ aᵢ, one example after the other.
  private var examples: [Double] = []
  private var count = 0
  private var minimum = LazyPoint()

  public init() { resolve() }

  public mutating func resolve() {
    var random = RandomSource(seed: UInt64(instance), purpose: .instance)
    let scales = (0..<dim).map { k in
      dim == 1 ? 1 : exp(-0.5 * log(condition) * Double(k) / Double(dim - 1))
    }
    let hidden = scales.map { 2 * random.normal() / $0 }
    examples = []
    examples.reserveCapacity(samples * dim)
    for _ in 0..<samples {
      let features = scales.map { $0 * random.normal() }
      let score = zip(features, hidden).reduce(0) { $0 + $1.0 * $1.1 }
      let label: Double = random.uniform() < 1 / (1 + exp(-score)) ? 1 : -1
      examples += features.map { label * $0 }
    }
    count = dim
    minimum = LazyPoint()
  }

  public var dimension: Int { count }
  public var starts: [[Double]] { [Array(repeating: 0, count: count)] }
  public var minima: [[Double]] { [minimum.value { findMinimum() }] }
  public var minimumLoss: Double? { loss(at: minima[0]) }
  public var isStochastic: Bool { batch > 0 }
  /// Start and minimum, with as much again around them.
  public var viewport: Viewport? {
    guard count == 2 else { return nil }
    let w = minima[0]
    let margin = 0.75 * max(w[0].magnitude, w[1].magnitude)
    return Viewport(
      x: min(w[0], 0) - margin...max(w[0], 0) + margin,
      y: min(w[1], 0) - margin...max(w[1], 0) + margin)
  }

  public func loss<X: Coordinates>(at w: X) -> X.Value {
    examples.withUnsafeBufferPointer { rows in
      let exampleCount = rows.count / count
      var sum = X.Value.zero
      for i in 0..<exampleCount { sum += softplus(-score(rows, i, w)) }
      var squares = X.Value.zero
      for k in 0..<count { squares += w[k].squared }
      return sum / Double(exampleCount) + 0.5 * l2 * squares
    }
  }

  public func gradient<X: Coordinates>(at w: X, into g: inout X) {
    examples.withUnsafeBufferPointer { rows in
      let exampleCount = rows.count / count
      for k in 0..<count { g[k] = l2 * w[k] }
      for i in 0..<exampleCount { add(rows, i, at: w, share: 1 / Double(exampleCount), to: &g) }
    }
  }

  public func sampleGradient<X: Coordinates>(
    at w: X, into g: inout X, random: inout RandomSource
  ) {
    examples.withUnsafeBufferPointer { rows in
      let exampleCount = rows.count / count
      for k in 0..<count { g[k] = l2 * w[k] }
      for _ in 0..<batch {
        let i = random.index(below: exampleCount)
        add(rows, i, at: w, share: 1 / Double(batch), to: &g)
      }
    }
  }

  /// yᵢ aᵢ·w
  private func score<X: Coordinates>(_ rows: UnsafeBufferPointer<Double>, _ i: Int, _ w: X)
    -> X.Value
  {
    var sum = X.Value.zero
    for k in 0..<count { sum += rows[i * count + k] * w[k] }
    return sum
  }

  /// Adds one example's share of the gradient.
  private func add<X: Coordinates>(
    _ rows: UnsafeBufferPointer<Double>, _ i: Int, at w: X, share: Double, to g: inout X
  ) {
    let weight = share * sigmoid(-score(rows, i, w))
    for k in 0..<count { g[k] = g[k] - weight * rows[i * count + k] }
  }

  /// log(1 + eᵗ), without overflow.
  private func softplus<R: Real>(_ t: R) -> R { maximum(t, R.zero) + log(1.0 + exp(-t.magnitude)) }

  /// 1 / (1 + e⁻ᵗ), without overflow.
  private func sigmoid<R: Real>(_ t: R) -> R {
    let e = exp(-t.magnitude)
    return (t < R.zero ? e : R(1.0)) / (1.0 + e)
  }

  /// Newton's method with halved steps until the gradient no longer shrinks: full precision.
  private func findMinimum() -> [Double] {
    var w = [Double](repeating: 0, count: count)
    func norm(_ g: [Double]) -> Double { g.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    var g = gradient(at: w)
    for _ in 0..<100 {
      let matrix = SymmetricMatrix(order: count, elements: newtonMatrix(at: w))
      guard let direction = try? matrix.solve(g) else { break }
      var length = 1.0
      var next = w
      repeat {
        next = zip(w, direction).map { $0 - length * $1 }
        length /= 2
      } while norm(gradient(at: next)) >= norm(g) && length > 1e-3
      let nextGradient = gradient(at: next)
      guard norm(nextGradient) < norm(g) else { break }
      w = next
      g = nextGradient
    }
    return w
  }

  /// The Hessian 1/m Σ σᵢ(1 − σᵢ) aᵢ aᵢᵀ + λI in one pass over the data.
  private func newtonMatrix(at w: [Double]) -> [Double] {
    var w = w
    var h = [Double](repeating: 0, count: count * count)
    let exampleCount = examples.count / count
    w.withUnsafeMutableBufferPointer { w in
      let point = Strided(w.baseAddress!, count: count)
      examples.withUnsafeBufferPointer { rows in
        for i in 0..<exampleCount {
          let p = sigmoid(score(rows, i, point))
          let weight = p * (1 - p) / Double(exampleCount)
          for j in 0..<count {
            let a = weight * rows[i * count + j]
            for k in 0..<count { h[j * count + k] += a * rows[i * count + k] }
          }
        }
      }
    }
    for k in 0..<count { h[k * count + k] += l2 }
    return h
  }
}
