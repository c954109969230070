import ArgumentParser
import Foundation
import OptimizerKit

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Hyperparameters, presets and source of an optimizer, schedule or problem.")

  @Argument(help: "A name, as 'optlab list' shows it.") var name: String
  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let catalogue = plugins.catalogue()
    var pages: [Page] = []
    for entry in catalogue.optimizers where entry.name == name {
      pages.append(Page("optimizer", entry))
    }
    for entry in catalogue.schedules where entry.name == name {
      pages.append(Page("schedule", entry))
    }
    for entry in catalogue.problems where entry.name == name {
      pages.append(Page("problem", entry))
    }
    guard !pages.isEmpty else {
      let names =
        catalogue.optimizers.map(\.name) + catalogue.schedules.map(\.name)
        + catalogue.problems.map(\.name)
      throw UnknownPlugin(kind: "plugin", name: name, known: names)
    }
    if json {
      try printJSON(pages)
    } else {
      for page in pages { page.print() }
    }
  }

  /// What there is to know of one plugin.
  struct Page: Encodable {
    let kind: String
    let name: String
    let summary: String
    let source: String
    let file: String
    var facts: [String: String] = [:]
    var hyperparameters: [Row] = []
    var presets: [PresetRow] = []

    struct Row: Encodable {
      let name, value, valid, scale, help: String
    }
    struct PresetRow: Encodable {
      let name, summary: String
      let settings: [String: String]
    }

    init<P>(_ kind: String, _ entry: PluginEntry<P>) {
      self.kind = kind
      name = entry.name
      summary = entry.summary
      source = entry.source
      file = entry.file
      let value = entry.make()
      if let plugin = value as? any Plugin {
        hyperparameters = plugin.hyperparameters.map {
          Row(
            name: $0.name, value: $0.value, valid: $0.validity, scale: $0.scale.rawValue,
            help: $0.help)
        }
      }
      presets = entry.presets.map {
        PresetRow(
          name: $0.name, summary: $0.summary,
          settings: Dictionary($0.settings.map { ($0.name, $0.value) }) { _, last in last })
      }
      if let problem = value as? any Problem {
        let shows = type(of: problem).shows
        if !shows.isEmpty { facts["shows"] = shows }
      }
      if let surface = value as? any Surface {
        facts["dimension"] = String(surface.dimension)
        facts["starts"] = surface.starts.map(point).joined(separator: " ")
        facts["minima"] =
          surface.minima.isEmpty ? "none known" : surface.minima.map(point).joined(separator: " ")
        facts["minimum loss"] = surface.minimumLoss.map { brief($0, digits: 8) } ?? "none"
        if let saddle = surface.saddle { facts["saddle"] = point(saddle) }
      }
      if let training = value as? any TrainingProblem {
        facts["target"] = training.target?.description ?? "none"
      }
      if let optimizer = value as? any Optimizer {
        let layout = ParameterLayout(coordinates: 1)
        let state: OptimizerState<Double> = optimizer.makeState(for: layout)
        facts["kind"] =
          optimizer is any CoordinateRule ? "coordinate-wise rule" : "whole-vector optimizer"
        facts["state"] =
          state.names.isEmpty ? "none before the first step" : state.names.joined(separator: ", ")
        if !optimizer.requirements.isEmpty { facts["needs"] = optimizer.requirements.description }
      }
    }

    func print() {
      Swift.print("\(Terminal.bold(name)) (\(kind)): \(summary)")
      if !source.isEmpty { Swift.print("  source: \(source)") }
      Swift.print("  file: \(file)")
      for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
        Swift.print("  \(key): \(value)")
      }
      if !hyperparameters.isEmpty {
        // What is valid comes last: it may be a whole sentence.
        var table = Table(["hyperparameter", "default", "scale", "what it is", "valid"])
        table.rows = hyperparameters.map {
          [$0.name, $0.value, $0.scale == "log" ? "log" : "", $0.help, $0.valid]
        }
        Swift.print("")
        for line in table.lines { Swift.print("  " + line) }
      }
      if !presets.isEmpty {
        Swift.print("\n  " + Terminal.bold("presets"))
        for preset in presets {
          let settings = preset.settings.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
          Swift.print("  \(name)@\(preset.name)  \(settings)  \(Terminal.dim(preset.summary))")
        }
      }
    }
  }
}

/// A point as text, long ones cut short.
func point(_ coordinates: [Double]) -> String {
  let shown = coordinates.prefix(6).map { brief($0, digits: 6) }.joined(separator: ", ")
  return "(" + shown + (coordinates.count > 6 ? ", …" : "") + ")"
}
