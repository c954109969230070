import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit

struct MapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "map",
    abstract: "Map what comes of a plane of two hyperparameters, or of starts.",
    discussion: """
      One or two ranges are the axes, in the optimizer, in the problem or in the start:

        optlab map quadratic 'momentum[lr=1e-4..0.1:1000;momentum=0..0.999:1000]' --steps 500
        optlab map 'quadratic[condition=1..1e4:200]' 'sgd[lr=1e-4..2:200]'
        optlab map himmelblau 'sgd[lr=0.01]' --start 'x0=-5..5:400;x1=-5..5:400'

      Every cell has the numbers of the run with its settings. Cells on a surface are done side by side \
      and stored as one result; those of a network are runs like all others.
      """)

  /// Where cells stop that are coloured by how soon they get there.
  private static let usualTarget = 1e-6
  /// Where cells stop that are coloured by their final loss: below, rounding decides.
  private static let finest = 1e-16

  @Argument(
    help: "A problem, such as rosenbrock or quadratic[condition=1..1e4:200].",
    completion: .problems)
  var problem: String
  @Argument(
    help: "An optimizer, such as momentum[lr=1e-4..0.1:100;momentum=0..0.99:100].",
    completion: .optimizers)
  var optimizer: String
  @Option(help: "Updates of each cell, \(RunLimits.steps.span); 1000 if nothing is said.")
  var steps: Int?
  @Option(help: "Gradient evaluations of each cell, in place of a number of updates.")
  var gradients: Int?
  @Option(
    parsing: .unconditional,
    help: "Coordinates of the start, numbers or ranges, such as x0=-2..2:400;x1=1.")
  var start: String?
  @Option(help: "The seed of noise, initialisation and data order.") var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(
      "What colours a cell: \(MapCriterion.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "If left out: target where the minimum is known, else escape or final."))
  var by: MapCriterion?
  @Option(
    help: ArgumentHelp(
      "A cell on a surface stops at f - f* below this share of the start's, in [0, 1); 0 for never.",
      discussion: "If left out: 1e-6 by target, 1e-16 by final and basin."))
  var target: Double?
  @Option(help: "Seconds after which a cell is stopped, in \(RunLimits.seconds).")
  var timeLimit = 600.0
  @Flag(help: "Make the map anew where cells crashed or timed out.") var retry = false
  @Flag(help: "Print JSON: axes, how cells ended, the best one.") var json = false
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuse(steps, notIn: RunLimits.steps, "--steps")
    try refuse(gradients, notIn: RunLimits.steps, "--gradients")
    guard steps == nil || gradients == nil else {
      throw ValidationError("a run has one budget: --steps or --gradients")
    }
    try refuse(target, notIn: (0.0..<1.0).bounds, "--target")
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    var group = Suite.Group(name: "map", optimizers: [], problems: [problem])
    group.maps = [Suite.Map(optimizer: optimizer, start: start)]
    group.seeds = [seed]
    if let steps { group.budget = .steps(steps) }
    if let gradients { group.budget = .gradients(gradients) }
    group.timeLimit = timeLimit
    let first = try Plan(suite(group), catalogue: catalogue).maps[0].job
    let surface = try catalogue.problem(first.spec.base.problem) as? any Surface
    let criterion = try criterion(on: surface, called: first.spec.base.problem.name)
    group.target = target(by: criterion, on: surface)
    group.figures = ["map[by=\(criterion.rawValue)]"]
    let plan = try Plan(suite(group), catalogue: catalogue)
    plan.remarks.forEach(Terminal.note)
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let isWhole = try await MapRuns(
      plan: plan, catalogue: catalogue, store: store, runner: runner, workers: run.workers(),
      retriesFailures: retry
    ).perform()
    await runner.close()
    try store.register(plan)
    let drawing = try FigureDrawing(output, catalogue: catalogue, quietly: json)
    let maps = try store.maps(suite: plan.suite.name, group: group.name)
    if json {
      var input = FigureInput(runs: [], catalogue: catalogue)
      input.maps = maps
      try printJSON(
        maps.map { MapJSON($0, best: MapView($0, by: criterion, of: input).bestCell) })
    }
    try drawing.draw(
      group.figures, of: [], maps: maps,
      suite: plan.suite.name, group: group.name,
      ledger: Ledger(plan.suite, tuned: [], catalogue: catalogue))
    if !isWhole { throw ExitCode(1) }
  }

  /// What cells are coloured by; refused where the problem has nothing of the kind.
  private func criterion(on surface: (any Surface)?, called name: String) throws -> MapCriterion {
    guard let by else {
      guard let surface else { return .final }
      if surface.minimumLoss != nil { return .target }
      return surface.saddle == nil ? .final : .escape
    }
    switch by {
    case .target where surface?.minimumLoss == nil:
      throw UsageError("--by target: the minimum of \(name) is not known; --by final")
    case .escape where surface?.saddle == nil:
      throw UsageError("--by escape: \(name) has no saddle; --by final")
    case .basin where surface?.minima.isEmpty ?? true:
      throw UsageError("--by basin: no minimum of \(name) is known; --by final")
    default: return by
    }
  }

  /// Where cells stop.
  private func target(by criterion: MapCriterion, on surface: (any Surface)?) -> Double? {
    if let target { return target > 0 ? target : nil }
    guard surface?.minimumLoss != nil else { return nil }
    switch criterion {
    case .target: return Self.usualTarget
    case .final, .basin: return Self.finest
    case .escape, .diverged: return nil
    }
  }

  private func suite(_ group: Suite.Group) -> Suite {
    Suite(name: SuiteOptions.name(of: group), title: "from the command line", groups: [group])
  }
}

extension MapCriterion: ExpressibleByArgument {}
