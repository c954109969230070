// How figures are drawn, and the way from stored runs to files.

import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit
import Plugins

/// Options of commands that draw.
struct FigureOptions: ParsableArguments {
  @Option(help: "The folder that pictures are written to.") var output = "plots"
  @Option(
    name: .customLong("format"),
    help: ArgumentHelp(
      "png, svg, pdf, gif, or terminal to draw right here.",
      discussion:
        "Several are separated by commas; png,svg if left out. What moves is drawn as gif beside png."
    ))
  var formats = "png,svg"

  func validate() throws {
    if output.isEmpty { throw ValidationError("--output: expected a folder") }
    try refuseEmpty(formats, "--format")
    _ = try parsedFormats()
  }

  fileprivate func parsedFormats() throws -> [FigureFormat] {
    try formats.split(separator: ",").map { name in
      do { return try FigureFormat.named(name.trimmingCharacters(in: .whitespaces)) } catch {
        throw ValidationError("--format: \(error)")
      }
    }
  }
}

/// What draws the figures of one command: gnuplot is started once, however many groups there are.
final class FigureDrawing {
  private let catalogue: PluginCatalogue
  private let output: String
  private let formats: [FigureFormat]
  /// Whether it does not say which files came of it.
  private let isQuiet: Bool
  private let renderer = FigureRenderer()

  init(_ options: FigureOptions, catalogue: PluginCatalogue, quietly: Bool = false) throws {
    self.catalogue = catalogue
    output = options.output
    formats = try options.parsedFormats()
    isQuiet = quietly
  }

  /// Draws figures of runs that belong together; says which files came of it, and what could not be
  /// drawn. Returns the pictures.
  ///
  /// - Parameter selections: figures by name, with settings where they have any.
  ///   - ledger: what is known of the suite.
  @discardableResult
  func draw(
    _ selections: [String], of records: [TracedRun], maps: [OutcomeMap] = [], suite: String,
    group: String, ledger: Ledger? = nil
  ) throws -> [FigureRenderer.Drawn] {
    var input = FigureInput(runs: records, catalogue: catalogue)
    input.maps = maps
    input.ledger.suite = suite
    if let ledger {
      input.ledger.add(ledger, of: group)
      input.searches = ledger.searches.filter { $0.group == group }
    }
    return try draw(
      try catalogue.selectFigures(selections).filter { !$0.isOfWholeSuite }, of: input,
      named: group, into: "\(output)/\(suite)/\(group)")
  }

  /// Draws those figures that are of a whole suite.
  @discardableResult
  func draw(_ selections: [String], ofSuite suite: String, _ records: [RunRecord], ledger: Ledger?)
    throws -> [FigureRenderer.Drawn]
  {
    let figures = try catalogue.selectFigures(selections.unique).filter(\.isOfWholeSuite)
    guard !figures.isEmpty else { return [] }
    var input = FigureInput(records: records, catalogue: catalogue)
    input.ledger.suite = suite
    if let ledger {
      for group in ledger.groups { input.ledger.add(ledger, of: group.name) }
      input.searches = ledger.searches
    }
    return try draw(figures, of: input, named: suite, into: "\(output)/\(suite)")
  }

  private func draw(
    _ figures: [SelectedFigure], of input: FigureInput, named name: String, into folder: String
  ) throws -> [FigureRenderer.Drawn] {
    try draw(pictures(figures, of: input, named: name), into: folder)
  }

  /// The pictures of figures; says what could not be drawn.
  private func pictures(
    _ figures: [SelectedFigure], of input: FigureInput, named name: String
  ) -> [Picture] {
    figures.flatMap { figure in
      do { return try figure.pictures(input) } catch {
        Terminal.warn("\(name): \(error)")
        return []
      }
    }
  }

  /// The pictures of figures of an experiment, which are not drawn yet.
  func pictures(_ selections: [String], of runs: [TracedRun], experiment: String) throws
    -> [Picture]
  {
    guard !selections.isEmpty else { return [] }
    var input = FigureInput(runs: runs, catalogue: catalogue)
    input.ledger.suite = experiment
    return pictures(try catalogue.selectFigures(selections), of: input, named: experiment)
  }

  /// Draws the pictures of an experiment into a folder of its own.
  func draw(_ pictures: [Picture], ofExperiment name: String) throws -> [FigureRenderer.Drawn] {
    try draw(pictures, into: "\(output)/experiments/\(name)")
  }

  private func draw(_ pictures: [Picture], into folder: String) throws -> [FigureRenderer.Drawn] {
    let size = Terminal.size
    let isForReading = formats == [.terminal]
    let options = FigureRenderer.Options(
      formats: formats, script: !isForReading, caption: !isForReading,
      processes: min(pictures.count, ProcessInfo.processInfo.activeProcessorCount),
      terminal: TerminalSize(
        columns: size.columns, rows: size.rows - 2, colour: Terminal.hasColour))
    let drawn = try renderer.draw(pictures, into: folder, options: options)
    for picture in drawn {
      if let text = picture.text { print(text) }
      if !isQuiet, let file = picture.files.first { print("drew \(file): \(picture.title)") }
    }
    return drawn
  }
}

extension Ledger {
  /// What was tried before the suite was run.
  var searches: [TunedSearch] {
    tuning.compactMap { tuned in
      tuned.history.map {
        TunedSearch(
          group: tuned.group, problem: tuned.problem, optimizer: tuned.optimizer,
          method: tuned.method, settings: tuned.settings, history: $0)
      }
    }
  }
}

extension FigureLedger {
  /// Adds what a ledger says of a group.
  mutating func add(_ ledger: Ledger, of group: String) {
    versions = ledger.versions
    add("machine", ledger.machine)
    if let instances = ledger.groups.first(where: { $0.name == group })?.instances {
      add("instances", instances)
    }
    let tuned = ledger.tuning.filter { $0.group == group }
    if let first = tuned.first {
      let counts = Set(tuned.map(\.trials)).sorted().map(String.init).joined(separator: " or ")
      let place = first.instances.map { "instances \($0)" } ?? "seeds \(first.seeds)"
      add("tuning", "\(counts) trials each by \(first.method) on \(place)")
      for (optimizer, members) in grouped(tuned, by: \.optimizer) {
        let spaces = members.map { $0.space.joined(separator: ", ") }.unique
        add("searched of \(optimizer)", spaces.joined(separator: " | "))
      }
    } else {
      add("tuning", "none")
    }
    warnings += ledger.warnings(of: group)
  }

  /// What several groups have in common is said once.
  private mutating func add(_ name: String, _ value: String) {
    guard !entries.contains(where: { $0.name == name && $0.value == value }) else { return }
    entries.append(Entry(name: name, value: value))
  }
}

/// A figure with its settings.
struct SelectedFigure {
  /// Its name and what was set.
  let label: String
  let figure: any Figure

  /// What its runs are asked for by.
  var name: String { type(of: figure).name }

  /// Whether it is drawn of all groups of a suite at once.
  var isOfWholeSuite: Bool { type(of: figure).isOfWholeSuite }

  /// The pictures of runs; where something was set, their files and captions say so.
  func pictures(_ input: FigureInput) throws(FigureError) -> [Picture] {
    var pictures = try figure.draw(input)
    guard label != name else { return pictures }
    let words = label.dropFirst(name.count).split { !$0.isLetter && !$0.isNumber && $0 != "." }
    for index in pictures.indices {
      pictures[index].name += "-" + words.joined(separator: "-")
      pictures[index].caption.lines.append(("figure", label))
    }
    return pictures
  }
}

extension PluginCatalogue {
  /// Figures by selection.
  func selectFigures(_ selections: [String]) throws -> [SelectedFigure] {
    try selections.flatMap { try selectPlugins($0, kind: .figure) }.compactMap { selected in
      (selected.plugin as? any Figure).map { SelectedFigure(label: selected.label, figure: $0) }
    }
  }
}

extension FigureInput {
  /// Runs with everything that is needed to draw them.
  init(runs: [TracedRun] = [], records: [RunRecord]? = nil, catalogue: PluginCatalogue) {
    self.init(
      runs: runs, records: records,
      knownOptimizers: PluginCatalogue.builtIn().optimizers.map(\.name),
      ledger: FigureLedger(versions: ["OptimizerLab \(OptLab.configuration.version)"]),
      problem: { try? catalogue.problem($0) }, problemLabel: { $0.label(in: catalogue) },
      schedule: { parts in
        (try? parts.map(catalogue.schedule)).map { ScheduleSequence($0) }
      },
      optimizer: { try? catalogue.optimizer($0) })
  }
}
