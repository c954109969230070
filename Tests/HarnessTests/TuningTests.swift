// Tuning: what is searched, on what, and what comes of it.

import Analysis
import OptimizerKit
import Testing

@testable import Harness

/// A suite from YAML.
private func suite(_ yaml: String) throws -> Suite {
  try Suite(yaml: yaml, name: "x", file: "x.yaml")
}

/// Tunes a suite right here.
private func tuned(_ suite: Suite) throws -> (
  tuner: SuiteTuner, results: [TunedOptimizer], rounds: Int
) {
  var tuner = try SuiteTuner(suite, catalogue: catalogue)
  var rounds = 0
  let context = ExecutionContext(now: { 0 })
  while let round = try tuner.nextRound() {
    rounds += 1
    var outcomes: [String: Outcome] = [:]
    for entry in round.entries {
      let (spec, recording) = (entry.spec, entry.job.recording)
      outcomes[entry.key] = try catalogue.execute(spec, recording: recording, context: context)
        .outcome
    }
    tuner.take(outcomes)
  }
  return (tuner, try tuner.results(), rounds)
}

@Suite struct SearchTemplateTests {
  private func templates(_ selection: String, _ hyperparameters: [String]? = nil) throws
    -> [SearchTemplate]
  {
    var tuning = Tuning(trials: 4)
    tuning.hyperparameters = hyperparameters
    return try catalogue.searchTemplates(selection, for: tuning)
  }

  /// What is searched of a selection, and what stands beside it as the default.
  @Test(arguments: [
    ("adam", "adam", ["lr 1e-05..1 (log)"]),
    ("adam@optax", "adam@optax", ["lr 1e-05..1 (log)"]),
    ("adam[lr=1e-3..0.1]", "adam", ["lr 0.001..0.1 (log)"]),
    (
      "adam[beta1=0.5..0.9;lr=1e-4..1]:cosine", "adam:cosine",
      ["beta1 0.5..0.9", "lr 0.0001..1 (log)"]
    ),
    ("adam[beta1=0.8;lr=1e-4..1]", "adam[beta1=0.8]", ["lr 0.0001..1 (log)"]),
    ("momentum[momentum=0.8,0.9]", "momentum", ["momentum 0.8 or 0.9"]),
    ("momentum[lr=1e-3..1e-1:3]", "momentum", ["lr 0.001, 0.01 or 0.1"]),
    (
      "adam[amsgrad=true,false;lr=1e-4..1]", "adam",
      ["amsgrad true or false", "lr 0.0001..1 (log)"]
    ),
    ("lookahead[k=2..20](sgd[lr=1e-3..1])", "lookahead(sgd)", ["k 2..20", "lr 0.001..1 (log)"]),
    (
      "ema[decay=0.9..0.99](momentum[momentum=0.5..0.9])", "ema(momentum)",
      ["decay 0.9..0.99", "momentum 0.5..0.9"]
    ),
    (
      "lookahead(lookahead[k=2..4](sgd[lr=1e-3..1]))", "lookahead(lookahead(sgd))",
      ["k 2..4", "lr 0.001..1 (log)"]
    ),
    (
      "lookahead[k=5..6](lookahead[k=2..4](sgd))", "lookahead(lookahead(sgd))",
      ["lookahead.k 5..6", "lookahead.k 2..4"]
    ),
  ])
  func spaces(_ selection: String, _ label: String, _ searched: [String]) throws {
    // Two dimensions of one name cannot be told apart.
    if Set(searched.map { $0.prefix { $0 != " " } }).count < searched.count {
      #expect(message { try self.templates(selection) }?.contains("stands twice") == true)
      return
    }
    let all = try templates(selection)
    let template = try #require(all.first)
    #expect(all.count == 1 && template.defaults.label == label)
    #expect(template.space.dimensions.map { "\($0.name) \($0)" } == searched)
    // The values of a point arrive where they belong.
    let values = template.space.values(at: searched.map { _ in 0.4 })
    let choice = try template.choice(values, in: catalogue)
    for (dimension, value) in zip(template.space.dimensions, values) {
      let name = dimension.name
      let found = choice.spec.terms.compactMap { $0[name] }
      #expect(
        found.contains { $0 == value || Double($0) == Double(value) }, "\(name): \(found)")
    }
  }

  /// Names, wrapped optimizers and schedules multiply as they do elsewhere.
  @Test func listsOfWhatIsNoHyperparameterMultiply() throws {
    let labels = try templates("lookahead(sgd,adam):cosine[final=0,0.1]").map(\.defaults.label)
    #expect(
      labels == [
        "lookahead(sgd):cosine[final=0]", "lookahead(sgd):cosine[final=0.1]",
        "lookahead(adam):cosine[final=0]", "lookahead(adam):cosine[final=0.1]",
      ])
  }

  @Test func chosenHyperparameters() throws {
    let both = try templates("adam[beta1=0.5..0.9]", ["lr"])
    #expect(both[0].space.dimensions.map(\.name) == ["beta1", "lr"])
    let flag = try templates("adam", ["lr", "amsgrad"])
    #expect(flag[0].space.dimensions.map { "\($0)" } == ["1e-05..1 (log)", "true or false"])
  }

  @Test(
    arguments: [
      (
        "newton", nil,
        "newton declares no range to search, so that there is nothing to tune; write ranges or lists of "
          + "values, as in adam[lr=1e-4..1;beta1=0.8,0.9], or leave it to a group without tuning"
      ),
      (
        "adam", ["weightDecay"],
        "adam: weightDecay declares no range to search; write one, as in adam[weightDecay=0.1..1], or a "
          + "list of values"
      ),
      ("adam[beta1=0.5..2]", nil, "adam: beta1 = 2 is not valid; expected a number in [0, 1)"),
      (
        "adam[beta1=0.9..0.5]", nil,
        "beta1 = 0.9..0.5 is no range to search; expected one such as 1e-4..1"
      ),
      (
        "adam[lr=0..1]", nil,
        "lr: lr is on a logarithmic scale, so the range 0..1 (log) must begin above 0"
      ),
      (
        "adam[amsgrad=true,perhaps]", nil,
        "adam: amsgrad = perhaps is not valid; expected true or false"
      ),
      ("lookahead[k=1.5..4](sgd)", nil, "k is a whole number: its range 1.5..4 ends at none"),
    ] as [(String, [String]?, String)])
  func refuses(_ selection: String, _ hyperparameters: [String]?, _ expected: String) {
    #expect(message { try self.templates(selection, hyperparameters) } == expected)
  }

  @Test func selectionsAreWrittenAsTheyAreRead() throws {
    for text in [
      "adam", "adam@torch[lr=0.1;beta1=0.8,0.9]", "sam[rho=0.1](momentum,adam[lr=1..2]):rho=ramp",
      "adam:warmup[steps=3]+cosine:beta1=linear",
    ] { #expect(try SelectionSyntax(text).text == text) }
  }
}

@Suite struct TuningTests {
  /// On a quadratic the best learning rates are those of theory, for every method; trials have seeds and
  /// instances of their own, and all of them are equally many.
  @Test(arguments: Tuning.Method.allCases)
  func theBestIsFound(_ method: Tuning.Method) throws {
    let suite = try suite(
      """
      groups:
        - optimizers: ["sgd", "momentum[lr=1e-4..1]"]
          problems: ["quadratic[condition=10]", sphere]
          gradients: 60
          instances: 1-3
          tuning: {trials: 24, method: \(method.rawValue), instances: 11-14}
      """)
    let (tuner, results, rounds) = try tuned(suite)
    #expect(results.map(\.defaultLabel) == ["sgd", "momentum", "sgd", "momentum"])
    #expect(Set(results.map(\.trials)).count == 1)
    #expect(results[0].trials == 24 || method == .halving)
    #expect((rounds == 1) == [.sobol, .halton, .random, .grid].contains(method))
    let specs = tuner.trials.entries.map(\.spec)
    #expect(Set(specs.map { $0.instance?.number }) == [11, 12, 13, 14])
    #expect(specs.allSatisfy { $0.seed == 1_000_000 && $0.lossLimit == 3 && $0.target == 1e-8 })
    #expect(tuner.trials.entries.allSatisfy { $0.job.recording.path == .outcomes })
    #expect(tuner.trials.suite.name == "x/trials")
    // 2/(λ_min + λ_max) is the best rate in the end; soon, anything from half of it to the edge.
    let rate = try #require(Double(results[0].values[0].value))
    #expect((0.05..<0.2).contains(rate), "\(rate)")
    #expect(
      results[0].score.isFinite && results[0].settings == "sgd[lr=\(results[0].values[0].value)]")
    #expect(results[0].scores.min() == results[0].score || method == .halving)
    // Judged: the defaults and what was found, each on its problem, on the seeds of the suite.
    let plan = try Plan(suite, tuned: results, catalogue: catalogue)
    #expect(
      plan.entries.map(\.job.label).unique == ["sgd", "momentum", "sgd tuned", "momentum tuned"])
    #expect(plan.entries.count == 4 * 2 * 3)
    for entry in plan.entries {
      #expect(entry.spec.lossLimit == nil && entry.spec.seed == 1)
      #expect((1...3).contains(entry.spec.instance?.number ?? 0))
      guard entry.job.label == "sgd tuned" else { continue }
      let own = results.first { $0.problem == entry.spec.problem && $0.defaultLabel == "sgd" }
      #expect(entry.spec.optimizer["lr"] == own?.values[0].value)
    }
  }

  /// Trials that cannot win are dropped, and what is found is what would have been found without.
  @Test(arguments: [Tuning.Method.sobol, .grid, .halving])
  func theHopelessAreDropped(_ method: Tuning.Method) throws {
    func yaml(_ drops: Bool) -> String {
      """
      groups:
        - {optimizers: [sgd, adam], problems: [beale, booth], gradients: 200, instances: 1,
           tuning: {trials: 27, method: \(method.rawValue), drop-hopeless: \(drops)}}
      """
    }
    let (all, few) = try (tuned(suite(yaml(false))), tuned(suite(yaml(true))))
    #expect(all.results.map(\.settings) == few.results.map(\.settings))
    #expect(all.results.map(\.score) == few.results.map(\.score))
    #expect(all.results.allSatisfy { $0.dropped == 0 && $0.trials == few.results[0].trials })
    let saved = all.tuner.trials.entries.count - few.tuner.trials.entries.count
    // Only the last rung of halving may lose any.
    #expect(
      saved > 0 && few.results.contains { $0.dropped > 0 } || method == .halving && saved >= 0)
    // Nothing is run that would not have been.
    let keys = Set(all.tuner.trials.entries.map(\.key))
    #expect(few.tuner.trials.entries.allSatisfy { keys.contains($0.key) })
    for (whole, part) in zip(all.results, few.results) {
      for (a, b) in zip(whole.scores, part.scores) { #expect(b == a || b > part.score && b <= a) }
    }
  }

  /// The score of a trial is the mean over its runs; ties go to the earlier one.
  @Test func scoresAreMeans() throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: "sgd[lr=0.01,0.02]", problems: quadratic, steps: 50, instances: 1,
           tuning: {trials: 2, method: grid, random-starts: 5-7}}
      """)
    let (tuner, results, _) = try tuned(suite)
    let problem = try catalogue.problem(tuner.trials.entries[0].spec.problem)
    let scores = try tuner.trials.entries.map { entry in
      let outcome = try run(entry.spec).outcome
      return Criterion.standard.score(
        of: outcome, budget: entry.spec.budget, on: JudgedProblem(problem))
    }
    #expect(results[0].scores.count == 2 && scores.count == 6)
    for (trial, score) in results[0].scores.enumerated() {
      let own = scores[3 * trial..<3 * trial + 3]
      #expect(abs(score - own.reduce(0, +) / 3) < 1e-12)
    }
  }

  /// Of a part of the budget a score is what it is within that part.
  @Test func scoresOfParts() throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: sgd, problems: quadratic, gradients: 270, instances: 1,
           tuning: {trials: 27, method: halving, random-starts: 5}}
      """)
    let (tuner, results, _) = try tuned(suite)
    let problem = try catalogue.problem(tuner.trials.entries[0].spec.problem)
    let budgets = tuner.trials.entries.map(\.spec.budget).unique
    #expect(budgets == [.gradients(10), .gradients(30), .gradients(90), .gradients(270)])
    for (entry, score) in zip(tuner.trials.entries, results[0].scores) {
      let outcome = try run(entry.spec).outcome
      let own = Criterion.standard.score(
        of: outcome, budget: entry.spec.budget, on: JudgedProblem(problem))
      #expect(score == own || outcome.hasFailed && score == .infinity)
    }
  }

  /// A best value at the end of its range is named, and the range widened where that is asked for.
  @Test func edgesAreWidened() throws {
    func yaml(_ widenings: Int) -> String {
      """
      groups:
        - {optimizers: "sgd[lr=1e-5..1e-3]", problems: "quadratic[condition=10]", gradients: 60,
           instances: 1, tuning: {trials: 16, widenings: \(widenings)}}
      """
    }
    let once = try tuned(suite(yaml(0))).results[0]
    #expect(once.trials == 16)
    #expect(
      once.warnings == [
        "lr = \(once.values[0].value) lies at the upper end of 1e-05..0.001 (log)"
      ])
    let twice = try tuned(suite(yaml(1))).results[0]
    #expect(twice.trials == 32 && twice.values[0].searched == "1e-05..0.1 (log)")
    #expect(twice.score < once.score)
    let often = try tuned(suite(yaml(5))).results[0]
    #expect(often.warnings.isEmpty && often.trials == 48)
    #expect((0.05..<0.2).contains(try #require(Double(often.values[0].value))))
  }

  /// Where every trial fails, the defaults stand in, and that is said; whether failures have a score or not.
  @Test(arguments: ["saddle", "quadratic"]) func whereAllFail(_ problem: String) throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: "sgd[lr=1e3..1e4]", problems: \(problem), gradients: 60, instances: 1, tuning: 4}
      """)
    let result = try tuned(suite).results[0]
    #expect(result.failures == 4 && result.score == .infinity && result.settings == "sgd")
    #expect(result.warnings == ["all trials have failed; its defaults are judged"])
    #expect(result.choice.label == "sgd tuned")
  }

  /// Where nothing is said, trials have ten instances and a seed that are not judged, whatever is judged, and of
  /// the kind that is.
  @Test(arguments: [
    ("instances: 1-3, seeds: 1-2", 1_000_000, 1_000_000, true),
    ("random-starts: 1-3", 1_000_000, 1_000_000, false),
    ("seeds: 1000000-1000004", 1_000_000, 1_000_005, false),
    ("instances: [2, 1000003], seeds: 1000009", 1_000_004, 1_000_010, true),
  ])
  func whatIsTunedOnIsNotJudged(
    _ judged: String, _ instance: UInt64, _ seed: UInt64, _ isMoved: Bool
  ) throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: sgd, problems: beale, steps: 5, \(judged), tuning: 1}
      """)
    var tuner = try SuiteTuner(suite, catalogue: catalogue)
    let specs = try #require(try tuner.nextRound()).entries.map(\.spec)
    #expect(
      specs.map(\.instance) == (instance..<instance + 10).map { Instance($0, isMoved: isMoved) })
    #expect(specs.allSatisfy { $0.seed == seed })
  }

  /// A network is tuned on seeds that are not judged.
  @Test func seedsOfNetworks() throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: sgd, problems: perceptron, steps: 5, seeds: 1-3, tuning: {trials: 2}}
      """)
    var tuner = try SuiteTuner(suite, catalogue: catalogue)
    let round = try #require(try tuner.nextRound())
    #expect(round.entries.map(\.spec.seed) == [1_000_000, 1_000_000])
    #expect(round.entries.allSatisfy { $0.spec.instance == nil && $0.spec.target == nil })
  }

  @Test(arguments: [
    ("tuning: 0", "x.yaml:2: tuning: expected a whole number from 1 to 10000, found '0'"),
    (
      "tuning: {method: sobol}",
      "x.yaml:2: tuning: the key 'trials' is missing: how many for each optimizer"
    ),
    (
      "tuning: {trials: 3, methd: sobol}",
      "x.yaml:2: tuning has no key 'methd'. Did you mean method? (keys: trials, method, "
        + "hyperparameters, seeds, instances, random-starts, loss-limit, drop-hopeless, widenings, folds, defaults, search-seed)"
    ),
    (
      "tuning: {trials: 3, method: sobl}",
      "x.yaml:2: unknown tuning method 'sobl'. Did you mean sobol?\nThe tuning methods are: sobol, "
        + "halton, random, grid, coarse-to-fine, parzen, halving"
    ),
    (
      "tuning: {trials: 3, loss-limit: 1}",
      "x.yaml:2: loss-limit: expected a number in (1, ∞), found '1'"
    ),
    (
      "instances: 1-3, tuning: {trials: 3, instances: 3-5}",
      "x.yaml:2: instance 3 is one that is judged: what was tuned on it would be judged by what it was "
        + "tuned on"
    ),
    (
      "seeds: 1-3, tuning: {trials: 3, seeds: 2}",
      "x.yaml:2: seed 2 is one that is judged: what was tuned on it would be judged by what it was "
        + "tuned on"
    ),
    (
      "tuning: {trials: 3, hyperparameters: [lr, momentm]}",
      "x.yaml:2: unknown hyperparameter of these optimizers 'momentm'. Did you mean momentum?\n"
        + "The hyperparameters are: lr, momentum, dampening, form, weightDecay, decoupled, maximize"
    ),
  ])
  func refuses(_ setting: String, _ expected: String) {
    let text = message {
      try SuiteTuner(
        suite(
          """
          groups:
            - {optimizers: [momentum, sgd], problems: beale, \(setting)}
          """), catalogue: catalogue)
    }
    // Which hyperparameters there are is their files' business.
    let known = text?.split(separator: "The hyperparameters are").first.map(String.init)
    #expect(known == expected.split(separator: "The hyperparameters are").first.map(String.init))
  }

  /// With folds every trial is validated on each part once; a problem without examples has none.
  @Test func crossValidation() throws {
    let suite = try suite(
      """
      groups:
        - {optimizers: sgd, problems: [perceptron, beale], steps: 5, tuning: {trials: 2, folds: 4}}
      """)
    let (tuner, results, _) = try tuned(suite)
    let specs = tuner.trials.entries.map(\.spec)
    let folds = specs.filter { $0.problem.name == "perceptron" }.map { $0.problem["fold"] ?? "" }
    #expect(folds == ["1/4", "2/4", "3/4", "4/4", "1/4", "2/4", "3/4", "4/4"])
    #expect(specs.count { $0.problem.name == "beale" } == 2 * 10)
    #expect(results[0].problem["fold"] == "none" && results[0].trials == 2)
    let plan = try Plan(suite, tuned: results, catalogue: catalogue)
    #expect(
      plan.entries.map { $0.job.label + " " + ($0.spec.problem["fold"] ?? "") } == [
        "sgd none", "sgd tuned none", "sgd ", "sgd tuned ",
      ])
    #expect(
      message {
        try SuiteTuner(
          self.suite2("perceptron[fold=1/2]", "{trials: 2, folds: 4}"), catalogue: catalogue)
      } == "x.yaml:2: perceptron[fold=1/2] is one part already: 'folds' cuts whole problems")
  }

  private func suite2(_ problem: String, _ tuning: String) throws -> Suite {
    try suite(
      """
      groups:
        - {optimizers: sgd, problems: "\(problem)", steps: 5, tuning: \(tuning)}
      """)
  }

  /// Tunings of equal suites are equal, whatever the seeds that are judged.
  @Test func searchesAreReproducible() throws {
    func yaml(_ seed: Int) -> String {
      """
      groups:
        - {optimizers: adam, problems: beale, gradients: 30, instances: 1-2,
           tuning: {trials: 8, method: parzen, search-seed: \(seed)}}
      """
    }
    let (first, again, other) = try (
      tuned(suite(yaml(1))), tuned(suite(yaml(1))), tuned(suite(yaml(2)))
    )
    #expect(first.tuner.trials.entries.map(\.key) == again.tuner.trials.entries.map(\.key))
    #expect(first.results[0].settings == again.results[0].settings)
    #expect(first.tuner.trials.entries.map(\.key) != other.tuner.trials.entries.map(\.key))
  }
}
