import Analysis
import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct ExperimentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Test claims: run, measure, judge by a rule stated before, draw.",
    discussion: """
      'optlab list experiments' shows them. Runs are kept in the store and not run again.
      """)

  @Argument(
    help: "Experiments, such as sgd-zig-zags; all of them if left out.", completion: .experiments)
  var names: [String] = []
  @Option(help: "Only experiments with this tag, such as lecture.") var tag: String?
  @Flag(help: "Print JSON: claim, source, rule, verdict, numbers.") var json = false
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func run() async throws {
    let catalogue = plugins.catalogue()
    let experiments = try chosen(catalogue)
    // What cannot be run is refused before anything is.
    let plans = try experiments.map { try Plan($0.suite, catalogue: catalogue) }
    for experiment in experiments {
      _ = try catalogue.selectFigures(type(of: experiment).figures)
    }
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let drawing = try FigureDrawing(output, catalogue: catalogue, quietly: true)
    var results: [Result] = []
    for (experiment, plan) in zip(experiments, plans) {
      let result = try await perform(experiment, plan, store, runner, drawing, catalogue)
      if !json { result.print() }
      results.append(result)
    }
    await runner.close()
    if json { try printJSON(results) }
  }

  private func chosen(_ catalogue: PluginCatalogue) throws -> [any Experiment] {
    let asked = names.isEmpty ? catalogue.entries(.experiment).map(\.name) : names
    let experiments: [any Experiment] = try asked.flatMap { name in
      try catalogue.selectPlugins(name, kind: .experiment).compactMap {
        $0.plugin as? any Experiment
      }
    }
    guard let tag else { return experiments }
    let tagged = experiments.filter { type(of: $0).tags.contains(tag) }
    guard !tagged.isEmpty else {
      let known = Set(experiments.flatMap { type(of: $0).tags }).sorted()
      throw UnknownPlugin(kind: "tag of experiments", plural: "tags", name: tag, known: known)
    }
    return tagged
  }

  private func perform(
    _ experiment: any Experiment, _ plan: Plan, _ store: RunStore, _ runner: any Runner,
    _ drawing: FigureDrawing, _ catalogue: PluginCatalogue
  ) async throws -> Result {
    let suite = plan.suite
    let tuned = try await performTuning(
      of: suite, catalogue: catalogue, store: store, runner: runner)
    let plan = try tuned.isEmpty ? plan : Plan(suite, tuned: tuned, catalogue: catalogue)
    let comparison = Comparison(plan: plan, store: store, runner: runner)
    _ = try await performRuns(try comparison.missing(), of: comparison)
    let records = try comparison.records()
    let verdict = experiment.judge(ExperimentRuns(records))
    var traced: [TracedRun] = []
    for (_, record) in records where experiment.isDrawn(record) {
      if let run = try store.run(record) { traced.append(run) }
    }
    let drawn = try drawing.draw(
      type(of: experiment).figures, of: traced, suite: plan.suite.name, group: "verdict")
    return Result(
      experiment, verdict, runs: records.count, figures: drawn.compactMap(\.files.first))
  }

  /// What is printed of an experiment.
  struct Result: Encodable {
    let name, claim, source, rule: String
    let verdict: String
    let sentence: String
    let numbers: [Verdict.Number]
    let runs: Int
    let figures: [String]

    init(_ experiment: any Experiment, _ verdict: Verdict, runs: Int, figures: [String]) {
      let type = type(of: experiment)
      name = type.name
      claim = type.claim
      source = type.source
      rule = type.rule
      self.verdict = verdict.judgement.rawValue
      sentence = verdict.sentence
      numbers = verdict.numbers
      self.runs = runs
      self.figures = figures
    }

    func print() {
      Swift.print("\(Terminal.bold(name)): \(claim)")
      Swift.print("  source: \(source)")
      Swift.print("  rule: \(rule)")
      Swift.print("  \(Terminal.bold(verdict)): \(sentence) (\(runs) runs)")
      var table = Table(["measured", "median", "from", "to", ""], numeric: [1, 2, 3])
      table.rows = numbers.map {
        [
          $0.name, brief($0.value, digits: 4), brief($0.low, digits: 4), brief($0.high, digits: 4),
          $0.unit,
        ]
      }
      table.flowing = "measured"
      if !numbers.isEmpty { table.print(indent: 2) }
      for figure in figures { Swift.print("  drew \(figure)") }
    }
  }
}
