import ArgumentParser
import Figures
import OptimizerKit

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What the lab knows by name.")

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case optimizers, schedules, problems, suites, figures
  }

  @Argument(help: "optimizers, schedules, problems, suites or figures; all of them if left out.")
  var kind: Kind?
  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let catalogue = plugins.catalogue()
    var lists: [(kind: Kind, items: [Item])] = []
    for kind in kind.map({ [$0] }) ?? Kind.allCases {
      switch kind {
      case .optimizers: lists.append((kind, catalogue.optimizers.map(Item.init)))
      case .schedules: lists.append((kind, catalogue.schedules.map(Item.init)))
      case .problems: lists.append((kind, catalogue.problems.map(Item.init)))
      case .suites:
        lists.append(
          (
            kind,
            try catalogue.suiteNames.map { try catalogue.suite($0) }.map {
              Item(name: $0.name, summary: $0.title, presets: [])
            }
          ))
      case .figures:
        lists.append(
          (
            kind,
            FigureCatalogue.all.map { Item(name: $0.name, summary: $0.summary, presets: []) }
          ))
      }
    }
    if json {
      try printJSON(
        Dictionary(uniqueKeysWithValues: lists.map { ($0.kind.rawValue, $0.items) }))
      return
    }
    let width = lists.flatMap { $0.items.map(\.name.count) }.max() ?? 0
    for (index, list) in lists.enumerated() {
      if lists.count > 1 {
        print((index > 0 ? "\n" : "") + Terminal.bold(list.kind.rawValue.uppercased()))
      }
      for item in list.items {
        let presets =
          item.presets.isEmpty ? "" : Terminal.dim("  @" + item.presets.joined(separator: " @"))
        let padding = String(repeating: " ", count: width - item.name.count)
        print("  \(item.name)\(padding)  \(item.summary)\(presets)")
      }
    }
  }

  struct Item: Encodable {
    let name: String
    let summary: String
    let presets: [String]

    init(name: String, summary: String, presets: [String]) {
      self.name = name
      self.summary = summary
      self.presets = presets
    }

    init<P>(_ entry: PluginEntry<P>) {
      self.init(name: entry.name, summary: entry.summary, presets: entry.presets.map(\.name))
    }
  }
}
