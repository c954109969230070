// Initialisers against the distributions that they promise.

import Networks
import OptimizerKit
import Testing

@Suite("initialisers")
struct InitializerTests {
  func draw(_ initializer: Initializer, count: Int, fanIn: Int, fanOut: Int, seed: UInt64 = 1)
    -> [Double]
  {
    var values = [Double](repeating: .nan, count: count)
    var source = RandomSource(seed: seed, purpose: .initialization)
    values.withUnsafeMutableBufferPointer {
      initializer.fill($0, fanIn: fanIn, fanOut: fanOut, from: &source)
    }
    return values
  }

  struct Moments: Sendable, CustomTestStringConvertible {
    var initializer: Initializer
    var variance: Double
    /// E x⁴ / (E x²)²: 3 for a normal, 9/5 for a uniform distribution.
    var kurtosis: Double
    var testDescription: String { initializer.hyperparameterText }
  }
  static let fanIn = 250
  static let fanOut = 150
  static let moments: [Moments] = [
    Moments(initializer: .normal(0.5), variance: 0.25, kurtosis: 3),
    // With φ(2) = 0.0539910 and Φ(2) − Φ(−2) = 0.9544997 = m: variance 1 − 4 φ/m, fourth moment
    // 3 − 28 φ/m.
    Moments(
      initializer: .truncatedNormal(0.5), variance: 0.25 * 0.7737413,
      kurtosis: 1.4161888 / (0.7737413 * 0.7737413)),
    Moments(initializer: .uniform(0.6), variance: 0.12, kurtosis: 1.8),
    Moments(initializer: .kaimingNormal, variance: 2.0 / 250, kurtosis: 3),
    Moments(initializer: .kaimingUniform, variance: 2.0 / 250, kurtosis: 1.8),
    Moments(initializer: .xavierNormal, variance: 2.0 / 400, kurtosis: 3),
    Moments(initializer: .xavierUniform, variance: 2.0 / 400, kurtosis: 1.8),
    Moments(initializer: .lecunNormal, variance: 1.0 / 250, kurtosis: 3),
    Moments(initializer: .lecunUniform, variance: 1.0 / 250, kurtosis: 1.8),
    // ±1/√fan-in: a third of the variance of LeCun's.
    Moments(initializer: .torch, variance: 1.0 / 750, kurtosis: 1.8),
  ]

  /// Five deviations of each estimate: of the mean σ/√n, of the variance σ² √((κ − 1)/n), of the
  /// fourth moment below σ⁴ √(E z⁸/n) with E z⁸ = 105 for a normal distribution.
  @Test(arguments: moments)
  func hasTheMomentsOfItsDistribution(_ expected: Moments) {
    let x = draw(expected.initializer, count: 37_500, fanIn: Self.fanIn, fanOut: Self.fanOut)
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let variance = x.reduce(0) { $0 + $1 * $1 } / n
    let fourth = x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    let v = expected.variance
    #expect(abs(mean) < 5 * (v / n).squareRoot())
    #expect(abs(variance - v) < 5 * v * ((expected.kurtosis - 1) / n).squareRoot())
    #expect(abs(fourth / (v * v) - expected.kurtosis) < 5 * (105 / n).squareRoot())
  }

  @Test func aConstantIsItself() {
    #expect(draw(.constant(0.01), count: 3, fanIn: 3, fanOut: 1) == [0.01, 0.01, 0.01])
    #expect(draw(.zeros, count: 2, fanIn: 2, fanOut: 1) == [0, 0])
  }

  /// WᵀW = g² I for a tall matrix, WWᵀ = g² I for a wide one; the error is a small multiple of n ε,
  /// n the longer side.
  @Test(arguments: [(3, 3), (20, 7), (7, 20), (1, 5), (5, 1), (64, 64)], [1, 1.5])
  func orthogonalIsOrthogonal(_ size: (rows: Int, columns: Int), gain: Double) {
    let (rows, columns) = size
    let w = draw(
      .orthogonal(gain: gain), count: rows * columns, fanIn: columns, fanOut: rows)
    let isWide = columns >= rows
    let short = min(rows, columns)
    for a in 0..<short {
      for b in 0..<short {
        let product =
          isWide
          ? (0..<columns).reduce(0) { $0 + w[a * columns + $1] * w[b * columns + $1] }
          : (0..<rows).reduce(0) { $0 + w[$1 * columns + a] * w[$1 * columns + b] }
        #expect(abs(product - (a == b ? gain * gain : 0)) < 1e-13)
      }
    }
  }

  /// Uniform over all orthogonal matrices: each element has mean 0 and variance 1/n. Without the
  /// correction of signs the first would be negative always.
  ///
  /// Over 4,000 matrices of order 3 the mean has a deviation of √(1/3/4000) = 0.0091, the mean of
  /// squares one of √(Var x²/4000) with Var x² = 3/15 − 1/9 = 0.089: 0.0047; five of each.
  @Test func orthogonalMatricesAreAllAlikeProbable() {
    var sums = [Double](repeating: 0, count: 9)
    var squares = sums
    for seed in 0..<4000 {
      let w = draw(.orthogonal, count: 9, fanIn: 3, fanOut: 3, seed: UInt64(seed))
      for i in 0..<9 {
        sums[i] += w[i] / 4000
        squares[i] += w[i] * w[i] / 4000
      }
    }
    #expect(sums.allSatisfy { abs($0) < 0.046 })
    #expect(squares.allSatisfy { abs($0 - 1.0 / 3) < 0.024 })
  }

  /// A deep linear network of orthogonal layers keeps the norm of its input; single precision loses
  /// a few roundings in each of 50 layers.
  @Test func deepLinearNetsKeepNorms() throws {
    let layers = (0..<50).map { _ in Dense(32, weights: .orthogonal) }
    let network = try Network<Float>(layers, input: [32], capacity: 1)
    var parameters = [Float](repeating: .nan, count: network.layout.count)
    network.initialize(&parameters, seed: 1)
    let input = (0..<32).map { Float($0 - 16) }
    let output = network.forward(
      input, parameters: parameters, pass: Pass(examples: 1, isTraining: false))
    let before = input.reduce(0) { $0 + $1 * $1 }
    let after = (0..<32).reduce(Float(0)) { $0 + output[$1] * output[$1] }
    #expect(abs(after / before - 1) < 1e-4)
  }

  @Test func anOrthogonalBiasIsOneRow() {
    let x = draw(.orthogonal, count: 4, fanIn: 9, fanOut: 4)
    #expect(abs(x.reduce(0) { $0 + $1 * $1 } - 1) < 1e-14)
  }

  @Test(arguments: [
    "kaiming-normal", "kaiming-uniform", "xavier-normal", "xavier-uniform", "lecun-normal",
    "lecun-uniform", "torch", "orthogonal", "zeros", "normal(0.01)", "uniform(0.5)",
    "constant(-1)", "orthogonal(1.5)",
  ])
  func textReadsBack(_ text: String) {
    #expect(Initializer(hyperparameter: text)?.hyperparameterText == text)
  }

  @Test(arguments: [
    "", "kaiming", "normal", "normal()", "normal(-1)", "normal(x)", "normal(inf)", "normal(0.1",
    "uniform(nan)", "constant", "(1)", ")", "torch(1)",
  ])
  func whatIsNoneIsRefused(_ text: String) {
    #expect(Initializer(hyperparameter: text) == nil)
  }
}
