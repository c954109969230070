import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run a suite, measure it and draw it.",
    discussion: """
      Finished runs are kept in the store and not run again. Interrupt at any moment: the same \
      command goes on from there.
      """)

  @OptionGroup var suiteOptions: SuiteOptions
  @Option(help: "Stop a run on a surface at f - f* below this share of the start's, in [0, 1).")
  var target: Double?
  @Option(help: "What is kept of runs: trajectories (if nothing is said) or outcomes only.")
  var record: Recording.Path?
  @Option(help: "Keep every so many steps only (and the last), \(RunLimits.steps.span).")
  var every: Int?
  @Flag(help: "Keep the statistics of each layer of networks, for 'optlab export layers'.")
  var layers = false
  @Flag(help: "Keep the largest eigenvalue of the Hessian of networks, at every validation pass.")
  var sharpness = false
  @Option(
    help:
      "Keep the parameters of networks at so many steps, \(RunLimits.checkpoints.span), and the start's."
  )
  var checkpoints: Int?
  @Flag(help: "Judge what networks end with by the test examples of their data, once.")
  var test = false
  @Option(
    help: "Figures to draw, such as trajectory,convergence; 'none' for none.",
    completion: .figures)
  var figures: String?
  @Flag(help: "Try runs again that crashed or timed out.") var retry = false
  @Flag(help: "Say what would be run, and run nothing.") var dryRun = false
  @Flag(help: "Print JSON instead of tables.") var json = false
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuseEmpty(figures, "--figures", "; 'none' for none")
    try refuse(every, notIn: RunLimits.steps, "--every")
    try refuse(checkpoints, notIn: RunLimits.checkpoints, "--checkpoints")
    try refuse(target, notIn: (0.0..<1.0).bounds, "--target")
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    let suite = try chosenSuite(catalogue)
    _ = try catalogue.selectFigures(suite.groups.flatMap(\.figures))
    // What cannot be run is refused before trials are.
    let defaults = try Plan(suite, catalogue: catalogue)
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let tuned =
      try dryRun
      ? []
      : await performTuning(
        of: suite, catalogue: catalogue, store: store, runner: runner, retriesFailures: retry)
    let plan = try tuned.isEmpty ? defaults : Plan(suite, tuned: tuned, catalogue: catalogue)
    plan.remarks.forEach(Terminal.note)
    let comparison = Comparison(
      plan: plan, store: store, runner: runner, retriesFailures: retry)
    let missing = try comparison.missing()
    if dryRun {
      try warnOfDamage(missing, of: comparison)
      let groups = Dictionary(plan.entries.map { ($0.key, $0.group) }) { first, _ in first }
      for job in missing {
        print(
          "\(groups[job.key] ?? ""): \(job.label) on \(job.spec.problem.label(in: catalogue)), "
            + "\(job.spec.budget), "
            + (job.spec.instance.map { "instance \($0.number), " } ?? "") + "seed \(job.spec.seed)")
      }
      for map in plan.maps where try !store.hasMap(map.job.key) {
        print(
          "\(map.group): map of \(map.job.label), \(map.job.spec.base.budget), "
            + "\(map.job.spec.count) cells")
      }
      Terminal.note("\(missing.count) of \(plan.entries.count) runs are to be done")
      let size = try SuiteSize(suite, catalogue: catalogue)
      if size.trials > 0 { Terminal.note("with what will be tuned: \(size)") }
      return
    }
    let outcome = try await performRuns(missing, of: comparison)
    let areMapsWhole = try await MapRuns(
      plan: plan, catalogue: catalogue, store: store, runner: runner, workers: run.workers(),
      retriesFailures: retry
    ).perform()
    await runner.close()
    let ledger = Ledger(suite, tuned: tuned, catalogue: catalogue)
    try store.keep(ledger)
    if !plan.entries.isEmpty || plan.maps.isEmpty {
      Terminal.note(
        "\(outcome.done) runs done in \(duration(outcome.seconds)), "
          + "\(outcome.reused) reused from \(store.path)")
    }

    let records = try comparison.records()
    let failures = Failures(records.map(\.record), done: Set(missing.map(\.key)))
    let tables = ComparisonTables(records, catalogue: catalogue)
    if json {
      try printJSON(tables.sections.flatMap(\.lines))
    } else {
      if !tuned.isEmpty {
        TuningReport(tuned, ledger).print()
        print("")
      }
      tables.print()
    }
    let untested = records.map(\.record).filter {
      $0.recording.test && $0.status == .completed && $0.validation != nil && $0.test == nil
    }
    for name in Set(untested.map(\.spec.problem.name)).sorted() {
      Terminal.note("\(name) has no test examples")
    }
    fflush(nil)  // what is measured is said, whatever happens while it is drawn
    let drawing = try FigureDrawing(output, catalogue: catalogue, quietly: json)
    for group in suite.groups where !group.figures.isEmpty {
      try drawing.draw(
        group.figures, of: try store.runs(suite: suite.name, group: group.name),
        maps: try store.maps(suite: suite.name, group: group.name),
        suite: suite.name, group: group.name, ledger: ledger)
    }
    try drawing.draw(
      suite.groups.flatMap(\.figures), ofSuite: suite.name, records.map(\.record), ledger: ledger)
    if let text = failures.description { Terminal.warn(text) }
    if failures.description != nil || !areMapsWhole { throw ExitCode(1) }
  }

  private func chosenSuite(_ catalogue: PluginCatalogue) throws -> Suite {
    try suiteOptions.suite(in: catalogue) { group in
      if let record { group.recording.path = record }
      if let every { group.recording.every = every }
      if layers { group.recording.layers = true }
      if test { group.recording.test = true }
      if sharpness { group.recording.sharpness = true }
      if let checkpoints { group.recording.checkpoints = checkpoints }
      if let target { group.target = target }
      if let figures { group.figures = figures == "none" ? [] : splitSelections(figures) }
    }
  }
}

/// The runs of a comparison that came to no end of their own.
private struct Failures {
  private var crashed: Set<String> = []
  private var timedOut: Set<String> = []
  /// Those that failed in an earlier comparison and were not tried again.
  private var earlier: Set<String> = []

  init(_ records: [RunRecord], done: Set<String>) {
    for record in records {
      switch record.status {
      case .crashed: crashed.insert(record.key)
      case .timedOut: timedOut.insert(record.key)
      case .completed, .reachedTarget, .diverged, .interrupted: continue
      }
      if !done.contains(record.key) { earlier.insert(record.key) }
    }
  }

  /// "2 runs crashed, 1 run timed out; 1 of them before, and not tried again now: --retry does, with
  /// the limits of now"; nil where there are none.
  var description: String? {
    guard !crashed.isEmpty || !timedOut.isEmpty else { return nil }
    func runs(_ keys: Set<String>, _ verb: String) -> [String] {
      keys.isEmpty ? [] : ["\(keys.count) run\(keys.count == 1 ? "" : "s") \(verb)"]
    }
    var text = (runs(crashed, "crashed") + runs(timedOut, "timed out")).joined(separator: ", ")
    if !earlier.isEmpty {
      text +=
        "; \(earlier.count == crashed.count + timedOut.count ? "all" : "\(earlier.count)") of them "
        + "before, and not tried again now: --retry does, with the limits of now"
    }
    return text
  }
}

extension Recording.Path: ExpressibleByArgument {}
