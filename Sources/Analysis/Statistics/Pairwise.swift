// Two participants, run against run.

import OptimizerKit

/// How one of two participants does against the other, in the runs that they share.
///
/// Each problem weighs the same, 1/P, and each of its n runs 1/(P n). Where nothing is random for
/// these two, their equal runs count once, as in `Results`.
public struct Pairwise: Sendable, Equatable {
  public let first: String
  public let second: String
  /// How many distinct runs the two share, on each problem.
  public let runs: [Int]
  /// In how many of them the first is better.
  public let wins: Int
  /// In how many of them the second is better.
  public let losses: Int
  /// In how many of them both are equal, or both fail.
  public let ties: Int
  /// The share of runs that the first wins, ties half, 0...1.
  ///
  /// The interval is the score interval of a proportion (`Estimate.wilson`) of P²/Σ 1/n runs, as
  /// many as there are where each problem has the same number. It does not use that shares within a
  /// problem vary less than over problems, nor that ties vary less than wins, and so is rather too
  /// wide.
  public let share: Estimate
  /// The probability that a run of the first is better than one of the second, paired or not:
  /// the mean over problems of U/(n m), with the statistic of Mann and Whitney (1947,
  /// doi:10.1214/aoms/1177730491). It is the probability of improvement of rliable (Agarwal et al.
  /// 2021, arXiv 2108.13264).
  public let probability: Double
  /// The median of the first's score less the second's in the same run; 0 where both fail. Its
  /// interval is that of `Estimate.medianRank`, in effective runs.
  public let difference: Estimate
  /// The median of the natural logarithm of the first's score over the second's; nil where a score
  /// is negative. A score of 0 makes it infinite, and two of them make it 0.
  public let logRatio: Estimate?
  /// Whether wins and losses are as uneven as chance makes them.
  public let test: SignTest

  /// Compares the participants at two places of `results.participants`.
  public init(_ results: Results, _ first: Int, _ second: Int, confidence: Double = 0.95) {
    precondition(0 < confidence && confidence < 1, "a confidence is between 0 and 1")
    let count = Double(results.problems.count)
    var cells: [SignTest.Group] = []
    var share = 0.0
    var probability = 0.0
    var differences: [WeightedMedian.Item] = []
    var ratios: [WeightedMedian.Item] = []
    differences.reserveCapacity(results.runs.reduce(0, +))
    ratios.reserveCapacity(results.runs.reduce(0, +))
    var ties = 0
    var isPositive = true
    for problem in results.problems.indices {
      let a = results.scores[first][problem]
      let b = results.scores[second][problem]
      let repetitions = Results.repetitions(of: [a, b])
      var cell = SignTest.Group(runs: a.count / repetitions)
      let weight = 1 / Double(a.count)
      for (x, y) in zip(a, b) {
        if x < y { cell.wins += 1 } else if y < x { cell.losses += 1 }
        differences.append((x == y ? 0 : x - y, weight))
        isPositive = isPositive && x >= 0 && y >= 0
        if isPositive { ratios.append((x == y ? 0 : Double.log(x) - Double.log(y), weight)) }
      }
      share += 0.5 + 0.5 * Double(cell.wins - cell.losses) * weight
      cell.wins /= repetitions
      cell.losses /= repetitions
      ties += cell.runs - cell.decided
      cells.append(cell)
      probability += Self.probability(
        ofRanked: results.ranked[first][problem], below: results.ranked[second][problem])
    }
    let effective = count * count / cells.reduce(0) { $0 + $1.weight }
    self.first = results.participants[first]
    self.second = results.participants[second]
    runs = cells.map(\.runs)
    wins = cells.reduce(0) { $0 + $1.wins }
    losses = cells.reduce(0) { $0 + $1.losses }
    self.ties = ties
    self.share = Estimate(
      share / count,
      Estimate.wilson(min(1, share / count), of: effective, confidence: confidence))
    self.probability = probability / count
    difference = WeightedMedian.estimate(differences, of: effective, confidence: confidence)
    logRatio =
      isPositive ? WeightedMedian.estimate(ratios, of: effective, confidence: confidence) : nil
    test = SignTest(cells)
  }

  /// The p-value of `test`.
  public var p: Double { test.p }

  /// The comparison seen from the other side.
  public var reversed: Pairwise { Pairwise(reversing: self) }

  private init(reversing other: Pairwise) {
    func mirrored(_ estimate: Estimate, about sum: Double) -> Estimate {
      Estimate(
        sum - estimate.value,
        estimate.interval.map { (sum - $0.upperBound)...(sum - $0.lowerBound) })
    }
    first = other.second
    second = other.first
    runs = other.runs
    wins = other.losses
    losses = other.wins
    ties = other.ties
    share = mirrored(other.share, about: 1)
    probability = 1 - other.probability
    difference = mirrored(other.difference, about: 0)
    logRatio = other.logRatio.map { mirrored($0, about: 0) }
    test = other.test
  }

  /// P(x < y) + ½ P(x = y), by merging.
  private static func probability(ofRanked a: [Double], below b: [Double]) -> Double {
    // Twice the number of values of b that are above each of a, ties once.
    var twice = 0
    var (below, within) = (0, 0)
    for x in a {
      while below < b.count, b[below] < x { below += 1 }
      while within < b.count, b[within] <= x { within += 1 }
      twice += 2 * b.count - below - within
    }
    return 0.5 * Double(twice) / (Double(a.count) * Double(b.count))
  }
}

/// Medians of values that weigh differently.
enum WeightedMedian {
  typealias Item = (value: Double, weight: Double)

  /// The median, and the interval between the values where the cumulative weight passes l/n and
  /// 1 − l/n, with l as in `Estimate.medianRank` and n the effective number.
  static func estimate(_ items: [Item], of effective: Double, confidence: Double) -> Estimate {
    let items = items.sorted { $0.value < $1.value }
    let total = items.reduce(0) { $0 + $1.weight }
    // Weights add up to a level but for rounding.
    func value(passing level: Double) -> Double {
      let level = level * total * (1 + 1e-9)
      var sum = 0.0
      for item in items {
        sum += item.weight
        if sum > level { return item.value }
      }
      return items[items.count - 1].value
    }
    func value(reaching level: Double) -> Double {
      let level = level * total * (1 - 1e-9)
      var sum = 0.0
      for item in items {
        sum += item.weight
        if sum >= level { return item.value }
      }
      return items[items.count - 1].value
    }
    let (lower, upper) = (value(reaching: 0.5), value(passing: 0.5))
    // −∞ and +∞ have no middle, and halves cannot overflow.
    let median = lower == upper ? lower : lower == -upper ? 0 : 0.5 * lower + 0.5 * upper
    guard items[0].value != items[items.count - 1].value,
      let rank = Estimate.medianRank(Int(effective * (1 + 1e-9)), confidence: confidence)
    else { return Estimate(median, nil) }
    let share = Double(rank) / effective
    return Estimate(median, value(passing: share)...value(reaching: 1 - share))
  }
}
