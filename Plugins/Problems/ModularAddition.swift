import Networks
import OptimizerKit

/// Addition modulo p, learnt from a part of its table: the problem on which grokking was found.
///
///     a + b mod p,   h = relu(E_a + F_b + c),   L = −log softmax(W h + b)_(a + b mod p)
///
/// An example is a pair of numbers, each one-hot; the first layer is an embedding of either, and a hidden
/// layer at once. Of the p² pairs a share drawn from the seed is trained on, all of them in every gradient,
/// and the others are validated on: a pair that was not seen can be known only from the rule. There is no
/// way from a pair to its neighbours, for to the network numbers are names.
///
/// With weight decay training accuracy comes to 1 within a hundred steps, and validation accuracy follows
/// a thousand steps and more later; without it, it stays at a guess.
///
/// Power et al. 2022, arXiv 2201.02177; with one hidden layer: Gromov 2023, arXiv 2301.02679.
public struct ModularAddition: TrainingProblem {
  public static let name = "modular-addition"
  public static let summary = "a + b mod p from a part of the table, full batch"
  public static let shows = "grokking: generalisation long after all was learnt by heart"
  public static let source = "Power et al. 2022, arXiv 2201.02177"
  public static let family = Family.network

  @Hyperparameter("modulus p", in: 2.0...257) public var modulus = 31
  @Hyperparameter("share of the pairs that is trained on", in: 0.01...0.99) public var share = 0.7
  @Hyperparameter("hidden units", in: 1.0...4096) public var hidden = 128

  public init() {}

  private var pairs: Int { modulus * modulus }
  private var trained: Int {
    min(max(1, Int((share * Double(pairs)).rounded())), pairs - 1)
  }
  private var layers: [any Layer] { [Dense(hidden, .relu), Dense(modulus)] }

  public var stepsPerPass: Int? { 1 }
  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    let all = shuffledPairs(seed)
    return try NetworkSession(
      layers, training: try examples(all.prefix(trained)),
      validation: try examples(all.dropFirst(trained)), batch: trained, seed: seed)
  }

  /// What judges parameters by the pairs that the run with `seed` trains on.
  public func trainingMetrics(seed: UInt64) throws -> (Vector<Float>) -> ValidationMetrics {
    let pairs = try examples(shuffledPairs(seed).prefix(trained))
    return try NetworkSession(
      layers, training: pairs, validation: pairs, batch: trained, seed: seed
    ).validate
  }

  private func shuffledPairs(_ seed: UInt64) -> [Int] {
    var random = RandomSource(seed: seed, purpose: .instance)
    return (0..<pairs).shuffled(using: &random)
  }

  /// One-hot pairs with their sums.
  private func examples(_ pairs: ArraySlice<Int>) throws -> FloatExamples {
    var values = [Float](repeating: 0, count: pairs.count * 2 * modulus)
    var labels: [Int32] = []
    for (row, pair) in pairs.enumerated() {
      let (a, b) = pair.quotientAndRemainder(dividingBy: modulus)
      values[row * 2 * modulus + a] = 1
      values[row * 2 * modulus + modulus + b] = 1
      labels.append(Int32((a + b) % modulus))
    }
    return try FloatExamples(
      values: values, labels: labels, shape: [2 * modulus], classes: modulus, dataSet: Self.name)
  }
}
