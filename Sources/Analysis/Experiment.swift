// A kind of plugin: a claim with the runs that test it and the rule by which they judge it.

import OptimizerKit

/// A claim, the runs that test it, a measured verdict and its figure.
///
/// What a conformer must uphold: the rule is stated before there is a result, thresholds have reasons,
/// and `judge` is a pure function of the runs; it draws nothing and runs nothing. What the runs do not
/// decide is undecided.
public protocol Experiment: Plugin {
  /// The claim in one sentence.
  static var claim: String { get }
  /// How the verdict follows from the numbers, in one or two sentences.
  static var rule: String { get }
  /// By what it is asked for together with others: "lecture".
  static var tags: [String] { get }
  /// The figures that show it, by name.
  static var figures: [String] { get }

  /// The runs that test the claim.
  var groups: [Suite.Group] { get }
  /// The verdict on the claim.
  ///
  /// - Parameter runs: all runs of `groups`, however they ended.
  func judge(_ runs: ExperimentRuns) -> Verdict
  /// Whether a run is drawn; all are unless said otherwise.
  func isDrawn(_ run: RunRecord) -> Bool
}

extension Experiment {
  public static var kind: PluginKind { .experiment }
  public static var tags: [String] { [] }
  public static var figures: [String] { [] }
  public func isDrawn(_ run: RunRecord) -> Bool { true }

  /// The suite under which its runs are planned and stored.
  public var suite: Suite {
    Suite(name: "experiment-\(Self.name)", title: Self.claim, groups: groups)
  }
}

/// The runs of an experiment by group.
public struct ExperimentRuns: Sendable {
  /// All of them, in the order of the plan.
  public let all: [(group: String, record: RunRecord)]

  public init(_ all: [(group: String, record: RunRecord)]) { self.all = all }

  /// The runs of one group.
  public subscript(group: String) -> [RunRecord] {
    all.filter { $0.group == group }.map(\.record)
  }
}

/// What came of an experiment.
public struct Verdict: Encodable, Sendable, Equatable {
  /// Whether the claim stands.
  public enum Judgement: String, Encodable, Sendable, CaseIterable {
    case holds
    case doesNotHold = "does not hold"
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

    public init(
      _ name: String, _ value: Double, in range: ClosedRange<Double>? = nil, unit: String = ""
    ) {
      self.name = name
      self.value = value
      low = range?.lowerBound
      high = range?.upperBound
      self.unit = unit
    }

    /// The median of values with their extent; nil without any.
    public init?(_ name: String, medianOf values: [Double], unit: String = "") {
      guard let median = Statistics.median(values), let low = values.min(), let high = values.max()
      else { return nil }
      self.init(name, median, in: low...high, unit: unit)
    }
  }

  public let judgement: Judgement
  /// The verdict in one sentence, with its numbers.
  public let sentence: String
  public let numbers: [Number]

  public init(_ judgement: Judgement, _ sentence: String, numbers: [Number] = []) {
    self.judgement = judgement
    self.sentence = sentence
    self.numbers = numbers
  }
}
