import Analysis
import ArgumentParser
import Figures
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
  @Option(help: "Only experiments with this tag: lecture or published.") var tag: String?
  @Flag(help: "Run a small version of each, which the same rule judges.") var quick = false
  @Flag(help: "Run what makes each claim false in its place: the rule must turn it down.")
  var opposite = false
  @Flag(help: "Print JSON: claim, source, rule, verdict, numbers.") var json = false
  @Option(
    help: """
      The HTML page to write; plots/experiments.html if left out, or none where experiments are named.
      """)
  var page: String?
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    if page == "" { throw ValidationError("--page: expected the path of a file") }
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    let size: ExperimentSize = quick ? .quick : .full
    let chosen = try chosen(catalogue)
    // What cannot be run is refused before anything is.
    let planned = try chosen.map { experiment in
      _ = try catalogue.selectFigures(type(of: experiment).figures)
      return try PlannedExperiment(
        experiment, size, isOpposite: opposite, mayLackData: names.isEmpty, catalogue: catalogue)
    }
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let drawing = try FigureDrawing(output, catalogue: catalogue, quietly: true)
    var results: [ExperimentResult] = []
    for (index, experiment) in planned.enumerated() {
      if planned.count > 1 {
        Terminal.note("\(index + 1)/\(planned.count) \(experiment.name)")
      }
      let result = try await experiment.perform(
        in: store, by: runner, drawing: drawing, catalogue: catalogue)
      if !json { result.print() }
      results.append(result)
    }
    await runner.close()
    if json { try printJSON(results) } else { ExperimentResult.printSummary(of: results) }
    guard let path = pagePath else { return }
    let lecture = ExperimentPage(results, command: commandLine, catalogue: catalogue)
    try publish(text: lecture.report.html, as: path)
    Terminal.note("wrote \(path)")
  }

  /// Where the page is written; nil for none.
  private var pagePath: String? {
    if let page { return page }
    guard names.isEmpty else { return nil }
    let parts = ["experiments", tag, quick ? "quick" : nil, opposite ? "opposite" : nil]
    return "\(output.output)/\(parts.compactMap { $0 }.joined(separator: "-")).html"
  }

  /// The command that does all of it again.
  private var commandLine: String {
    (["optlab experiment"] + names.map { shellWord($0) }
      + (tag.map { ["--tag \(shellWord($0))"] } ?? []) + (quick ? ["--quick"] : [])
      + (opposite ? ["--opposite"] : [])).joined(separator: " ")
  }

  /// The experiments that are asked for, chapter by chapter.
  private func chosen(_ catalogue: PluginCatalogue) throws -> [any Experiment] {
    let asked = names.isEmpty ? catalogue.entries(.experiment).map(\.name) : names
    let experiments: [any Experiment] = try asked.flatMap { name in
      try catalogue.selectPlugins(name, kind: .experiment).compactMap {
        $0.plugin as? any Experiment
      }
    }.sorted { Self.order(type(of: $0)) < Self.order(type(of: $1)) }
    guard let tag else { return experiments }
    let tagged = experiments.filter { type(of: $0).tags.contains(tag) }
    guard !tagged.isEmpty else {
      let known = Set(experiments.flatMap { type(of: $0).tags }).sorted()
      throw UnknownPlugin(kind: "tag of experiments", plural: "tags", name: tag, known: known)
    }
    return tagged
  }

  private static func order(_ type: any Experiment.Type) -> (Int, Double, String) {
    (ExperimentChapter.allCases.firstIndex(of: type.chapter) ?? 0, type.place, type.name)
  }
}
