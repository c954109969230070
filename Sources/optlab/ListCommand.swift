import ArgumentParser
import Harness
import OptimizerKit

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What the lab knows by name.")

  @Argument(help: "One of the kinds; all of them if left out.") var kind: PluginKind?
  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let catalogue = plugins.catalogue()
    let lists = (kind.map { [$0] } ?? PluginKind.allCases).map { kind in
      (kind: kind, items: catalogue.entries(kind).map { Item($0, in: catalogue) })
    }
    if json {
      try printJSON(Dictionary(uniqueKeysWithValues: lists.map { ($0.kind.plural, $0.items) }))
      return
    }
    let width = lists.flatMap { $0.items.map(\.name.count) }.max() ?? 0
    let columns = Terminal.width ?? .max
    var isFirst = true
    for list in lists where kind != nil || !list.items.isEmpty {
      if kind == nil {
        let title = Terminal.bold(list.kind.plural.uppercased())
        print((isFirst ? "" : "\n") + title + Terminal.dim("  " + list.kind.summary))
        isFirst = false
      }
      if list.items.isEmpty { Terminal.note("there are no \(list.kind.plural)") }
      for item in list.items {
        let presets =
          item.presets.isEmpty ? "" : "  @" + item.presets.joined(separator: " @")
        let padding = String(repeating: " ", count: width - item.name.count)
        let lines = wrapped(item.summary + presets, width: max(columns - width - 4, 20))
        print("  \(item.name)\(padding)  \(lines[0])")
        for line in lines.dropFirst() {
          print(String(repeating: " ", count: width + 4) + line)
        }
      }
    }
  }

  struct Item: Encodable {
    let name: String
    let summary: String
    let presets: [String]

    /// A suite says in its text what it is; where that cannot be read, the reason stands there.
    init(_ entry: PluginEntry, in catalogue: PluginCatalogue) {
      name = entry.name
      presets = entry.presets.map(\.name)
      if entry.kind == .suite {
        do { summary = try catalogue.suite(entry.name).title } catch { summary = "\(error)" }
      } else {
        summary = entry.summary
      }
    }
  }
}
