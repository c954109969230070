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
    /// In which space, counted from 0, it was made.
    let stage: Int
    /// How many of its slices were given out.
    var slices = 0
    /// The runs whose outcomes are not known yet.
    var open: [String] = []
    var scores: [Double] = []
    /// How many of its runs have failed.
    var failures = 0
    /// Whether its other slices are left out, since it cannot be the best any more.
    var isDropped = false

    /// The mean over its runs, +∞ where all have failed; NaN before there are any. No score is below 0, so
    /// that those that are not there yet count as 0: it is no more than the mean will be.
    func score(of runs: Int) -> Double {
      if scores.isEmpty { return .nan }
      return failures == runs ? .infinity : scores.reduce(0, +) / Double(runs)
    }
  }

  /// A part of what a trial is run on.
  private struct Slice {
    let problem: ProblemChoice
    let instances: [Instance]?
    let seeds: [UInt64]

    var runs: Int { seeds.count * (instances?.count ?? 1) }
  }

  private let template: SearchTemplate
  private let selection: String
  private let problem: ProblemChoice
  /// What a trial is run on, one after the other where trials may be dropped.
  private let slices: [Slice]
  /// The runs of a whole trial.
  private let runs: Int
  private let problemSelection: String
  private let tuning: Tuning
  private let group: Suite.Group
  private let criterion = Criterion.standard
  private let judged: JudgedProblem
  private var space: SearchSpace
  private var stage = 0
  private var trials: [Trial] = []
  private var isFinished = false

  init(
    _ template: SearchTemplate, selectedBy selection: String, on problem: ProblemChoice,
    selectedBy problemSelection: String, tuning: Tuning, group: Suite.Group
  ) throws {
    self.template = template
    self.selection = selection
    self.problem = problem
    judged = JudgedProblem(problem.instance)
    self.problemSelection = problemSelection
    self.tuning = tuning
    self.group = group
    space = template.space
    slices = Self.slices(try problem.parts(tuning.folds), of: group, one: !tuning.dropsHopeless)
    runs = slices.reduce(0) { $0 + $1.runs }
    // The defaults stand for all settings: what cannot be run with them cannot be tuned.
    try template.defaults.checkRequirements(on: problem)
    try template.defaults.checkSchedules(for: group.budget)
  }

  /// The runs of as many trials as are asked for; of successive halving, of all its rungs.
  var trialRuns: Int {
    tuning.method.strategy.count(of: tuning.trials) * runs
  }

  /// All at once, or instance by instance, and for networks part by part and seed by seed.
  private static func slices(_ parts: [ProblemChoice], of group: Suite.Group, one: Bool) -> [Slice]
  {
    parts.flatMap { part -> [Slice] in
      if let instances = group.instances, !one {
        return instances.map { Slice(problem: part, instances: [$0], seeds: group.seeds) }
      }
      if group.instances == nil, !one {
        return group.seeds.map { Slice(problem: part, instances: nil, seeds: [$0]) }
      }
      return [Slice(problem: part, instances: group.instances, seeds: group.seeds)]
    }
  }

  /// Adds the next runs to a plan: those of new trials, or further ones of trials that may still be the
  /// best.
  mutating func nextRound(_ builder: inout PlanBuilder, in catalogue: PluginCatalogue) throws {
    guard !isFinished else { return }
    let incumbent = best.map { trials[$0].score(of: runs) }
    for index in trials.indices where !isComplete(trials[index]) && trials[index].share == 1 {
      if let incumbent, trials[index].score(of: runs) > incumbent { trials[index].isDropped = true }
    }
    let unfinished = trials.indices.filter { !isComplete(trials[$0]) }
    guard unfinished.isEmpty else {
      guard incumbent == nil else {
        for index in unfinished { try addSlice(to: index, &builder, in: catalogue) }
        return
      }
      // The most promising one goes first: the others are held against it.
      let first = unfinished.min { trials[$0].score(of: runs) < trials[$1].score(of: runs) }
      while let first, trials[first].slices < slices.count {
        try addSlice(to: first, &builder, in: catalogue)
      }
      return
    }
    var round = nextTrials()
    if round.points.isEmpty, stage < tuning.widenings, let wider = widened() {
      space = wider
      stage += 1
      round = nextTrials()
    }
    isFinished = round.points.isEmpty
    // Of a part of the budget the better ones go on, not the best alone.
    let mayDrop = tuning.dropsHopeless && round.budgetShare == 1
    for point in round.points {
      trials.append(
        Trial(
          point: point, values: space.values(at: point), share: round.budgetShare, stage: stage))
      repeat {
        try addSlice(to: trials.count - 1, &builder, in: catalogue)
      } while !mayDrop && trials[trials.count - 1].slices < slices.count
    }
  }

  private func isComplete(_ trial: Trial) -> Bool {
    trial.isDropped || trial.slices == slices.count
  }

  /// Adds the runs of a trial's next slice.
  private mutating func addSlice(
    to index: Int, _ builder: inout PlanBuilder, in catalogue: PluginCatalogue
  ) throws {
    let slice = slices[trials[index].slices]
    let choice = try template.choice(trials[index].values, in: catalogue)
    var group = group
    group.budget = group.budget.share(trials[index].share)
    group.instances = slice.instances
    group.seeds = slice.seeds
    let before = builder.entries.count
    try builder.add(
      [(selection, choice)], on: slice.problem, selectedBy: problemSelection, in: group,
      lossLimit: tuning.lossLimit, name: "\(group.name)/\(template.defaults.label)")
    trials[index].slices += 1
    trials[index].open += builder.entries[before...].map(\.key)
  }

  /// The points of the current space that come next.
  private func nextTrials() -> SearchRound {
    let made = trials.filter { $0.stage == stage }
    return tuning.method.strategy.nextRound(
      in: space, trials: tuning.trials, seed: tuning.searchSeed &+ UInt64(stage),
      after: made.map {
        SearchTrial(point: $0.point, score: $0.score(of: runs), budgetShare: $0.share)
      })
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
    for index in trials.indices {
      let budget = group.budget.share(trials[index].share)
      for key in trials[index].open {
        let outcome = outcomes[key]
        trials[index].scores.append(
          outcome.map { criterion.score(of: $0, budget: budget, on: judged) } ?? .infinity
        )
        trials[index].failures += outcome?.hasFailed == false ? 0 : 1
      }
      trials[index].open = []
    }
  }

  /// The best complete trial with the whole budget, the first of equal ones; nil where all have failed.
  private var best: Int? {
    trials.indices.filter { index in
      let trial = trials[index]
      return trial.share == 1 && trial.slices == slices.count && !trial.isDropped
        && trial.score(of: runs).isFinite
    }.min { trials[$0].score(of: runs) < trials[$1].score(of: runs) }
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
      score: best?.score(of: runs) ?? .infinity, trials: trials.count,
      failures: trials.count { $0.score(of: runs) == .infinity },
      dropped: trials.count { $0.isDropped },
      history: SearchHistory(
        meaning: criterion.shownMeaning(on: judged) ?? "",
        isLogarithm: criterion.isLogarithm(on: judged),
        dimensions: space.dimensions.map { .init($0) },
        trials: trials.map { trial in
          let score = trial.score(of: runs)
          return .init(
            values: trial.values, score: score.isFinite ? score : nil, budgetShare: trial.share,
            stage: trial.stage, isDropped: trial.isDropped)
        }),
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
