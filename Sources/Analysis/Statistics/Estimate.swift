// A number and how sure it is.

import OptimizerKit

/// An estimate, with the interval that holds what it estimates at the confidence asked for.
public struct Estimate: Sendable, Equatable {
  public let value: Double
  /// nil where the runs are too few to give one, or all equal.
  public let interval: ClosedRange<Double>?

  public init(_ value: Double, _ interval: ClosedRange<Double>?) {
    self.value = value
    self.interval = interval
  }
}

extension Estimate {
  /// The median of values and its interval between two of them (`medianRank`); nil without any.
  public static func median(of values: [Double], confidence: Double = 0.95) -> Estimate? {
    values.isEmpty ? nil : median(ofRanked: Statistics.ranked(values), confidence: confidence)
  }

  static func median(ofRanked ranked: [Double], confidence: Double) -> Estimate {
    let median = Statistics.quantile(0.5, ofRanked: ranked) ?? .infinity
    guard ranked[0] != ranked[ranked.count - 1],
      let rank = medianRank(ranked.count, confidence: confidence)
    else { return Estimate(median, nil) }
    return Estimate(median, ranked[rank]...ranked[ranked.count - 1 - rank])
  }

  /// The mean of values and its interval by Student's distribution, x̄ ± t s/√n; nil without any, no interval
  /// where there is one value or one is infinite.
  public static func mean(of values: [Double], confidence: Double = 0.95) -> Estimate? {
    guard let mean = Statistics.mean(values) else { return nil }
    let count = Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard count > 1, squares.isFinite else { return Estimate(mean, nil) }
    let t = Distributions.studentQuantile(beyond: 1 - confidence, degrees: count - 1)
    let spread = t * (squares / (count - 1) / count).squareRoot()
    return Estimate(mean, (mean - spread)...(mean + spread))
  }

  /// The share of `count` things of which `part` have a property, with Wilson's interval; nil for none.
  public static func share(_ part: Int, of count: Int, confidence: Double = 0.95) -> Estimate? {
    guard count > 0, (0...count).contains(part) else { return nil }
    let share = Double(part) / Double(count)
    return Estimate(share, wilson(share, of: Double(count), confidence: confidence))
  }

  /// The interval of a proportion by the score method of Wilson (1927), which Newcombe (1998,
  /// doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E) recommends:
  ///
  ///     (2 n p + z² ± z √(z² + 4 n p (1 − p))) / (2 (n + z²))
  ///
  /// It lies within 0...1 and has a width even where p is 0 or 1.
  ///
  /// - Parameters:
  ///   - share: p, 0 ≤ p ≤ 1.
  ///   - count: n > 0; the effective number where observations weigh differently.
  static func wilson(_ share: Double, of count: Double, confidence: Double) -> ClosedRange<Double> {
    let z = Distributions.normalQuantile(0.5 * (1 + confidence))
    let centre = 2 * count * share + z * z
    let spread = z * (z * z + 4 * count * share * (1 - share)).squareRoot()
    let scale = 0.5 / (count + z * z)
    let lower = share == 0 ? 0 : max(0, (centre - spread) * scale)
    let upper = share == 1 ? 1 : min(1, (centre + spread) * scale)
    return lower...upper
  }

  /// How many of n values in order lie below the interval of their median, and as many above it;
  /// nil where they are too few for one.
  ///
  /// The interval between the values with the numbers l + 1 and n − l covers the median with
  /// probability 1 − 2 P(Bin(n, ½) ≤ l), whatever the distribution (Thompson 1936, Annals of
  /// Mathematical Statistics 7, 122–128). The largest l is taken that keeps the confidence. Where l
  /// = 0 does not, the whole range is given as long as it misses by a quarter more than asked for
  /// at most: that of five values covers 93.75 %.
  static func medianRank(_ count: Int, confidence: Double) -> Int? {
    // But for the rounding of the confidence.
    let tail = 0.5 * (1 - confidence) * (1 + 1e-9)
    guard count > 1, Distributions.fairCoin(atMost: 0, of: count) <= 1.25 * tail else { return nil }
    // From the normal approximation, a few steps to either side.
    let spread = Distributions.normalQuantile(1 - tail) * 0.5 * Double(count).squareRoot()
    var rank = max(0, min(count / 2, Int(0.5 * Double(count) - spread)))
    while rank > 0, Distributions.fairCoin(atMost: rank, of: count) > tail { rank -= 1 }
    while Distributions.fairCoin(atMost: rank + 1, of: count) <= tail { rank += 1 }
    return rank
  }
}
