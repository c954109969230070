// The page of all plugins, Plugins/CATALOGUE.md.

import Harness
import OptimizerKit

/// What the lab knows by name, as Markdown: a section for each kind, a table for each family.
struct CataloguePage {
  let catalogue: PluginCatalogue

  var text: String {
    let counts = PluginKind.allCases.map { "\(catalogue.entries($0).count) \($0.plural)" }
    let lines = [
      "# The catalogue", "",
      "Written by `optlab list --markdown`; what each plugin computes, and with which",
      "hyperparameters, `optlab show NAME` says. [REFERENCES.md](REFERENCES.md) says what the optimizers",
      "were held against.", "", Self.enumeration(counts) + ".",
    ]
    return (lines + PluginKind.allCases.flatMap(section)).joined(separator: "\n") + "\n"
  }

  private func section(_ kind: PluginKind) -> [String] {
    let title = kind.plural.prefix(1).uppercased() + kind.plural.dropFirst()
    let families = PluginFamilies(catalogue.entries(kind), family: \.family).groups
    let isSorted = families.count > 1
    return ["", "## \(title)"]
      + families.flatMap { family, entries in
        (isSorted ? ["", "### \(family.name)", "", family.summary + "."] : [])
          + ["", "| name | what it is | presets | source |", "|---|---|---|---|"]
          + entries.map(row)
      }
  }

  private func row(_ entry: PluginEntry) -> String {
    let file = entry.file.hasPrefix("Plugins/") ? String(entry.file.dropFirst(8)) : entry.file
    let title = (try? catalogue.suite(entry.name).title) ?? entry.summary
    let cells = [
      "[`\(entry.name)`](\(file))", entry.kind == .suite ? title : entry.summary,
      entry.presets.map { "`@\($0.name)`" }.joined(separator: " "), entry.source,
    ]
    return "| "
      + cells.map { $0.split(separator: "|").joined(separator: "\\|") }
      .joined(separator: " | ") + " |"
  }

  private static func enumeration(_ items: [String]) -> String {
    items.dropLast().joined(separator: ", ") + " and " + (items.last ?? "")
  }
}
