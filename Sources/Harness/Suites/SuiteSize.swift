// How much a suite asks for, before any of it is done.

import OptimizerKit

/// The runs of a suite.
public struct SuiteSize: Sendable, Equatable, CustomStringConvertible {
  /// Those that are judged: of defaults and of what will be tuned.
  public let judged: Int
  /// Those that tuning makes before, unless ranges are widened or trials dropped.
  public let trials: Int
  /// The cells of its maps.
  public let cells: Int

  /// - Throws: `PlanError` with every reason why the suite cannot be run as it stands.
  public init(_ suite: Suite, catalogue: PluginCatalogue) throws {
    let tuner = try SuiteTuner(suite, catalogue: catalogue)
    let plan = try Plan(suite, catalogue: catalogue)
    judged = plan.entries.count + tuner.tunedRuns
    cells = plan.maps.reduce(0) { $0 + $1.job.spec.count }
    trials = tuner.trialRuns
  }

  /// "60 runs", "60 runs, and 640 of trials before".
  public var description: String {
    "\(judged) run\(judged == 1 ? "" : "s")"
      + (trials > 0 ? ", and \(trials) of trials before" : "")
  }
}
