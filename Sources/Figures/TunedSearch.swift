// A search as figures see it: who was tuned on what, and what was tried.

import Analysis
import OptimizerKit

extension FigureInput {
  /// The runs with the defaults of what was searched, on the problems on which it was: what captions of pictures
  /// of trials speak of.
  public func records(of searches: [TunedSearch]) -> [RunRecord] {
    let labels = Set(searches.map(\.optimizer))
    let problems = Set(searches.map(\.problem))
    var isMeant: [PluginSpec: Bool] = [:]
    return records.filter { record in
      guard labels.contains(record.label) else { return false }
      let problem = record.spec.problem
      if let known = isMeant[problem] { return known }
      isMeant[problem] = problems.contains(problemLabel(problem))
      return isMeant[problem] == true
    }
  }
}

/// The search for the settings of one optimizer on one problem.
public struct TunedSearch: Sendable {
  /// The group of the suite that it belongs to.
  public var group: String
  /// What the problem is called.
  public var problem: String
  /// What the optimizer is called with its defaults.
  public var optimizer: String
  /// How settings were chosen: "sobol".
  public var method: String
  /// The settings that were found, as a selection.
  public var settings: String
  public var history: SearchHistory

  public init(
    group: String, problem: String, optimizer: String, method: String, settings: String,
    history: SearchHistory
  ) {
    self.group = group
    self.problem = problem
    self.optimizer = optimizer
    self.method = method
    self.settings = settings
    self.history = history
  }
}
