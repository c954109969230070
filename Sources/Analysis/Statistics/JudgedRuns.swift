// From finished runs to scores that can be compared: who took part in what.

import OptimizerKit

/// The scores of those who took part, on what they all took part in.
public struct JudgedRuns: Sendable {
  /// What is compared: a problem from a named start, or on instances, with a budget.
  public struct Contest: Sendable, Hashable {
    public let problem: PluginSpec
    /// nil where the runs have instances, or train.
    public let start: [Double]?
    /// Whether the runs have instances.
    public let hasInstances: Bool
    public let budget: Budget

    init(_ spec: RunSpec) {
      problem = spec.problem
      start = spec.instance == nil ? spec.start : nil
      hasInstances = spec.instance != nil
      budget = spec.budget
    }
  }

  /// Those who took part, by label, in the order in which they come.
  public let participants: [String]
  /// What they took part in, all of them.
  public let contests: [Contest]
  /// `scores[participant][contest][run]`; runs with the same place have instance and seed in common.
  public let scores: [[[Double]]]
  /// The runs in the same places, by their places in `records`.
  private let places: [[[Int]]]
  private let records: [RunRecord]
  /// The problems of the contests.
  public let problems: [JudgedProblem]
  /// How many runs of each participant are counted.
  public let runs: Int
  /// How many of them have failed: diverged, crashed or timed out.
  public let failures: [Int]
  /// What was left out, and why, a line each.
  public let remarks: [String]

  /// What came of the runs of a participant in a contest.
  public func outcomes(_ participant: Int, _ contest: Int) -> some RandomAccessCollection<Outcome> {
    places[participant][contest].lazy.map { [records] in records[$0].outcome }
  }

  private struct Cell: Hashable {
    let instance: Instance?
    let seed: UInt64
  }

  /// The scores of runs.
  ///
  /// - Parameters:
  ///   - records: runs of one suite, called as it calls them.
  ///   - axis: what the course of runs is measured in.
  ///   - problem: the problem of a specification; nil where it is not known any more.
  ///   - name: what a problem is called in messages.
  /// - Throws: `JudgingError` where nothing can be compared.
  public init(
    _ records: [RunRecord], by criterion: Criterion, over axis: CostAxis = .evaluations,
    problem: (PluginSpec) -> (any Problem)?,
    name: (PluginSpec) -> String
  ) throws {
    var remarks: [String] = []
    var known: [PluginSpec: JudgedProblem?] = [:]
    func instance(_ spec: PluginSpec) -> JudgedProblem? {
      if let found = known[spec] { return found }
      let found = problem(spec).map { JudgedProblem($0) }
      known[spec] = .some(found)
      return found
    }
    // Everything by contest, run and participant; the order is that of first appearance.
    var participants: [String] = []
    var labels: [String: Int] = [:]
    var contests: [Contest] = []
    var cells: [Contest: [Cell: [Int: Int]]] = [:]
    var order: [Contest: [Cell]] = [:]
    var ambiguous: [String] = []
    for (index, record) in records.enumerated() {
      let place =
        labels[record.label]
        ?? {
          labels[record.label] = participants.count
          participants.append(record.label)
          return participants.count - 1
        }()
      let contest = Contest(record.spec)
      if cells[contest] == nil { contests.append(contest) }
      let cell = Cell(instance: record.spec.instance, seed: record.spec.seed)
      if cells[contest]?[cell] == nil { order[contest, default: []].append(cell) }
      if let other = cells[contest]?[cell]?[place], records[other].key != record.key {
        ambiguous.append("\(record.label) on \(name(record.spec.problem))")
      }
      cells[contest, default: [:]][cell, default: [:]][place] = index
    }
    guard participants.count > 1 else {
      throw JudgingError(
        participants.isEmpty
          ? "there are no runs to rank"
          : "to rank takes two participants; these runs are all of \(participants[0])")
    }
    var counted: [Contest] = []
    var scores = participants.map { _ in [[Double]]() }
    var indices = participants.map { _ in [[Int]]() }
    var problems: [JudgedProblem] = []
    var failures = participants.map { _ in 0 }
    var runs = 0
    var unfit: [String] = []
    var partial: [String: Set<Int>] = [:]
    for contest in contests {
      let title = name(contest.problem)
      guard let problem = instance(contest.problem),
        criterion.meaning(on: problem, over: axis) != nil
      else {
        unfit.append(title)
        continue
      }
      let all = order[contest] ?? []
      let common = all.filter { cells[contest]?[$0]?.count == participants.count }
      if common.count < all.count {
        for cell in all {
          let present = Set((cells[contest]?[cell] ?? [:]).keys)
          for place in participants.indices where !present.contains(place) {
            partial[title, default: []].insert(place)
          }
        }
      }
      guard !common.isEmpty else { continue }
      counted.append(contest)
      problems.append(problem)
      runs += common.count
      let own = cells[contest] ?? [:]
      for place in participants.indices {
        let done = common.compactMap { own[$0]?[place] }
        failures[place] += done.count { records[$0].outcome.hasFailed }
        scores[place].append(
          done.map {
            criterion.score(
              of: records[$0].outcome, budget: contest.budget, on: problem, over: axis)
          })
        indices[place].append(done)
      }
    }
    if !ambiguous.isEmpty {
      let shown = ambiguous.unique
      remarks.append(
        "several settings have one name, and the last ones are counted: "
          + shown.prefix(3).joined(separator: ", ")
          + (shown.count > 3 ? " and \(shown.count - 3) more" : "")
          + "; judge one group at a time (--group)")
    }
    if !unfit.isEmpty {
      remarks.append(
        "not counted, since '\(criterion)' says nothing of it: \(unfit.unique.joined(separator: ", "))"
      )
    }
    for (title, places) in partial.sorted(by: { $0.key < $1.key }) {
      let names = places.sorted().map { participants[$0] }
      let shown = names.prefix(3).joined(separator: ", ")
      remarks.append(
        "\(title): only runs that all have are counted; some are missing of \(shown)"
          + (names.count > 3 ? " and \(names.count - 3) more" : ""))
    }
    guard !counted.isEmpty else {
      throw JudgingError(
        "nothing can be ranked: "
          + (unfit.count == contests.count
            ? "'\(criterion)' says nothing of \(unfit.unique.joined(separator: ", "))"
            : "there is no problem that all of \(participants.count) participants have runs on with "
              + "the same start, seed and budget; choose some with --optimizers, or a group with --group")
      )
    }
    guard failures.reduce(0, +) < runs * participants.count else {
      throw JudgingError(
        "nothing can be ranked: all \(runs * participants.count) runs have failed; 'optlab runs' says how"
      )
    }
    self.participants = participants
    self.contests = counted
    self.scores = scores
    self.places = indices
    self.records = records
    self.problems = problems
    self.runs = runs
    self.failures = failures
    self.remarks = remarks
  }
}

/// Why runs cannot be compared.
public struct JudgingError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
