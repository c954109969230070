// Synthetic examples of a linear relation, for the problems of regression.

/// Examples bᵢ = aᵢ·w + noise: features aᵢ are standard normal, the k-th scaled by κ^(−k/2(n−1)), so
/// that their second moments range over a factor κ.
public struct LinearExamples: Sendable {
  /// The number n of features.
  public let dimension: Int
  /// aᵢ, one example after the other.
  public let features: [Double]
  /// bᵢ.
  public let targets: [Double]

  /// Draws `count` examples.
  ///
  /// - Parameter hidden: the weights w for given scales of the features.
  public init(
    count: Int, dimension: Int, condition: Double, noise: Double, random: inout RandomSource,
    hidden: (_ scales: [Double], _ random: inout RandomSource) -> [Double]
  ) {
    self.dimension = dimension
    let scales = (0..<dimension).map { k in
      dimension == 1 ? 1 : exp(-0.5 * log(condition) * Double(k) / Double(dimension - 1))
    }
    let weights = hidden(scales, &random)
    var features: [Double] = []
    features.reserveCapacity(count * dimension)
    targets = (0..<count).map { _ in
      let row = scales.map { $0 * random.normal() }
      features += row
      return zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } + noise * random.normal()
    }
    self.features = features
  }

  /// 1/2m Σᵢ (aᵢ·w − bᵢ)².
  public func loss<X: Coordinates>(at w: X) -> X.Value {
    features.withUnsafeBufferPointer { rows in
      var sum = X.Value.zero
      for i in targets.indices { sum += (product(rows, i, w) - targets[i]).squared }
      return 0.5 * sum / Double(targets.count)
    }
  }

  /// (aᵢ·w − bᵢ)/√m, of which half the sum of squares is the loss.
  public func residuals<X: Coordinates>(at w: X, into r: Strided<X.Value>) {
    let share = 1 / Double(targets.count).squareRoot()
    features.withUnsafeBufferPointer { rows in
      for i in targets.indices { r[i] = share * (product(rows, i, w) - targets[i]) }
    }
  }

  /// The gradient of the loss.
  public func gradient<X: Coordinates>(at w: X, into g: inout X) {
    features.withUnsafeBufferPointer { rows in
      for k in 0..<dimension { g[k] = .zero }
      for i in targets.indices { add(rows, i, at: w, share: 1 / Double(targets.count), to: &g) }
    }
  }

  /// The gradient of the loss of `batch` examples, drawn with replacement.
  public func gradient<X: Coordinates>(
    at w: X, into g: inout X, batch: Int, random: inout RandomSource
  ) {
    features.withUnsafeBufferPointer { rows in
      for k in 0..<dimension { g[k] = .zero }
      for _ in 0..<batch {
        let i = random.index(below: targets.count)
        add(rows, i, at: w, share: 1 / Double(batch), to: &g)
      }
    }
  }

  private func product<X: Coordinates>(_ rows: UnsafeBufferPointer<Double>, _ i: Int, _ w: X)
    -> X.Value
  {
    var sum = X.Value.zero
    for k in 0..<dimension { sum += rows[i * dimension + k] * w[k] }
    return sum
  }

  private func add<X: Coordinates>(
    _ rows: UnsafeBufferPointer<Double>, _ i: Int, at w: X, share: Double, to g: inout X
  ) {
    let residual = share * (product(rows, i, w) - targets[i])
    for k in 0..<dimension { g[k] = g[k] + residual * rows[i * dimension + k] }
  }

  /// 1/m Σᵢ aᵢ aᵢᵀ, row by row.
  public var moments: [Double] {
    var sums = [Double](repeating: 0, count: dimension * dimension)
    for i in targets.indices {
      for j in 0..<dimension {
        let a = features[i * dimension + j] / Double(targets.count)
        for k in 0..<dimension { sums[j * dimension + k] += a * features[i * dimension + k] }
      }
    }
    return sums
  }
}
