// What finished runs say about those who took part: scores, and the order that they allow.

import OptimizerKit

/// Runs judged by a criterion: who took part in what, how each came off, and who can be told from whom.
/// Tables, figures and reports say the same because they ask here.
public struct Judgement: Sendable {
  public let criterion: Criterion
  public let axis: CostAxis
  public let judged: JudgedRuns
  /// What the contests are called, each differently: by the problem, with its start or budget where it is
  /// there twice.
  public let names: [String]
  public let results: Results
  public let ranking: Ranking

  /// - Parameters:
  ///   - records: runs of one suite, called as it calls them.
  ///   - axis: what the course of runs is measured in.
  ///   - problem: the problem of a specification; nil where it is not known any more.
  ///   - label: what a problem is called.
  /// - Throws: `JudgingError` where nothing can be compared.
  public init(
    _ records: [RunRecord], by criterion: Criterion = .standard, over axis: CostAxis = .evaluations,
    confidence: Double = 0.95, problem: (PluginSpec) -> (any Problem)?,
    label: (PluginSpec) -> String
  ) throws {
    self.criterion = criterion
    self.axis = axis
    judged = try JudgedRuns(records, by: criterion, over: axis, problem: problem, name: label)
    names = Self.names(of: judged.contests, label)
    results = try Results(
      participants: judged.participants, problems: names, scores: judged.scores)
    ranking = Ranking(results, confidence: confidence)
  }

  /// The profiles by a target; nil where no contest has one.
  public func profiles(at level: Double) throws -> Profiles? {
    try Profiles(judged, named: names, level: level, over: axis)
  }

  /// What the scores are, each of them once: "f − f*".
  public var meanings: [String] {
    judged.problems.compactMap { criterion.meaning(on: $0, over: axis) }.unique
  }

  private static func names(of contests: [JudgedRuns.Contest], _ label: (PluginSpec) -> String)
    -> [String]
  {
    let withStarts = names(contests.map { label($0.problem) }) { place in
      contests[place].start.map { "from \(point($0))" }
        ?? (contests[place].hasInstances ? "instances" : "")
    }
    return names(withStarts) { "in \(contests[$0].budget)" }
  }

  /// Labels with something more where they are there twice.
  private static func names(_ labels: [String], _ extra: (Int) -> String) -> [String] {
    let counts = labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    return labels.enumerated().map { place, label in
      counts[label] == 1 ? label : "\(label) \(extra(place))"
    }
  }

  /// "(-1.2, 1)", long ones cut short.
  private static func point(_ coordinates: [Double]) -> String {
    let shown = coordinates.prefix(6).map(shortest).joined(separator: ", ")
    return "(" + shown + (coordinates.count > 6 ? ", …" : "") + ")"
  }
}
