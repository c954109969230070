// A mean that others have published, to compare one's own runs with.

/// The mean of some runs as it was published, with what they varied by.
public struct PublishedMean: Sendable, Equatable {
  public let value: Double
  /// The standard deviation over the runs.
  public let spread: Double
  /// How many runs there were, at least two.
  public let runs: Int

  public init(_ value: Double, spread: Double, runs: Int) {
    precondition(runs >= 2, "a spread needs two runs")
    self.value = value
    self.spread = spread
    self.runs = runs
  }

  /// Where the mean of `count` further runs lies with a probability of `confidence`, if they are of the
  /// same normal distribution: with n runs of mean x̄ and standard deviation s,
  ///
  ///     x̄ ± t s √(1/n + 1/count)
  ///
  /// t is the quantile of Student's distribution with n − 1 degrees of freedom. It does not depend on
  /// what the further runs give, so that noisy ones are not easier to agree with.
  ///
  /// Hahn 1969, Journal of the American Statistical Association 64:878.
  public func range(ofMeanOf count: Int, confidence: Double) -> ClosedRange<Double> {
    let t = Distributions.studentQuantile(beyond: 1 - confidence, degrees: Double(runs - 1))
    let width = t * spread * (1 / Double(runs) + 1 / Double(max(count, 1))).squareRoot()
    return value - width...value + width
  }
}
