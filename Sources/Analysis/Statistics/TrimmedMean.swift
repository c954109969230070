// Means of the middle of weighted scores, over many resamples at once.

import OptimizerKit

/// The mean of what lies between two levels of the cumulative weight, over scores in order, of
/// which each counts as often as a resample has it.
///
///     (1/(u − l)) Σᵢ xᵢ (clip(Cᵢ) − clip(Cᵢ₋₁)),  Cᵢ = w₁ c₁ + … + wᵢ cᵢ,
///
/// where clip bounds to l...u and cᵢ is the count of the score xᵢ. The order is found once for all
/// resamples. Time: one multiplication and addition a score for each of eight resamples in a vector
/// register.
struct TrimmedMean {
  /// How many resamples are taken side by side.
  typealias Lanes = SIMD8<Double>

  /// The finite scores in order, divided by u − l.
  private let scores: [Double]
  private let weights: [Double]
  /// Where the count of each of them stands.
  private let places: [Int]
  private let levels: ClosedRange<Double>

  /// What is left of the scores.
  enum Middle {
    /// All but a quarter at each end: of equal weights, all but ⌊n/4⌋.
    case quarters
    /// The middle one or two: the median.
    case median
  }

  /// - Parameters:
  ///   - scores: `scores[problem][run]`; +∞ for a failure.
  ///   - offsets: where the counts of each problem begin.
  ///
  /// Each problem weighs the same. Where all have n runs, each run has the weight 1 and the means
  /// are those of `Statistics` and of `scipy.stats.trim_mean` over all runs; else a run has the
  /// weight 1/n and counts with that part of it that is in the middle.
  init(_ middle: Middle, of scores: [[Double]], at offsets: [Int]) {
    let count = scores[0].count
    let isEven = scores.allSatisfy { $0.count == count }
    let total = isEven ? Double(count * scores.count) : Double(scores.count)
    let least = isEven ? 1 : 1 / Double(scores.map(\.count).max() ?? 1)
    let cut =
      switch middle {
      case .quarters: isEven ? (0.25 * total).rounded(.down) : 0.25 * total
      case .median: 0.5 * (total - least)
      }
    levels = cut...(total - cut)
    let width = total - 2 * cut
    var cells: [(score: Double, weight: Double, place: Int)] = []
    for (own, offset) in zip(scores, offsets) {
      let weight = isEven ? 1 : 1 / Double(own.count)
      for (run, score) in own.enumerated() where score.isFinite {
        cells.append((score / width, weight, offset + run))
      }
    }
    cells.sort { $0.score < $1.score }
    self.scores = cells.map(\.score)
    self.weights = cells.map(\.weight)
    self.places = cells.map(\.place)
  }

  /// The mean of the scores themselves.
  var value: Double {
    let ones = [Lanes](repeating: Lanes(repeating: 1), count: (places.max() ?? 0) + 1)
    return ones.withUnsafeBufferPointer { callAsFunction($0.baseAddress!)[0] }
  }

  /// The mean of each of eight resamples; +∞ where failures reach the middle.
  func callAsFunction(_ counts: UnsafePointer<Lanes>) -> Lanes {
    let lower = Lanes(repeating: levels.lowerBound)
    let upper = Lanes(repeating: levels.upperBound)
    var cumulative = Lanes.zero
    var before = lower
    var sum = Lanes.zero
    scores.withUnsafeBufferPointer { scores in
      weights.withUnsafeBufferPointer { weights in
        places.withUnsafeBufferPointer { places in
          for i in 0..<scores.count {
            cumulative += counts[places[i]] * weights[i]
            var clipped = cumulative.replacing(with: lower, where: cumulative .< lower)
            clipped.replace(with: upper, where: clipped .> upper)
            sum += (clipped - before) * scores[i]
            before = clipped
          }
        }
      }
    }
    // Weights of 1/n add up to the upper level but for rounding.
    let failed = cumulative .< upper * (1 - 1e-9)
    return sum.replacing(with: .infinity, where: failed)
  }
}
