import ArgumentParser
import Foundation
import Harness
import OptimizerKit
import Synchronization

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "One run, printed step by step.",
    discussion: """
      Columns: step, loss, gradient_norm, learning_rate, x0, x1, ...; numbers have 17 significant \
      digits and read back exactly. Row 0 is the start. learning_rate is that of the update which \
      led to the row (0 in row 0). Loss and gradient norm of a surface are its own, without noise; \
      those of a network are of the minibatch that comes next. All coordinates are printed up to \
      512 dimensions, the first 16 beyond.

      json adds what stands beside the rows: validation passes of a network, how far an update \
      moves each tensor (‖Δw‖/‖w‖), and with --layers what each layer computes.

      --dump writes the run so that other programs can do it again: parameters.npy and layout.json \
      (the start), order.npy (the training examples of each update), final.npy, run.json (all \
      hyperparameters, the loss before each update and its learning rate), and for a network \
      training.json with arrays of its own (data and their parts, preparation, layers, loss).
      """)

  private static let mostSteps = 1...100_000_000

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, tsv, json
  }

  @Argument(
    help: "A problem, such as rosenbrock or quadratic[condition=100].", completion: .problems)
  var problem: String
  @Argument(
    help: "An optimizer, such as adam[lr=1e-2] or momentum:cosine.", completion: .optimizers)
  var optimizer: String
  @Option(help: "How many updates, \(Self.mostSteps.span).") var steps = 100
  @Option(
    parsing: .unconditional,
    help: "The starting point, such as -1.2,1; the problem's own if left out.")
  var start: String?
  @Option(help: "The seed of noise, initialisation and data order, from 0 to \(UInt64.max).")
  var seed: UInt64 = 1
  @Option(help: "Print every so many steps only (and the last), \(RunLimits.steps.span).")
  var every = 1
  @Option(help: "csv, tsv or json.") var format = Format.csv
  @Flag(help: "Keep the statistics of each layer of a network; json prints them.")
  var layers = false
  @Option(help: "Write the run to this folder too, for other programs.") var dump: String?
  @Option(help: "Seconds after which the run is stopped, in \(RunLimits.seconds).")
  var timeLimit = 600.0
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuse(steps, notIn: Self.mostSteps, "--steps")
    try refuse(every, notIn: RunLimits.steps, "--every")
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
    guard !layers || format == .json else {
      throw ValidationError("--layers: only --format json has room for them")
    }
    guard dump == nil || steps <= 4_000_000 else {
      throw ValidationError(
        "--dump: keeps every step; expected --steps from 1 to 4000000, found \(steps)")
    }
    if dump == "" { throw ValidationError("--dump: expected a folder, found ''") }
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    var group = Suite.Group(name: "trace", optimizers: [optimizer], problems: [problem])
    group.budget = .steps(steps)
    group.seeds = [seed]
    // A dump keeps every step, whatever is printed.
    group.recording = Recording(every: dump == nil ? every : 1, layers: layers)
    group.timeLimit = timeLimit
    if let start { group.starts = [try parsePoint(start)] }
    let plan = try Plan(Suite(name: "trace", title: "", groups: [group]), catalogue: catalogue)
    guard plan.entries.count == 1, let entry = plan.entries.first else {
      throw UsageError(
        "trace shows one run; this selects \(plan.entries.count): "
          + plan.entries.map { "\($0.job.label) on \($0.spec.problem.name)" }.prefix(4)
          .joined(separator: ", "))
    }
    plan.remarks.forEach(Terminal.note)
    let dump = dump.map(RunDump.init(folder:))
    do { try dump?.prepare() } catch { throw LabFailure("--dump: \(error)") }
    let result = Mutex<TracedRun?>(nil)
    let runner = self.run.runner(plugins, dump: dump)
    try await runner.run([entry.job]) { event in
      guard case .finished(let runs) = event, let run = try runs.first?.traced() else { return }
      result.withLock { $0 = run }
    }
    await runner.close()
    guard var run = result.withLock({ $0 }) else { throw CancellationError() }
    run.trajectory.keep(every: every)
    try print(run)
    switch run.status {
    case .completed, .reachedTarget: break
    case .diverged: Terminal.note("diverged: \(run.reason)")
    default: throw LabFailure("\(run.status.rawValue): \(run.reason)")
    }
  }

  private func print(_ run: TracedRun) throws {
    let trajectory = run.trajectory
    if format == .json {
      try printJSON(RunJSON(run))
      return
    }
    guard trajectory.count > 0 else { return }
    let separator = format == .csv ? "," : "\t"
    let shown = trajectory.dimension
    let header =
      ["step", "loss", "gradient_norm", "learning_rate"] + (0..<shown).map { "x\($0)" }
    var output = BufferedOutput()
    output.write(header.joined(separator: separator) + "\n")
    for row in 0..<trajectory.count {
      var cells = [
        String(trajectory.steps[row]), exact(trajectory.losses[row]),
        exact(trajectory.gradientNorms[row]), exact(trajectory.learningRates[row]),
      ]
      if shown > 0 { cells += trajectory.point(row).prefix(shown).map(exact) }
      output.write(cells.joined(separator: separator) + "\n")
    }
    output.flush()
  }
}
