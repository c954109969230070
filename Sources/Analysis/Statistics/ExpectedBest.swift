// What tuning buys: the best score after so many trials.

import OptimizerKit

/// The best of k trials, k = 1...n, from the scores of n trials made at random.
///
/// With the scores in order x₁ ≤ ... ≤ xₙ, less being better, everything follows from the
/// probability Tᵢ that k trials are all worse than the best i:
///
///     drawn apart:   Tᵢ = C(n − i, k)/C(n, k)
///     drawn again:   Tᵢ = ((n − i)/n)ᵏ
///     E best = Σᵢ xᵢ (Tᵢ₋₁ − Tᵢ)
///
/// The first, without replacement, is unbiased (Tang et al. 2020, arXiv 2004.13705); the second,
/// with replacement, is that of Dodge et al. 2019, arXiv 1909.03004, and is too pessimistic for
/// large k. There are no random numbers in either. A failed trial is +∞: where k trials may all
/// fail, the expected best is +∞, and its median still says something.
public struct ExpectedBest: Sendable, Equatable {
  /// How k trials are drawn from n.
  public enum Drawing: Sendable {
    /// Each at most once.
    case withoutReplacement
    /// Each from all.
    case withReplacement
  }

  /// The scores in order, failures as +∞.
  public let scores: [Double]

  /// - Parameter scores: of trials that are alike, of random search and not of a search that
  ///   learns.
  public init(_ scores: [Double]) {
    self.scores = scores.map { $0.isFinite ? $0 : .infinity }.sorted()
  }

  /// E best of k trials; nil unless 1 ≤ k ≤ n. With replacement k may be larger.
  public func mean(
    after trials: Int, _ drawing: Drawing = .withoutReplacement
  ) -> Double? {
    guard let tails = tails(trials, drawing) else { return nil }
    var sum = 0.0
    for (i, score) in scores.enumerated() {
      let weight = tails[i] - tails[i + 1]
      if weight > 0 { sum += score * weight }
    }
    return sum
  }

  /// The median of the best of k trials.
  public func median(
    after trials: Int, _ drawing: Drawing = .withoutReplacement
  ) -> Double? {
    quantile(0.5, after: trials, drawing)
  }

  /// The q-quantile of the best of k trials, 0 < q < 1: the first score xᵢ with 1 − Tᵢ ≥ q, or,
  /// where they are equal, the mean of it and the next. It is what the quantile of a bootstrap
  /// tends to with the number of resamples.
  public func quantile(
    _ q: Double, after trials: Int, _ drawing: Drawing = .withoutReplacement
  ) -> Double? {
    guard let tails = tails(trials, drawing) else { return nil }
    for (i, score) in scores.enumerated() {
      let excess = 1 - tails[i + 1] - q
      guard excess > -1e-12 else { continue }
      guard excess < 1e-12, i + 1 < scores.count else { return score }
      return score == scores[i + 1] ? score : score + 0.5 * (scores[i + 1] - score)
    }
    return scores.last
  }

  /// T₀ = 1, T₁, ..., Tₙ = 0.
  private func tails(_ trials: Int, _ drawing: Drawing) -> [Double]? {
    let count = scores.count
    guard trials >= 1, count > 0 else { return nil }
    switch drawing {
    case .withReplacement:
      return (0...count).map { power(Double(count - $0) / Double(count), trials) }
    case .withoutReplacement:
      guard trials <= count else { return nil }
      var tails = [1.0]
      for i in 1...count {
        let left = Double(count - i + 1)
        tails.append(tails[i - 1] * max(0, left - Double(trials)) / left)
      }
      return tails
    }
  }
}
