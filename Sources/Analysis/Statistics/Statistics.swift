// Summaries of a handful of results, and how sure they are.

import OptimizerKit

/// Medians, quantiles, inter-quartile means, bootstrap intervals.
///
/// A run that diverged counts as +∞, and NaN likewise: it is ranked last and never left out. Every
/// summary of no values is nil.
public enum Statistics {
  /// The values in order, NaN as +∞.
  public static func ranked(_ values: some Sequence<Double>) -> [Double] {
    values.map { $0.isNaN ? .infinity : $0 }.sorted()
  }

  /// The q-quantile, 0 ≤ q ≤ 1, linear between order statistics (type 7 of Hyndman and Fan 1996,
  /// doi:10.2307/2684934: the default of R and NumPy).
  public static func quantile(_ q: Double, of values: some Sequence<Double>) -> Double? {
    quantile(q, ofRanked: ranked(values))
  }

  static func quantile(_ q: Double, ofRanked values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let place = min(max(q, 0), 1) * Double(values.count - 1)
    let index = Int(place)
    let fraction = place - Double(index)
    guard fraction > 0, values[index] != values[index + 1] else { return values[index] }
    return values[index] + fraction * (values[index + 1] - values[index])
  }

  /// The median.
  public static func median(_ values: some Sequence<Double>) -> Double? {
    quantile(0.5, of: values)
  }

  /// The arithmetic mean.
  public static func mean(_ values: some Collection<Double>) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The mean of what remains when the lowest and the highest quarter (⌊n/4⌋ values each) are left
  /// out: nearly as robust as the median and less noisy (Agarwal et al. 2021, arXiv 2108.13264).
  public static func interquartileMean(_ values: some Sequence<Double>) -> Double? {
    let sorted = ranked(values)
    let cut = sorted.count / 4
    return mean(sorted.dropFirst(cut).dropLast(cut))
  }

  /// The percentile bootstrap interval of a statistic: the spread of its value over resamples drawn
  /// with replacement (Efron 1979, doi:10.1214/aos/1176344552).
  ///
  /// - Parameters:
  ///   - statistic: the summary, such as `Statistics.interquartileMean`.
  ///   - confidence: the share of resamples within the interval.
  ///   - random: the source of the resamples; the same source gives the same interval.
  public static func bootstrapInterval(
    of values: [Double], confidence: Double = 0.95, resamples: Int = 2000,
    random: inout RandomSource, statistic: ([Double]) -> Double?
  ) -> ClosedRange<Double>? {
    guard !values.isEmpty, resamples > 0 else { return nil }
    var resample = values
    var results: [Double] = []
    results.reserveCapacity(resamples)
    for _ in 0..<resamples {
      for i in resample.indices { resample[i] = values[random.index(below: values.count)] }
      if let result = statistic(resample) { results.append(result) }
    }
    let sorted = ranked(results)
    guard let lower = quantile((1 - confidence) / 2, ofRanked: sorted),
      let upper = quantile((1 + confidence) / 2, ofRanked: sorted)
    else { return nil }
    return lower...upper
  }

  /// The probability that a value of `a` is below one of `b`, ties counted half (Mann and Whitney
  /// 1947, doi:10.1214/aoms/1177730491).
  public static func probability(_ a: [Double], below b: [Double]) -> Double? {
    guard !a.isEmpty, !b.isEmpty else { return nil }
    let b = ranked(b)
    var wins = 0.0
    for x in ranked(a) {
      for y in b { wins += x < y ? 1 : (x == y ? 0.5 : 0) }
    }
    return wins / Double(a.count * b.count)
  }
}
