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

  @Argument(
    help: "A suite's name or YAML file; or leave it out and give --optimizers.",
    completion: .suites)
  var suite: String?
  @Option(help: "Optimizers, such as adam,sgd[lr=1e-2,1e-3].", completion: .optimizers)
  var optimizers: String?
  @Option(help: "Problems, such as rosenbrock,quadratic[condition=100].", completion: .problems)
  var problems: String?
  @Option(help: "Seeds by number: 7, or 1-5 for five of them.") var seeds: String?
  @Option(help: "Updates of each run, \(RunLimits.steps.span).") var steps: Int?
  @Option(
    help:
      "Gradient evaluations of each run, \(RunLimits.steps.span), in place of a number of updates.")
  var gradients: Int?
  @Option(
    help: "Seconds of updates of each run, in \(RunLimits.seconds), in place of a number of them.")
  var seconds: Double?
  @Option(parsing: .unconditional, help: "The starting point, such as -1.2,1.") var start: String?
  @Option(
    help: """
      Instances of surfaces by number, in place of one start: 1-20 for twenty of them, each with a \
      start, a rotation and a shift of its own.
      """)
  var instances: String?
  @Option(help: "The same without rotation and shift: starts drawn by number.")
  var randomStarts: String?
  @Option(help: "Stop a run on a surface at f - f* below this share of the start's, in [0, 1).")
  var target: Double?
  @Option(help: "What is kept of runs: trajectories (if nothing is said) or outcomes only.")
  var record: Recording.Path?
  @Option(help: "Keep every so many steps only (and the last), \(RunLimits.steps.span).")
  var every: Int?
  @Option(
    help: """
      Validate networks so many times, \(RunLimits.validations.span), evenly over the budget; 10 if \
      nothing is said.
      """)
  var validations: Int?
  @Flag(help: "Keep the statistics of each layer of networks, for 'optlab export layers'.")
  var layers = false
  @Flag(help: "Judge what networks end with by the test examples of their data, once.")
  var test = false
  @Option(
    help: "Figures to draw, such as trajectory,convergence; 'none' for none.",
    completion: .figures)
  var figures: String?
  @Option(help: "Seconds after which a run is stopped, in \(RunLimits.seconds).")
  var timeLimit: Double?
  @Flag(help: "Try runs again that crashed or timed out.") var retry = false
  @Flag(help: "Say what would be run, and run nothing.") var dryRun = false
  @Flag(help: "Print JSON instead of tables.") var json = false
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    try refuseEmpty(figures, "--figures", "; 'none' for none")
    if suite == nil, optimizers == nil || problems == nil {
      throw ValidationError(
        "give a suite ('optlab list suites' shows them), or --optimizers and --problems")
    }
    try refuse(steps, notIn: RunLimits.steps, "--steps")
    try refuse(gradients, notIn: RunLimits.steps, "--gradients")
    try refuse(seconds, notIn: RunLimits.seconds, "--seconds")
    guard [steps != nil, gradients != nil, seconds != nil].count(where: { $0 }) < 2 else {
      throw ValidationError("a run has one budget: --steps, --gradients or --seconds")
    }
    try refuse(every, notIn: RunLimits.steps, "--every")
    try refuse(validations, notIn: RunLimits.validations, "--validations")
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
    try refuse(target, notIn: (0.0..<1.0).bounds, "--target")
    for (numbers, option) in [(instances, "--instances"), (randomStarts, "--random-starts")] {
      if let numbers, parseSeeds(numbers) == nil {
        throw ValidationError(
          "\(option): expected \(RunLimits.seedsExpectation), found '\(numbers)'")
      }
    }
    if instances != nil, randomStarts != nil {
      throw ValidationError("--instances and --random-starts are two ways to say one thing")
    }
    if let seeds, parseSeeds(seeds) == nil {
      throw ValidationError("--seeds: expected \(RunLimits.seedsExpectation), found '\(seeds)'")
    }
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    let suite = try chosenSuite(catalogue)
    _ = try catalogue.selectFigures(suite.groups.flatMap(\.figures))
    let plan = try Plan(suite, catalogue: catalogue)
    plan.remarks.forEach(Terminal.note)
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let comparison = Comparison(
      plan: plan, store: store, runner: runner, retriesFailures: retry)
    let missing = try comparison.missing()
    if dryRun {
      let groups = Dictionary(plan.entries.map { ($0.key, $0.group) }) { first, _ in first }
      for job in missing {
        print(
          "\(groups[job.key] ?? ""): \(job.label) on \(job.spec.problem.label(in: catalogue)), "
            + "\(job.spec.budget), seed \(job.spec.seed)")
      }
      Terminal.note("\(missing.count) of \(plan.entries.count) runs are to be done")
      return
    }
    let outcome = try await performRuns(missing, of: comparison)
    await runner.close()
    Terminal.note(
      "\(outcome.done) runs done in \(duration(outcome.seconds)), "
        + "\(outcome.reused) reused from \(store.path)")

    let records = try comparison.records()
    let failures = Failures(records.map(\.record), done: Set(missing.map(\.key)))
    let tables = ComparisonTables(records, catalogue: catalogue)
    if json {
      try printJSON(tables.sections.flatMap(\.lines))
    } else {
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
        suite: suite.name, group: group.name)
    }
    if let text = failures.description {
      Terminal.warn(text)
      throw ExitCode(1)
    }
  }

  private func chosenSuite(_ catalogue: PluginCatalogue) throws -> Suite {
    var suite: Suite
    if let name = self.suite {
      suite = try catalogue.suite(name)
    } else {
      var group = Suite.Group(name: "comparison", optimizers: [], problems: [])
      group.figures = []
      suite = Suite(name: "", title: "from the command line", groups: [group])
    }
    let start = try start.map { [try parsePoint($0)] }
    for i in suite.groups.indices {
      if let optimizers { suite.groups[i].optimizers = splitSelections(optimizers) }
      if let problems { suite.groups[i].problems = splitSelections(problems) }
      if let seeds = seeds.flatMap(parseSeeds) { suite.groups[i].seeds = seeds }
      for (numbers, isMoved) in [(instances, true), (randomStarts, false)] {
        if let numbers = numbers.flatMap(parseSeeds) {
          suite.groups[i].instances = numbers.map { Instance($0, isMoved: isMoved) }
        }
      }
      if let steps { suite.groups[i].budget = .steps(steps) }
      if let gradients { suite.groups[i].budget = .gradients(gradients) }
      if let seconds { suite.groups[i].budget = .seconds(seconds) }
      if let record { suite.groups[i].recording.path = record }
      if let start { suite.groups[i].starts = start }
      if let every { suite.groups[i].recording.every = every }
      if let validations { suite.groups[i].recording.validations = validations }
      if layers { suite.groups[i].recording.layers = true }
      if test { suite.groups[i].recording.test = true }
      if let target { suite.groups[i].target = target }
      if let timeLimit { suite.groups[i].timeLimit = timeLimit }
      if let figures {
        suite.groups[i].figures = figures == "none" ? [] : splitSelections(figures)
      }
    }
    if self.suite == nil { suite.name = Self.name(of: suite.groups[0]) }
    return suite
  }

  /// The name of a comparison from the command line, by which it is stored and its pictures are found:
  /// "adam-sgd-on-rosenbrock-1f3a". It is the same for the same comparison, and another one for any
  /// other, so that the pictures of neither replace those of the other.
  private static func name(of group: Suite.Group) -> String {
    // "sgd-adam", or "sgd-momentum-nesterov-adam-and-5-more".
    func words(_ selections: [String]) -> String {
      let names = selections.map { $0.prefix { !"[@:(".contains($0) } }.unique
      var text = ""
      for (place, name) in names.enumerated() {
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        if !text.isEmpty, text.count + safe.count > 32 {
          return text + "-and-\(names.count - place)-more"
        }
        text += (text.isEmpty ? "" : "-") + safe.prefix(32)
      }
      return text
    }
    var identity = group
    // What decides no number.
    identity.figures = []
    identity.timeLimit = 0
    identity.recording = Recording()
    return
      "\(words(group.optimizers))-on-\(words(group.problems))-\(ContentHash.of("\(identity)").prefix(4))"
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
