// What a tuning found.

import Analysis
import OptimizerKit

/// The best settings of an optimizer on a problem, and how they were found.
public struct TunedOptimizer: Sendable {
  public let group: String
  public let problem: PluginSpec
  /// What the problem is called.
  public let problemLabel: String
  /// The selection that asked for it, as it was written.
  public let selection: String
  /// The optimizer with its best settings, called after its defaults: "adam tuned".
  public let choice: OptimizerChoice
  /// What it is called with its defaults.
  public let defaultLabel: String
  /// Its best settings in full, as a selection: "adam[lr=0.02]".
  public let settings: String
  /// Hyperparameter, value, and the range or list that was searched.
  public let values: [(name: String, value: String, searched: String)]
  /// The score of the best trial; +∞ where all have failed, and the defaults stand in for them.
  public let score: Double
  /// How many trials were made, and how many of them have failed.
  public let trials: Int
  public let failures: Int
  /// How many were not run to their end, since they could not be the best any more.
  public let dropped: Int
  /// What was tried, in the order in which it was made.
  public let history: SearchHistory
  /// What lies in the outer tenth of its range: its place in `values`, and whether at the upper end.
  public let edges: [(value: Int, isUpper: Bool)]

  /// The scores of the trials, +∞ where all runs of one have failed; of a dropped one the least that its mean
  /// could have been.
  public var scores: [Double] { history.trials.map { $0.score ?? .infinity } }

  /// What a reader must know: "lr = 0.98 lies at the upper end of 1e-05..1 (log)".
  public var warnings: [String] {
    guard score < .infinity else { return ["all trials have failed; its defaults are judged"] }
    return edges.map { edge in
      let value = values[edge.value]
      return
        "\(value.name) = \(value.value) lies at the \(end(edge)) of \(value.searched)"
    }
  }

  /// "lr at the upper end", a line for each edge.
  public var edgeNames: [String] { edges.map { "\(values[$0.value].name) at the \(end($0))" } }

  private func end(_ edge: (value: Int, isUpper: Bool)) -> String {
    edge.isUpper ? "upper end" : "lower end"
  }
}
