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
  /// The scores of the trials, in the order in which they were made.
  public let scores: [Double]
  /// What lies in the outer tenth of its range: "lr = 0.98 is at the upper end of 1e-05..1".
  public let warnings: [String]
}
