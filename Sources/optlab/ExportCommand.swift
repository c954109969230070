import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Stored runs as CSV or JSON, for other tools.")

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json
  }
  enum What: String, ExpressibleByArgument, CaseIterable {
    case summaries, trajectories
  }

  @Argument(help: "summaries (a line a run) or trajectories (a line a recorded step).")
  var what = What.summaries
  @Option(help: "csv or json.") var format = Format.csv
  @Option(help: "The file to write; standard output if left out.") var output: String?
  @OptionGroup var filter: RunFilter
  @OptionGroup var store: StoreOptions

  func run() throws {
    let store = try RunStore.existing(path: store.store)
    let records = try store.summaries().filter(filter.admits)
    var handle = FileHandle.standardOutput
    if let output {
      guard FileManager.default.createFile(atPath: output, contents: nil),
        let file = FileHandle(forWritingAtPath: output)
      else { throw LabFailure("cannot write \(output)") }
      handle = file
    }
    var out = BufferedOutput(handle)
    switch (what, format) {
    case (.summaries, .csv): exportSummaries(records, &out)
    case (.summaries, .json): out.write(try jsonText(records) + "\n")
    case (.trajectories, .csv): try exportTrajectories(records, store, &out)
    case (.trajectories, .json):
      out.write(try jsonText(try records.compactMap { try store.record($0.key) }) + "\n")
    }
    out.flush()
  }

  private func exportSummaries(_ records: [RunRecord], _ out: inout BufferedOutput) {
    out.write(
      "key,optimizer,settings,problem,problem_settings,start,seed,budget_steps,status,reason,"
        + "steps,initial_loss,final_loss,best_loss,losses,gradients,hessian_vector_products,"
        + "hessians,seconds,validation_loss,validation_accuracy\n")
    for record in records {
      let spec = record.spec
      let cells: [String] = [
        record.key, spec.label, settings(spec.optimizer), spec.problem.name,
        settings(spec.problem), (spec.start ?? []).map(exact).joined(separator: " "),
        String(spec.seed), String(spec.steps), record.status.rawValue, record.reason,
        String(record.steps), exact(record.initialLoss), exact(record.finalLoss),
        exact(record.bestLoss), String(record.counts.losses), String(record.counts.gradients),
        String(record.counts.hessianVectorProducts), String(record.counts.hessians),
        exact(record.seconds), record.validation.map { exact($0.loss) } ?? "",
        record.validation.map { exact($0.accuracy) } ?? "",
      ]
      out.write(cells.map(csvCell).joined(separator: ",") + "\n")
    }
  }

  private func exportTrajectories(
    _ records: [RunRecord], _ store: RunStore, _ out: inout BufferedOutput
  ) throws {
    out.write(
      "key,optimizer,problem,problem_settings,start,seed,step,loss,gradient_norm,learning_rate,"
        + "point\n")
    for summary in records {
      guard let record = try store.record(summary.key) else { continue }
      let prefix = [
        record.key, record.spec.label, record.spec.problem.name, settings(record.spec.problem),
        (record.spec.start ?? []).map(exact).joined(separator: " "), String(record.spec.seed),
      ].map(csvCell).joined(separator: ",")
      let trajectory = record.trajectory
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

  private func settings(_ plugin: PluginSpec) -> String {
    plugin.settings.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
  }

  /// A cell of a CSV file, quoted where it must be.
  private func csvCell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
