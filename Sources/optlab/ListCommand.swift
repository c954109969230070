import ArgumentParser
import Harness
import OptimizerKit

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "What the lab knows by name.",
    discussion: """
      Words after the kind are searched for in names, summaries, families, sources and in what the \
      plugins say of themselves; what has all of them is listed.
        optlab list optimizers
        optlab list wrappers --family averaging
        optlab list newton schulz
      """)

  @Argument(
    help: "One of the kinds, and words to look for; everything if left out.",
    completion: .list(PluginKind.allCases.map(\.plural)))
  var words: [String] = []
  @Option(help: "Only this family.", completion: .list(Family.all.map(\.name)))
  var family: String?
  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Print the page of all plugins, Plugins/CATALOGUE.md.") var markdown = false

  func validate() throws {
    if markdown, json || family != nil || !words.isEmpty {
      throw ValidationError("--markdown prints everything, and stands alone")
    }
  }

  func run() throws {
    let catalogue = plugins.catalogue()
    if markdown {
      print(CataloguePage(catalogue: catalogue).text, terminator: "")
      return
    }
    let kind = words.first.flatMap(PluginKind.init(argument:))
    let words = words.dropFirst(kind == nil ? 0 : 1).map { $0.lowercased() }
    try checkFamily(kind, in: catalogue)
    let lists = (kind.map { [$0] } ?? PluginKind.allCases).map { kind in
      let items = catalogue.entries(kind).filter { family == nil || $0.family.name == family }
        .map { (entry: $0, item: Item($0, in: catalogue)) }
        .filter { words.isEmpty || $0.item.has(words, documentation: $0.entry.documentation) }
      return (kind: kind, items: items.map(\.item))
    }
    if json {
      try printJSON(Dictionary(uniqueKeysWithValues: lists.map { ($0.kind.plural, $0.items) }))
      return
    }
    if lists.allSatisfy(\.items.isEmpty), !words.isEmpty || family != nil {
      throw LabFailure(nothing(words, kind, in: catalogue))
    }
    let shown = lists.filter { !$0.items.isEmpty || kind != nil }
    let width = shown.flatMap { $0.items.map(\.name.count) }.max() ?? 0
    for (index, list) in shown.enumerated() {
      if kind == nil {
        let title = Terminal.bold(list.kind.plural.uppercased())
        print((index == 0 ? "" : "\n") + title + Terminal.dim("  " + list.kind.summary))
      }
      if list.items.isEmpty { Terminal.note("there are no \(list.kind.plural)") }
      printFamilies(list.items, width: width)
    }
  }

  /// The items, one family after the other, where there are families.
  private func printFamilies(_ items: [Item], width: Int) {
    let groups = PluginFamilies(items, family: \.family).groups
    for (index, group) in groups.enumerated() {
      if group.family != .other || groups.count > 1 {
        let title = Terminal.bold(group.family.name) + Terminal.dim("  " + group.family.summary)
        print((index == 0 ? "" : "\n") + "  " + title)
      }
      for item in group.members { printItem(item, width: width) }
    }
  }

  private func printItem(_ item: Item, width: Int) {
    let presets = item.presets.isEmpty ? "" : "  @" + item.presets.joined(separator: " @")
    let padding = String(repeating: " ", count: width - item.name.count)
    let columns = Terminal.width ?? .max
    let lines = wrapped(item.summary + presets, width: max(columns - width - 6, 20))
    print("    \(item.name)\(padding)  \(lines[0])")
    for line in lines.dropFirst() { print(String(repeating: " ", count: width + 6) + line) }
  }

  /// Refuses a family that no plugin of the kind is of.
  private func checkFamily(_ kind: PluginKind?, in catalogue: PluginCatalogue) throws {
    guard let family else { return }
    let entries = kind.map(catalogue.entries(_:)) ?? catalogue.entries
    let known = PluginFamilies(entries, family: \.family).groups.map(\.family)
      .filter { $0 != .other }.map(\.name)
    guard !known.contains(family) else { return }
    throw UnknownPlugin(
      kind: kind.map { "family of \($0.plural)" } ?? "family",
      plural: kind.map { "families of \($0.plural)" } ?? "families", name: family,
      known: known)
  }

  /// What to say where nothing has the words.
  private func nothing(_ words: [String], _ kind: PluginKind?, in catalogue: PluginCatalogue)
    -> String
  {
    let names = (kind.map(catalogue.entries(_:)) ?? catalogue.entries).map(\.name)
    let near = words.flatMap { nearestNames(to: $0, among: names) }
    let what = kind.map { "no \($0.rawValue)" } ?? "nothing"
    let place = family.map { " in the family '\($0)'" } ?? ""
    return "\(what)\(place) has '\(words.joined(separator: "' and '"))'."
      + (near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?")
  }

  struct Item: Encodable {
    let name: String
    let summary: String
    let family: Family
    let source: String
    let presets: [String]

    /// A suite says in its text what it is; where that cannot be read, the reason stands there.
    init(_ entry: PluginEntry, in catalogue: PluginCatalogue) {
      name = entry.name
      family = entry.family
      source = entry.source
      presets = entry.presets.map(\.name)
      if entry.kind == .suite {
        do { summary = try catalogue.suite(entry.name).title } catch { summary = "\(error)" }
      } else {
        summary = entry.summary
      }
    }

    /// Whether each of the words, in lower case, is in what is listed or in what the plugin says of itself.
    func has(_ words: [String], documentation: DocumentationComment) -> Bool {
      let text = [name, summary, family.name, source, documentation.text].joined(separator: "\n")
        .lowercased()
      return words.allSatisfy(text.contains)
    }
  }
}
