// Tuning: rounds of trials, which are runs like all others, and what came of them.

import Analysis
import OptimizerKit

/// The tuning of those groups of a suite that ask for it. It plans rounds of trials and takes in what came
/// of them; who runs them is not its business. The same suite gives the same trials, whatever the order
/// in which they end.
public struct SuiteTuner: Sendable {
  public let suite: Suite
  private let catalogue: PluginCatalogue
  private var searches: [OptimizerSearch] = []
  private var all: [Plan.Entry] = []
  /// The runs that judge what is found.
  let tunedRuns: Int

  /// Plans the tuning of a suite.
  ///
  /// - Throws: `PlanError` with every reason why it cannot be done.
  public init(_ suite: Suite, catalogue: PluginCatalogue) throws {
    self.suite = suite
    self.catalogue = catalogue
    var builder = PlanBuilder(catalogue)
    var tunedRuns = 0
    for group in suite.groups {
      guard let tuning = group.tuning else { continue }
      do { try tuning.checkNames(of: group, in: catalogue) } catch {
        builder.refuse(error, at: "tuning", in: group)
      }
      let templates = builder.selected(group.optimizers, in: group) {
        try catalogue.searchTemplates($0, for: tuning)
      }
      let problems = builder.selected(group.problems, in: group, catalogue.selectProblems)
      for (selection, problem) in problems {
        do {
          let trials = try tuning.group(of: group, on: problem)
          tunedRuns += templates.count * group.seeds.count * (try problem.starts(for: group).count)
          for template in templates {
            searches.append(
              try OptimizerSearch(
                template.choice, selectedBy: template.selection, on: problem,
                selectedBy: selection, tuning: tuning, group: trials))
          }
        } catch { builder.refuse(error, at: "tuning", in: group) }
      }
    }
    self.tunedRuns = tunedRuns
    _ = try builder.plan(suite)
  }

  /// Whether the suite asks for any tuning.
  public var isEmpty: Bool { searches.isEmpty }

  /// The runs of all trials, unless ranges are widened or trials dropped.
  var trialRuns: Int { searches.reduce(0) { $0 + $1.trialRuns } }

  /// The suite under which trials are stored: no other can have its name.
  public static func suiteName(of suite: Suite) -> String { suite.name + "/trials" }

  /// All trials so far.
  public var trials: Plan {
    Plan(suite: trialSuite, entries: all, maps: [], remarks: [])
  }

  private var trialSuite: Suite {
    Suite(name: Self.suiteName(of: suite), title: "Trials of \(suite.title)", groups: [])
  }

  /// The trials of the next round; nil where all are made.
  ///
  /// - Throws: `PlanError` where they cannot be run.
  public mutating func nextRound() throws -> Plan? {
    var builder = PlanBuilder(catalogue)
    for index in searches.indices {
      try searches[index].nextRound(&builder, in: catalogue)
    }
    let plan = try builder.plan(trialSuite)
    all += plan.entries
    return plan.entries.isEmpty ? nil : plan
  }

  /// Takes in what came of a round, by key. A trial of which a run is missing has failed.
  public mutating func take(_ outcomes: [String: Outcome]) {
    for index in searches.indices { searches[index].take(outcomes) }
  }

  /// What was found, in the order of groups, problems and optimizers.
  ///
  /// - Throws: `SelectionError` where settings cannot be made again.
  public func results() throws -> [TunedOptimizer] {
    try searches.map { try $0.result(in: catalogue) }
  }
}

extension Tuning {
  /// The group of the trials on a problem: other seeds and instances than those judged, and no more kept
  /// than outcomes.
  func group(of judged: Suite.Group, on problem: ProblemChoice) throws -> Suite.Group {
    var group = judged
    group.recording.path = .outcomes
    group.recording.test = false
    group.recording.layers = false
    group.recording.sharpness = false
    group.recording.checkpoints = 0
    group.starts = nil
    group.target = nil
    let first: UInt64 = 1_000_000
    if let seeds {
      if let both = seeds.first(where: judged.seeds.contains) {
        throw SelectionError(
          "seed \(both) is one that is judged: what was tuned on it would be judged by what it was "
            + "tuned on")
      }
      group.seeds = seeds
    } else {
      group.seeds = [(judged.seeds.filter { $0 >= first }.max() ?? first - 1) + 1]
    }
    guard let surface = problem.instance as? any Surface else {
      group.instances = nil
      return group
    }
    let numbers = Set((judged.instances ?? []).map(\.number))
    if let instances {
      if let both = instances.first(where: { numbers.contains($0.number) }) {
        throw SelectionError(
          "instance \(both.number) is one that is judged: what was tuned on it would be judged by what "
            + "it was tuned on")
      }
      group.instances = instances
    } else {
      let next = (numbers.filter { $0 >= first }.max() ?? first - 1) + 1
      let isMoved = judged.instances?.first?.isMoved ?? false
      group.instances = (next..<next + 10).map { Instance($0, isMoved: isMoved) }
    }
    // What comes after the last target counts no more.
    if surface.minimumLoss != nil { group.target = RunMeasures.targets.last }
    return group
  }

  /// Refuses hyperparameters that none of the optimizers has.
  func checkNames(of group: Suite.Group, in catalogue: PluginCatalogue) throws {
    guard let hyperparameters else { return }
    let choices = group.optimizers.flatMap { (try? catalogue.searchTemplates($0, for: nil)) ?? [] }
    let known = choices.flatMap { $0.defaults.spec.terms.flatMap { $0.settings.map(\.name) } }
      .unique
    guard !known.isEmpty else { return }
    for name in hyperparameters where !known.contains(name) {
      throw UnknownPlugin(
        kind: "hyperparameter of these optimizers", plural: "hyperparameters", name: name,
        known: known)
    }
  }
}
