// What came of an experiment.

import OptimizerKit

/// What came of an experiment: whether the claim stands, in words, numbers and charts.
public struct Verdict: Encodable, Sendable, Equatable {
  /// Whether the claim stands.
  public enum Judgement: String, Encodable, Sendable, CaseIterable {
    case holds
    case doesNotHold = "does not hold"
    /// The sentence says when.
    case holdsOnlyWhen = "holds only when"
    /// The runs do not decide it: too few of them ended as they should.
    case undecided
  }

  /// A measured number, with what it varies between over starts or seeds where there are several.
  public struct Number: Encodable, Sendable, Equatable {
    public let name: String
    public let value: Double
    public let low: Double?
    public let high: Double?
    public let unit: String
    /// What the source of the claim says it is; nil where it says nothing.
    public private(set) var stated: Double?
    /// By how much the source says that it varies.
    public private(set) var statedSpread: Double?

    public init(
      _ name: String, _ value: Double, in range: ClosedRange<Double>? = nil, unit: String = ""
    ) {
      self.name = name
      self.value = value
      low = range?.lowerBound
      high = range?.upperBound
      self.unit = unit
    }

    /// An estimate with its interval.
    public init(_ name: String, _ estimate: Estimate, unit: String = "") {
      self.init(name, estimate.value, in: estimate.interval, unit: unit)
    }

    /// The median of values with their extent; nil without any.
    public init?(_ name: String, medianOf values: [Double], unit: String = "") {
      guard let median = Statistics.median(values), let low = values.min(), let high = values.max()
      else { return nil }
      self.init(name, median, in: low...high, unit: unit)
    }

    /// This number beside the one that the source of the claim gives.
    public func stated(_ value: Double, spread: Double? = nil) -> Number {
      var number = self
      number.stated = value
      number.statedSpread = spread
      return number
    }
  }

  public let judgement: Judgement
  /// The verdict in one sentence, with its numbers.
  public let sentence: String
  public let numbers: [Number]
  /// What shows it.
  public let charts: [Chart]

  public init(
    _ judgement: Judgement, _ sentence: String, numbers: [Number] = [], charts: [Chart] = []
  ) {
    self.judgement = judgement
    self.sentence = sentence
    self.numbers = numbers
    self.charts = charts
  }

  private enum CodingKeys: String, CodingKey { case judgement, sentence, numbers }
}
