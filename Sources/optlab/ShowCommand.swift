import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Hyperparameters, presets, source and what else there is to know of a plugin.")

  @Argument(
    help: "A name, as 'optlab list' shows it, or with settings: 'cnn@batch-norm[filters=8x16]'.",
    completion: .plugins)
  var name: String
  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let pages = try pages(plugins.catalogue())
    if json {
      try printJSON(pages)
    } else {
      for (index, page) in pages.enumerated() {
        if index > 0 { print("") }
        page.print()
      }
    }
  }

  /// The suite of this name and the plugins that it selects.
  private func pages(_ catalogue: PluginCatalogue) throws -> [Page] {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return [Page(try catalogue.suite(name), file: name, catalogue)]
    }
    let suites = try catalogue.suites.filter { $0.name == name }
      .map { Page(try catalogue.suite($0.name), file: $0.file, catalogue) }
    do {
      return try catalogue.selectPlugins(name).map(Page.init) + suites
    } catch is UnknownPlugin where !suites.isEmpty {
      return suites
    }
  }

  /// What there is to know of one plugin.
  struct Page: Encodable {
    let kind: String
    let name: String
    let label: String
    let summary: String
    let source: String
    let file: String
    var family: String?
    var notes: [DocumentationComment.Part] = []
    var facts: [String: String] = [:]
    var hyperparameters: [Row] = []
    var layers: [LayerOutline] = []
    var presets: [PresetRow] = []
    var groups: [GroupRow] = []
    /// What it looks like, line by line; left out of JSON.
    var picture: [String] = []

    enum CodingKeys: CodingKey {
      case kind, name, label, summary, source, file, facts, hyperparameters, layers, presets, groups
    }

    struct Row: Encodable {
      let name, value, valid, scale, help: String
    }
    struct PresetRow: Encodable {
      let name, summary: String
      let settings: [String: String]
    }

    /// A group of a suite.
    struct GroupRow: Encodable {
      let name: String
      let optimizers, problems: [String]
      let budget: String
      let seeds: Int
      let figures: [String]
    }

    init(_ suite: Suite, file: String, _ catalogue: PluginCatalogue) {
      kind = PluginKind.suite.rawValue
      name = suite.name
      label = suite.name
      summary = suite.title
      source = ""
      self.file = file
      do {
        let size = try SuiteSize(suite, catalogue: catalogue)
        facts["runs"] = "\(size.judged)"
        if size.cells > 0 { facts["cells of maps"] = "\(size.cells)" }
        if size.trials > 0 { facts["trials"] = "\(size.trials) runs before" }
      } catch {
        facts["cannot be run"] = "\(error)"
      }
      groups = suite.groups.map {
        GroupRow(
          name: $0.name, optimizers: $0.optimizers + $0.maps.map { "map of \($0.optimizer)" },
          problems: $0.problems, budget: "\($0.budget)",
          seeds: $0.seeds.count, figures: $0.figures)
      }
    }

    init(_ selected: SelectedPlugin) throws {
      let plugin = selected.plugin
      let type = type(of: plugin)
      name = type.name
      label = selected.label
      summary = type.summary
      source = type.source
      file = selected.entry.file
      family = type.family == .other ? nil : type.family.name
      notes = selected.entry.documentation.parts.filter { $0 != .text(type.source + ".") }
      hyperparameters = plugin.hyperparameters.map {
        Row(
          name: $0.name, value: $0.value, valid: $0.validity, scale: $0.scale.rawValue,
          help: $0.help)
      }
      presets = type.presets.map {
        PresetRow(
          name: $0.name, summary: $0.summary,
          settings: Dictionary($0.settings.map { ($0.name, $0.value) }) { _, last in last })
      }
      kind = selected.kind.rawValue
      if let optimizer = plugin as? any Optimizer { describe(optimizer) }
      if let problem = plugin as? any Problem { try describe(problem) }
      if let schedule = plugin as? any Schedule { describe(schedule) }
      if let figure = type as? any Figure.Type { facts["needs"] = figure.needs }
    }

    private mutating func describe(_ optimizer: any Optimizer) {
      let layout = ParameterLayout(coordinates: 1)
      let state = optimizer.makeState(at: Vector([0.0]), layout: layout)
      facts["kind"] =
        optimizer is any CoordinateRule ? "coordinate-wise rule" : "whole-vector optimizer"
      if let wrapper = optimizer as? any Wrapper {
        facts["kind"] = "around another optimizer"
        facts["wraps"] = type(of: wrapper).defaultInner ?? "what is named: \(name)(adam)"
      }
      facts["state"] =
        state.names.isEmpty ? "none before the first step" : state.names.joined(separator: ", ")
      let needs = optimizer.requirements.description
      if !optimizer.usesGradient {
        facts["needs"] = needs.isEmpty ? "no gradient" : needs + ", no gradient"
      } else if !needs.isEmpty {
        facts["needs"] = needs
      }
    }

    private mutating func describe(_ schedule: any Schedule) {
      var sequence = ScheduleSequence([schedule])
      let longest = schedule.hyperparameters.compactMap(\.number).filter { $0 >= 500 }.max() ?? 0
      let steps = sequence.readsLoss ? 1000 : max(1000, Int(min(3 * longest, 1e9)))
      var title = "over \(steps) steps; its own value is 1"
      if sequence.readsLoss {
        facts["reads"] = "the loss that comes with the gradient of each step"
        title += ", and the loss falls for \(steps / 3) steps"
      }
      if let length = schedule.length { facts["length"] = "\(length) steps; another may follow" }
      var told = 0
      let plot = TerminalPlot(steps: steps, width: Terminal.width ?? 80) { step in
        while sequence.readsLoss, told <= step {
          sequence.read(loss: 2 - Double(min(told, steps / 3)) / Double(steps), base: 1, step: told)
          told += 1
        }
        return sequence.value(base: 1, step: step, steps: steps)
      }
      picture = plot.map { [title] + $0.lines } ?? []
    }

    private mutating func describe(_ problem: any Problem) throws {
      let shows = type(of: problem).shows
      if !shows.isEmpty { facts["shows"] = shows }
      if let surface = problem as? any Surface {
        facts["dimension"] = String(surface.dimension)
        if let box = surface.domain?.ranges {
          facts["domain"] = point(box.map(\.lowerBound)) + " to " + point(box.map(\.upperBound))
        }
        if surface.layout.tensors.count > 1 {
          facts["tensors"] = surface.layout.tensors.map { tensor in
            "\(tensor.name) " + tensor.shape.map(String.init).joined(separator: "×")
          }.joined(separator: ", ")
        }
        facts["starts"] = surface.starts.map(point).joined(separator: " ")
        facts["minima"] =
          surface.minima.isEmpty ? "none known" : surface.minima.map(point).joined(separator: " ")
        facts["minimum loss"] = surface.minimumLoss.map { brief($0, digits: 8) } ?? "none"
        if let saddle = surface.saddle { facts["saddle"] = point(saddle) }
        picture = TerminalMap(surface, width: Terminal.width ?? 80)?.lines ?? []
      }
      if let training = problem as? any TrainingProblem {
        facts["target"] = training.target?.description ?? "none"
        layers = try training.outline()
        if !layers.isEmpty { facts["parameters"] = String(layers.map(\.parameters).reduce(0, +)) }
      }
    }

    func print() {
      printFlowing("\(label) (\(kind)): \(summary)", bold: label)
      for part in notes {
        Swift.print("")
        switch part {
        case .text(let text): printFlowing("  " + text)
        case .verbatim(let lines): for line in lines { Swift.print("      " + line) }
        }
      }
      if !notes.isEmpty { Swift.print("") }
      if let family { Swift.print("  family: \(family)") }
      if !source.isEmpty { printFlowing("  source: \(source)") }
      Swift.print("  file: \(file)")
      for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
        printFlowing("  \(key): \(value)")
      }
      if !hyperparameters.isEmpty {
        // What is valid comes last: it may be a whole sentence.
        var table = Table([
          "hyperparameter", label == name ? "default" : "value", "scale", "what it is", "valid",
        ])
        table.rows = hyperparameters.map {
          [$0.name, $0.value, $0.scale == "log" ? "log" : "", $0.help, $0.valid]
        }
        table.flowing = "what it is"
        table.expendable = ["scale", "valid"]
        printPart(table)
      }
      if !picture.isEmpty {
        Swift.print("")
        for line in picture { Swift.print("  " + line) }
      }
      if !layers.isEmpty {
        var table = Table(["layer", "output", "parameters", "receptive field"], numeric: [2])
        table.rows = layers.map { layer in
          [
            layer.layer, layer.output.map(String.init).joined(separator: "×"),
            layer.parameters == 0 ? "" : String(layer.parameters),
            layer.receptiveField.map { "\($0)×\($0)" } ?? "",
          ]
        }
        printPart(table)
      }
      if !groups.isEmpty {
        var table = Table(
          ["group", "optimizers", "problems", "budget", "seeds", "figures"], numeric: [4])
        table.rows = groups.map { group in
          [
            group.name, group.optimizers.joined(separator: " "),
            group.problems.joined(separator: " "), group.budget, String(group.seeds),
            group.figures.joined(separator: " "),
          ]
        }
        table.flowing = "optimizers"
        table.expendable = ["figures"]
        printPart(table)
      }
      if !presets.isEmpty {
        Swift.print("\n  " + Terminal.bold("presets"))
        for preset in presets {
          let settings = preset.settings.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
          printFlowing("  \(name)@\(preset.name)  \(settings)  \(preset.summary)")
        }
      }
    }

    /// Prints a line; what there is no room for stands below, a little further in.
    private func printFlowing(_ text: String, bold: String = "") {
      let indent = String(text.prefix { $0 == " " })
      let width = Terminal.width.map { $0 - indent.count - 2 } ?? .max
      for (index, line) in wrapped(String(text.dropFirst(indent.count)), width: width).enumerated()
      {
        if index == 0, line.hasPrefix(bold) {
          Swift.print(indent + Terminal.bold(bold) + line.dropFirst(bold.count))
        } else {
          Swift.print(indent + (index == 0 ? "" : "  ") + line)
        }
      }
    }

    private func printPart(_ table: Table) {
      Swift.print("")
      table.print(indent: 2)
    }
  }
}
