// How figures are drawn, and the way from stored runs to files.

import ArgumentParser
import Figures
import Foundation
import OptimizerKit
import Plugins

/// Options of commands that draw.
struct FigureOptions: ParsableArguments {
  @Option(help: "The folder that pictures are written to.") var output = "plots"
  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "png, svg, pdf, gif, or terminal to draw right here.",
      discussion: "Several are separated by commas; png,svg if left out."))
  var formats = "png,svg"

  func validate() throws { _ = try parsedFormats() }

  private func parsedFormats() throws -> [FigureFormat] {
    try formats.split(separator: ",").map { name in
      do { return try FigureFormat.named(name.trimmingCharacters(in: .whitespaces)) } catch {
        throw ValidationError("--format: \(error)")
      }
    }
  }

  /// Figures by name.
  static func figures(_ names: [String]) throws -> [any Figure] {
    try names.map { name in
      guard let type = FigureCatalogue.all.first(where: { $0.name == name }) else {
        throw UnknownPlugin(
          kind: "figure", name: name, known: FigureCatalogue.all.map { $0.name })
      }
      return type.init()
    }
  }

  /// Draws figures of runs that belong together; says which files came of it, and what could not be
  /// drawn. Returns how many pictures there are.
  @discardableResult
  func draw(
    _ names: [String], of records: [TracedRun], suite: String, group: String,
    catalogue: PluginCatalogue, quietly: Bool
  ) throws -> Int {
    let usable = records.filter { $0.trajectory.count > 0 }
    var input = FigureInput(runs: usable, catalogue: catalogue)
    input.ledger.suite = suite
    var pictures: [Picture] = []
    for figure in try Self.figures(names) {
      do {
        pictures += try figure.draw(input)
      } catch {
        Terminal.warn("\(group): \(error)")
      }
    }
    let size = Terminal.size
    let formats = try parsedFormats()
    let isForReading = formats == [.terminal]
    let options = FigureRenderer.Options(
      formats: formats, script: !isForReading, caption: !isForReading,
      processes: min(pictures.count, ProcessInfo.processInfo.activeProcessorCount),
      terminal: TerminalSize(
        columns: size.columns, rows: size.rows - 2, colour: Terminal.hasColour))
    let drawn = try FigureRenderer().draw(
      pictures, into: "\(output)/\(suite)/\(group)", options: options)
    for picture in drawn {
      if let text = picture.text { print(text) }
      if !quietly, let file = picture.files.first { print("drew \(file): \(picture.title)") }
    }
    return drawn.count
  }
}

extension FigureInput {
  /// Runs with everything that is needed to draw them.
  init(runs: [TracedRun], catalogue: PluginCatalogue) {
    self.init(
      runs: runs, knownOptimizers: PluginCatalogue.builtIn().optimizers.map(\.name),
      ledger: FigureLedger(versions: ["OptimizerLab \(OptLab.configuration.version)"]),
      surface: { (try? catalogue.problem($0)) as? any Surface },
      schedule: { parts in
        (try? parts.map(catalogue.schedule)).map { ScheduleSequence($0) }
      },
      target: { ((try? catalogue.problem($0)) as? any TrainingProblem)?.target })
  }
}
