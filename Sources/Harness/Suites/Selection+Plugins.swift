// Plugins of any kind by selection.

import OptimizerKit

/// A plugin with its settings.
public struct SelectedPlugin: Sendable {
  /// What it is called in tables and pictures.
  public let label: String
  public let kind: PluginKind
  /// The plugin, ready for use.
  public let plugin: any Plugin
  /// What it was registered as.
  public let entry: PluginEntry
}

extension PluginCatalogue {
  /// The plugins that a selection names, `name@preset[key=value]`; a name may be one of each kind.
  ///
  /// - Parameter kind: of which they must be; nil for any that is written in Swift.
  public func selectPlugins(_ text: String, kind: PluginKind? = nil) throws -> [SelectedPlugin] {
    let syntax = try SelectionSyntax(text)
    guard syntax.schedules.isEmpty else {
      throw SelectionError("a schedule is shown under its own name: '\(text)' has ':'")
    }
    guard syntax.wrapped.isEmpty else {
      throw SelectionError("what a wrapper wraps is shown under its own name: '\(text)' has '('")
    }
    let term = syntax.term
    let candidates = kind.map { entries($0) } ?? entries.filter { $0.kind.language == .swift }
    let known = candidates.map(\.name)
    let noun = kind?.rawValue ?? "plugin"
    let names = Set(try expand(term.name, known, kind: noun))
    let plugins = try candidates.filter { names.contains($0.name) }.flatMap { entry in
      try variants(of: entry, term).map { variant in
        SelectedPlugin(
          label: variant.label, kind: entry.kind,
          plugin: variant.plugin, entry: entry)
      }
    }
    guard !plugins.isEmpty else {
      throw UnknownPlugin(kind: noun, name: term.name, known: known)
    }
    return plugins
  }
}
