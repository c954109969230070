import ArgumentParser
import Figures
import Harness
import OptimizerKit

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw figures from stored runs.",
    discussion: """
      Without filters, a figure is drawn of the group of runs that was last compared for it; with \
      --optimizers, --problems or --status, of all stored runs that fit. Figures of whole suites, such \
      as rank, are drawn of the suite that was last compared, or of --suite.
      """)

  @Argument(
    help: "Figures: 'optlab list figures' shows them; with settings: 'zigzag[columns=2]'.",
    completion: .figures)
  var figures: [String]
  @Option(help: "Only groups of this suite.") var suite: String?
  @OptionGroup var filter: RunFilter
  @OptionGroup var output: FigureOptions
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func run() throws {
    let catalogue = plugins.catalogue()
    let selected = try catalogue.selectFigures(figures)
    let store = try RunStore.existing(path: store.store)
    let drawing = try FigureDrawing(output, catalogue: catalogue)
    let ofSuites = selected.filter(\.isOfWholeSuite)
    let ofGroups = selected.filter { !$0.isOfWholeSuite }
    if !ofSuites.isEmpty {
      let stored = try StoredSuite(suite, in: store)
      let records = try stored.chosen(
        try stored.records(), optimizers: filter.optimizers, problems: filter.problems)
      let drawn = try drawing.draw(
        ofSuites.map(\.label), ofSuite: stored.name, records,
        ledger: try store.ledger(of: stored.name))
      if drawn.isEmpty { throw ExitCode(1) }
    }
    guard !ofGroups.isEmpty else { return }
    if filter.optimizers != nil || filter.problems != nil || filter.status != nil {
      let records = try store.listed(filter.query).compactMap {
        try store.run($0)
      }
      guard !records.isEmpty else { throw LabFailure("no stored run fits; see 'optlab runs'") }
      let drawn = try drawing.draw(
        ofGroups.map(\.label), of: records, suite: "selection", group: "runs")
      if drawn.isEmpty { throw ExitCode(1) }
      return
    }
    for figure in ofGroups {
      let groups = try store.groups(drawing: figure.name).filter {
        suite == nil || $0.suite == suite
      }
      guard let latest = groups.first?.suite else {
        throw LabFailure(
          "no stored comparison asks for the figure '\(figure.name)'; "
            + "'optlab compare quick' makes one, or choose runs with --problems")
      }
      for group in groups where group.suite == latest {
        try drawing.draw(
          [figure.label], of: try store.runs(suite: group.suite, group: group.group),
          maps: try store.maps(suite: group.suite, group: group.group),
          suite: group.suite, group: group.group, ledger: try store.ledger(of: group.suite))
      }
    }
  }
}
