// The search for the settings of one optimizer on one problem.

import Analysis
import OptimizerKit

/// The trials of one optimizer on one problem, round by round.
struct OptimizerSearch: Sendable {
  /// One setting, tried on every instance and seed.
  private struct Trial {
    let point: [Double]
    let values: [String]
    /// Of the whole budget.
    let share: Double
    let keys: [String]
    var score = Double.nan
    /// In which space, counted from 0, it was made.
    let stage: Int
  }

  private let template: SearchTemplate
  private let selection: String
  private let problem: ProblemChoice
  /// What a trial is run on: the problem, or its parts for cross-validation.
  private let parts: [ProblemChoice]
  private let problemSelection: String
  private let tuning: Tuning
  private let group: Suite.Group
  private let criterion = Criterion.standard
  private var space: SearchSpace
  private var stage = 0
  private var trials: [Trial] = []
  /// Those whose outcomes are not known yet.
  private var open: Range<Int> = 0..<0
  private var isFinished = false

  init(
    _ template: SearchTemplate, selectedBy selection: String, on problem: ProblemChoice,
    selectedBy problemSelection: String, tuning: Tuning, group: Suite.Group
  ) throws {
    self.template = template
    self.selection = selection
    self.problem = problem
    self.problemSelection = problemSelection
    self.tuning = tuning
    self.group = group
    space = template.space
    parts = try problem.parts(tuning.folds)
    // The defaults stand for all settings: what cannot be run with them cannot be tuned.
    try template.defaults.checkRequirements(on: problem)
    try template.defaults.checkSchedules(for: group.budget)
  }

  /// Adds the runs of the next round's trials to a plan.
  mutating func nextRound(_ builder: inout PlanBuilder, in catalogue: PluginCatalogue) throws {
    guard !isFinished else { return }
    var round = nextTrials()
    if round.points.isEmpty, stage < tuning.widenings, let wider = widened() {
      space = wider
      stage += 1
      round = nextTrials()
    }
    isFinished = round.points.isEmpty
    let begin = trials.count
    for point in round.points {
      let values = space.values(at: point)
      let choice = try template.choice(values, in: catalogue)
      var group = group
      group.budget = group.budget.share(round.budgetShare)
      let before = builder.entries.count
      for part in parts {
        try builder.add(
          [(selection, choice)], on: part, selectedBy: problemSelection, in: group,
          lossLimit: tuning.lossLimit, name: "\(group.name)/\(template.defaults.label)")
      }
      trials.append(
        Trial(
          point: point, values: values, share: round.budgetShare,
          keys: builder.entries[before...].map(\.key), stage: stage))
    }
    open = begin..<trials.count
  }

  /// The points of the current space that come next.
  private func nextTrials() -> SearchRound {
    let made = trials.filter { $0.stage == stage }
    return tuning.method.strategy.nextRound(
      in: space, trials: tuning.trials, seed: tuning.searchSeed &+ UInt64(stage),
      after: made.map { SearchTrial(point: $0.point, score: $0.score, budgetShare: $0.share) })
  }

  /// The space made wider where the best trial lies at its edge; nil where it does not, or cannot be.
  private func widened() -> SearchSpace? {
    guard let best else { return nil }
    let edges = space.edges(of: trials[best].values)
    guard !edges.isEmpty else { return nil }
    let wider = space.widened(at: edges)
    return wider == space ? nil : wider
  }

  /// Takes in what came of the last round.
  mutating func take(_ outcomes: [String: Outcome]) {
    for index in open {
      let trial = trials[index]
      let scores = trial.keys.map { key in
        outcomes[key].map {
          criterion.score(of: $0, budget: group.budget.share(trial.share), on: problem.instance)
        } ?? .infinity
      }
      trials[index].score = scores.reduce(0, +) / Double(max(scores.count, 1))
    }
    open = trials.count..<trials.count
  }

  /// The best trial with the whole budget, the first of equal ones; nil where all have failed.
  private var best: Int? {
    trials.indices.filter { trials[$0].share == 1 && trials[$0].score.isFinite }
      .min { trials[$0].score < trials[$1].score }
  }

  func result(in catalogue: PluginCatalogue) throws -> TunedOptimizer {
    let best = best.map { trials[$0] }
    var choice = template.defaults
    var settings = choice.label
    var values: [(name: String, value: String, searched: String)] = []
    var edges: [SearchSpace.Edge] = []
    if let best {
      choice = try template.choice(best.values, in: catalogue)
      settings = choice.label
      values = zip(space.dimensions, best.values).map { ($0.name, $1, $0.description) }
      edges = space.edges(of: best.values)
    }
    choice.label = template.defaults.label + " tuned"
    return TunedOptimizer(
      group: group.name, problem: problem.spec, problemLabel: problem.label, selection: selection,
      choice: choice, defaultLabel: template.defaults.label, settings: settings, values: values,
      score: best?.score ?? .infinity, trials: trials.count,
      failures: trials.count { !$0.score.isFinite }, scores: trials.map(\.score),
      edges: edges.map { ($0.dimension, $0.side == .upper) })
  }
}

extension ProblemChoice {
  /// The problem with each of so many parts of its training examples to validate on; the problem alone where
  /// nothing is cut, or on a surface.
  func parts(_ count: Int?) throws -> [ProblemChoice] {
    guard let count, instance is any TrainingProblem else { return [self] }
    guard let place = spec.settings.firstIndex(where: { $0.name == "fold" }) else {
      throw SelectionError(
        "\(label) has no hyperparameter 'fold': its examples cannot be cut into \(count) parts")
    }
    guard spec.settings[place].value == "none" else {
      throw SelectionError("\(label) is one part already: 'folds' cuts whole problems")
    }
    return try (1...count).map { number in
      var part = spec
      part.settings[place].value = "\(number)/\(count)"
      var plugin = instance as any Plugin
      try plugin.set("fold", to: part.settings[place].value)
      try plugin.validate()
      guard let problem = plugin as? any Problem else { return self }
      return ProblemChoice(label: label, spec: part, instance: problem, file: file)
    }
  }
}

extension Budget {
  /// A part of it, at least one step or gradient.
  func share(_ share: Double) -> Budget {
    guard share < 1 else { return self }
    func part(_ count: Int) -> Int { max(1, Int((Double(count) * share).rounded())) }
    return switch self {
    case .steps(let count): .steps(part(count))
    case .gradients(let count): .gradients(part(count))
    case .seconds(let time): .seconds(time * share)
    }
  }
}
