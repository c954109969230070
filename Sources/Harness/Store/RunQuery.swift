// Which stored runs are meant.

import GRDB
import OptimizerKit

/// Stored runs by optimizer, problem and status: what is nil admits all. Names are patterns, in which `*`
/// stands for any characters and `?` for one. The database chooses: nothing is read of other runs.
public struct RunQuery: Sendable {
  /// Names of optimizers, or labels.
  public var optimizers: [String]?
  /// Names of problems.
  public var problems: [String]?
  public var status: RunStatus?
  /// Trials only, or none of them; nil for all. What belongs to no suite is no trial.
  public var isTrial: Bool?

  public init(
    optimizers: [String]? = nil, problems: [String]? = nil, status: RunStatus? = nil,
    isTrial: Bool? = nil
  ) {
    self.optimizers = optimizers
    self.problems = problems
    self.status = status
    self.isTrial = isTrial
  }

  /// The condition on a row of runs, and its arguments.
  var condition: (sql: String, arguments: StatementArguments) {
    var conditions: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    func any(of patterns: [String]?, in columns: [String]) {
      guard let patterns else { return }
      let each = patterns.flatMap { pattern in columns.map { ($0, pattern) } }
      conditions.append(
        "(" + (each.map { "\($0.0) GLOB ?" } + ["0"]).joined(separator: " OR ") + ")")
      // A bracket is a character like any other.
      arguments += each.map { $0.1.replacing("[", with: "[[]") }
    }
    any(of: optimizers, in: ["run.optimizer", "run.label"])
    any(of: problems, in: ["run.problem"])
    if let status {
      conditions.append("run.status = ?")
      arguments.append(status.rawValue)
    }
    if let isTrial {
      let trials = "SELECT key FROM suite_run WHERE suite LIKE '%/trials'"
      let judged = "SELECT key FROM suite_run WHERE suite NOT LIKE '%/trials'"
      conditions.append(
        isTrial
          ? "run.key IN (\(trials))" : "(run.key NOT IN (\(trials)) OR run.key IN (\(judged)))")
    }
    return (
      conditions.isEmpty ? "1" : conditions.joined(separator: " AND "),
      StatementArguments(arguments)
    )
  }
}
