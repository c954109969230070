// What a search tried, and what came of it.

import OptimizerKit

/// The trials of one optimizer on one problem, in the order in which they were made.
public struct SearchHistory: Codable, Sendable, Equatable {
  /// A hyperparameter that was searched.
  public struct Dimension: Codable, Sendable, Equatable {
    public var name: String
    /// The ends of its range, as wide as it got; none of choices.
    public var range: [Double]
    public var isLogarithmic: Bool
    /// The values of choices.
    public var choices: [String]
  }

  /// One setting.
  public struct Trial: Codable, Sendable, Equatable {
    /// A value for each dimension.
    public var values: [String]
    /// Less is better; nil where all of its runs failed.
    public var score: Double?
    /// Of the whole budget.
    public var budgetShare: Double
    /// How often ranges had been widened before.
    public var stage: Int
    /// Whether it was ended because it could not be the best any more: its score is then the least that
    /// it could have been.
    public var isDropped: Bool

    public init(
      values: [String], score: Double?, budgetShare: Double = 1, stage: Int = 0,
      isDropped: Bool = false
    ) {
      self.stage = stage
      self.values = values
      self.score = score
      self.budgetShare = budgetShare
      self.isDropped = isDropped
    }
  }

  /// What the score is: "validation loss".
  public var meaning: String
  /// Whether scores are logarithms, to base 10, of what `meaning` says.
  public var isLogarithm: Bool
  public var dimensions: [Dimension]
  public var trials: [Trial]

  public init(
    meaning: String, isLogarithm: Bool = false, dimensions: [Dimension], trials: [Trial]
  ) {
    self.meaning = meaning
    self.isLogarithm = isLogarithm
    self.dimensions = dimensions
    self.trials = trials
  }

  /// A score as it is shown: where it is a logarithm, what it is the logarithm of.
  public func shown(_ score: Double) -> Double {
    isLogarithm ? Double.exp(score * Double.log(10)) : score
  }

  /// The trials with the whole budget that were run to their end.
  public var complete: [Trial] { trials.filter { $0.budgetShare == 1 && !$0.isDropped } }
}

extension SearchHistory.Dimension {
  /// What a search had to choose from.
  public init(_ dimension: SearchDimension) {
    name = dimension.name
    choices = []
    range = []
    isLogarithmic = false
    switch dimension.domain {
    case .interval(let ends, let scale):
      range = [ends.lowerBound, ends.upperBound]
      isLogarithmic = scale == .log
    case .integers(let ends, let scale):
      range = [Double(ends.lowerBound), Double(ends.upperBound)]
      isLogarithmic = scale == .log
    case .choices(let values): choices = values
    }
  }

  /// Where a value lies along the range or among the choices, 0...1; nil where it is none of them.
  public func share(of value: String) -> Double? {
    guard range.count == 2, let low = range.first, let high = range.last else {
      guard let place = choices.firstIndex(of: value) else { return nil }
      return choices.count > 1 ? Double(place) / Double(choices.count - 1) : 0.5
    }
    guard let number = Double(value) else { return nil }
    if isLogarithmic {
      guard number > 0, low > 0, high > low else { return nil }
      return Double.log(number / low) / Double.log(high / low)
    }
    return high > low ? (number - low) / (high - low) : 0.5
  }
}
