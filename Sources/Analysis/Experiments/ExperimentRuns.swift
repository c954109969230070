// What an experiment judges: its runs by group, with what was measured of them.

import OptimizerKit

/// The runs of an experiment by group.
public struct ExperimentRuns: Sendable {
  /// All of them, in the order of the plan.
  public let all: [(group: String, record: RunRecord)]
  public let size: ExperimentSize
  private let readTrajectory: @Sendable (RunRecord) -> Trajectory?
  private let makeProblem: @Sendable (PluginSpec) -> (any Problem)?

  /// - Parameters:
  ///   - trajectory: gives the path of a run; nil where none was kept.
  ///   - problem: makes the problem of a specification; nil where it is not known.
  public init(
    _ all: [(group: String, record: RunRecord)], size: ExperimentSize = .full,
    trajectory: @escaping @Sendable (RunRecord) -> Trajectory? = { _ in nil },
    problem: @escaping @Sendable (PluginSpec) -> (any Problem)? = { _ in nil }
  ) {
    self.all = all
    self.size = size
    readTrajectory = trajectory
    makeProblem = problem
  }

  /// The runs of one group, however they ended.
  public subscript(group: String) -> [RunRecord] {
    all.filter { $0.group == group }.map(\.record)
  }

  /// The runs of one group, which all came to an end of their own: a divergence is one.
  ///
  /// - Throws: `Undecided` where a run crashed or was cut off, or where there are fewer than `least`.
  public func ended(_ group: String, least: Int = 1) throws(Undecided) -> [RunRecord] {
    let runs = self[group]
    let failed = runs.filter { [.crashed, .timedOut, .interrupted].contains($0.status) }
    if let first = failed.first {
      let more = failed.count == 1 ? "a run" : "\(failed.count) of \(runs.count) runs"
      throw Undecided(
        "\(more) of \(group) \(first.status.rawValue): \(first.reason)")
    }
    guard runs.count >= max(least, 1) else {
      throw Undecided("\(group) has \(runs.count) runs; \(max(least, 1)) are needed")
    }
    return runs
  }

  /// A number of each run of a group, in the order of the plan; infinite ones are numbers.
  ///
  /// - Parameter what: what it is called where a run does not have it: "a settling step".
  /// - Throws: `Undecided` as `ended` does, and where a run does not have the number or it is NaN.
  public func values(
    _ group: String, _ what: String, least: Int = 1, _ value: (RunRecord) -> Double?
  ) throws(Undecided) -> [Double] {
    let runs = try ended(group, least: least)
    let values = runs.compactMap(value).filter { !$0.isNaN }
    guard values.count == runs.count else {
      throw Undecided(
        "\(runs.count - values.count) of \(runs.count) runs of \(group) have no \(what)")
    }
    return values
  }

  /// A run with its path.
  ///
  /// - Throws: `Undecided` where none was kept.
  public func traced(_ record: RunRecord) throws(Undecided) -> TracedRun {
    guard let trajectory = readTrajectory(record) else {
      throw Undecided("no path was kept of \(record.label) on \(record.spec.problem.name)")
    }
    return TracedRun(record, trajectory)
  }

  /// The problem that a run ran on.
  ///
  /// - Throws: `Undecided` where it is not known.
  public func problem(of record: RunRecord) throws(Undecided) -> any Problem {
    guard let problem = makeProblem(record.spec.problem) else {
      throw Undecided("\(record.spec.problem.name) is not known")
    }
    return problem
  }

  /// The model and the data of a run that trains one, as the run itself had them.
  ///
  /// - Throws: `Undecided` where the problem trains nothing, or its data cannot be read.
  public func session(of record: RunRecord) throws(Undecided) -> any TrainingSession {
    guard let problem = try problem(of: record) as? any TrainingProblem else {
      throw Undecided("\(record.spec.problem.name) trains no model")
    }
    do { return try problem.makeSession(seed: record.spec.seed) } catch {
      throw Undecided("\(error)")
    }
  }
}
