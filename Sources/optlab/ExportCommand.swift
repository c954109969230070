import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Stored runs as CSV or JSON, for other tools; what they rest on as BibTeX.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }
  enum What: String, ExpressibleByArgument, CaseIterable {
    case summaries, trajectories, validations, updates, layers, maps, bibliography
  }

  @Argument(
    help: """
      summaries (a line a run) or trajectories (a line a recorded step); of networks also \
      validations (a line a pass), updates (‖Δw‖/‖w‖ of each tensor at each pass) and layers \
      (statistics of each layer at each pass, of runs made with --layers). maps: a line a cell of \
      each stored map; bibliography: BibTeX entries of the sources of optimizers, schedules and problems.
      """)
  var what = What.summaries
  @Option(help: "csv, or json: whole runs, all but for summaries.") var format = Format.csv
  @Option(help: "The file to write; standard output if left out.") var output: String?
  @Option(help: "Of the bibliography: only this suite.", completion: .suites) var suite: String?
  @OptionGroup var filter: RunFilter
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    if what == .maps, filter.status != nil || filter.trials {
      throw ValidationError("maps: --status and --trials are about runs")
    }
    if output == "" { throw ValidationError("--output: expected the path of a file") }
    if what == .bibliography, format == .json {
      throw ValidationError("--format: a bibliography is BibTeX")
    }
    if suite != nil, what != .bibliography {
      throw ValidationError("--suite: only a bibliography is of a suite")
    }
    if suite != nil, filter.optimizers != nil || filter.problems != nil || filter.status != nil {
      throw ValidationError(
        "--suite stands alone: --optimizers, --problems and --status choose among all runs")
    }
  }

  func run() throws {
    let store = try RunStore.existing(path: store.store)
    let records =
      what == .maps
      ? []
      : try suite.map { try StoredSuite($0, in: store).records() } ?? store.listed(filter.query)
    var out = try output.map { try BufferedOutput(writingTo: $0) } ?? BufferedOutput()
    switch (what, format) {
    case (.summaries, .csv): exportSummaries(records, &out)
    case (.summaries, .json): out.write(try jsonText(records.map { RunJSON($0) }) + "\n")
    case (.trajectories, .csv): try exportTrajectories(records, store, &out)
    case (.validations, .csv): try exportValidations(records, store, &out)
    case (.updates, .csv): try exportUpdates(records, store, &out)
    case (.layers, .csv): try exportLayers(records, store, &out)
    case (.maps, .csv): try exportMaps(store, &out)
    case (.maps, .json):
      out.write(
        try jsonText(
          try store.mapKeys().compactMap { try store.map($0) }.filter(filter.takes)
            .map { MapJSON($0, isWhole: true) }) + "\n")
    case (.bibliography, _):
      out.write(Bibliography(records, catalogue: plugins.catalogue()).text)
    case (_, .json):
      out.write(
        try jsonText(try records.compactMap { try store.run($0).map { RunJSON($0) } }) + "\n")
    }
    out.flush()
  }

  private func exportSummaries(_ records: [RunRecord], _ out: inout BufferedOutput) {
    out.write(
      "key,optimizer,settings,problem,problem_settings,start,instance,moved,seed,budget_steps,status,reason,"
        + "steps,initial_loss,final_loss,best_loss,losses,gradients,hessian_vector_products,"
        + "hessians,seconds,validation_loss,validation_accuracy,test_loss,test_accuracy,"
        + RunMeasures.targets.indices.map { "evaluations_to_1e-\($0 + 1)" }.joined(separator: ",")
        + "\n")
    for record in records {
      let spec = record.spec
      let cells: [String] = [
        record.key, record.label, settings(spec.optimizer.plugin), spec.problem.name,
        settings(spec.problem), (spec.start ?? []).map(exact).joined(separator: " "),
        spec.instance.map { String($0.number) } ?? "",
        spec.instance.map { String($0.isMoved) } ?? "", String(spec.seed), budgetSteps(spec.budget),
        record.status.rawValue, record.reason, String(record.steps),
        exact(record.initialLoss), exact(record.finalLoss), exact(record.bestLoss),
        String(record.counts.losses), String(record.counts.gradients),
        String(record.counts.hessianVectorProducts),
        String(record.counts.hessians), exact(record.seconds),
        record.validation.map { exact($0.loss) } ?? "",
        record.validation.map { exact($0.accuracy) } ?? "",
        record.test.map { exact($0.loss) } ?? "", record.test.map { exact($0.accuracy) } ?? "",
      ]
      let targets = record.measures.evaluationsTo.map { $0.map(exact) ?? "" }
      out.write((cells + targets).map(csvCell).joined(separator: ",") + "\n")
    }
  }

  private func exportMaps(_ store: RunStore, _ out: inout BufferedOutput) throws {
    out.write(
      "key,map,x_name,x,y_name,y,status,steps,gradients,final_loss,escape_step,minimum\n")
    for key in try store.mapKeys() {
      guard let map = try store.map(key), filter.takes(map) else { continue }
      let spec = map.spec
      let names = spec.axes.map { csvCell($0.name) }
      let prefix = "\(map.key),\(csvCell(map.label)),\(names[0]),"
      for index in 0..<spec.count {
        let cell = map.cells[index]
        let y = spec.y.map { "\(names[1]),\($0.values[index / spec.width])" } ?? ","
        out.write(
          prefix + "\(spec.x.values[index % spec.width]),\(y),\(cell.status.rawValue),"
            + "\(cell.steps),\(cell.gradients),\(exact(cell.finalLoss)),"
            + (cell.escape < 0 ? "," : "\(cell.escape),")
            + (cell.minimum == MapCells.noMinimum ? "" : "\(cell.minimum)") + "\n")
      }
    }
  }

  private func exportTrajectories(
    _ records: [RunRecord], _ store: RunStore, _ out: inout BufferedOutput
  ) throws {
    out.write(Self.runColumns + "start,seed,step,loss,gradient_norm,learning_rate,point\n")
    try forEachRun(records, store, start: true) { run, prefix in
      let trajectory = run.trajectory
      for row in 0..<trajectory.count {
        let point =
          trajectory.dimension > 0 ? trajectory.point(row).map(exact).joined(separator: " ") : ""
        out.write(
          prefix
            + ",\(trajectory.steps[row]),\(exact(trajectory.losses[row])),"
            + "\(exact(trajectory.gradientNorms[row])),\(exact(trajectory.learningRates[row])),"
            + point + "\n")
      }
    }
  }

  private func exportValidations(
    _ records: [RunRecord], _ store: RunStore, _ out: inout BufferedOutput
  ) throws {
    out.write(Self.runColumns + "seed,step,validation_loss,validation_accuracy\n")
    try forEachRun(records, store) { run, prefix in
      for pass in run.trajectory.validation {
        out.write(
          prefix + ",\(pass.step),\(exact(pass.metrics.loss)),\(exact(pass.metrics.accuracy))\n")
      }
    }
  }

  private func exportUpdates(
    _ records: [RunRecord], _ store: RunStore, _ out: inout BufferedOutput
  ) throws {
    out.write(Self.runColumns + "seed,step,tensor,role,update_ratio\n")
    try forEachRun(records, store) { run, prefix in
      for pass in run.trajectory.diagnostics {
        for update in pass.updates {
          out.write(
            prefix + ",\(pass.step),\(csvCell(update.tensor)),\(update.role.rawValue),"
              + "\(exact(update.ratio))\n")
        }
      }
    }
  }

  private func exportLayers(
    _ records: [RunRecord], _ store: RunStore, _ out: inout BufferedOutput
  ) throws {
    out.write(
      Self.runColumns + "seed,step,layer,activation_mean,activation_deviation,gradient_mean,"
        + "gradient_deviation,dead\n")
    var isEmpty = true
    try forEachRun(records, store) { run, prefix in
      for pass in run.trajectory.diagnostics {
        for layer in pass.layers {
          isEmpty = false
          let numbers = [
            layer.activationMean, layer.activationDeviation, layer.gradientMean,
            layer.gradientDeviation, layer.dead,
          ]
          out.write(
            prefix + ",\(pass.step),\(csvCell(layer.layer)),"
              + numbers.map(exact).joined(separator: ",") + "\n")
        }
      }
    }
    if isEmpty {
      Terminal.note("none of these runs has statistics of layers; compare with --layers keeps them")
    }
  }

  /// Calls `body` with each run as it is stored whole, and what each of its lines begins with.
  private func forEachRun(
    _ records: [RunRecord], _ store: RunStore, start: Bool = false,
    _ body: (TracedRun, _ prefix: String) -> Void
  ) throws {
    for summary in records {
      guard let run = try store.run(summary) else { continue }
      body(run, runCells(run.record, start: start))
    }
  }

  /// What the lines of every file but the summaries begin with.
  private static let runColumns = "key,optimizer,problem,problem_settings,"

  /// The cells of a run in those columns, then its start where there is a column for it, and seed.
  private func runCells(_ record: RunRecord, start: Bool = false) -> String {
    var cells = [
      record.key, record.label, record.spec.problem.name, settings(record.spec.problem),
    ]
    if start { cells.append((record.spec.start ?? []).map(exact).joined(separator: " ")) }
    return (cells + [String(record.spec.seed)]).map(csvCell).joined(separator: ",")
  }

  /// The steps of a budget; one in another unit with its unit.
  private func budgetSteps(_ budget: Budget) -> String {
    if case .steps(let count) = budget { return String(count) }
    return "\(budget)"
  }

  private func settings(_ plugin: PluginSpec) -> String {
    plugin.settings.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
  }
}
