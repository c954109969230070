// Plugins of any kind by selection, to be looked at.

import OptimizerKit

/// A plugin with its settings.
public struct SelectedPlugin: Sendable {
  /// What it is called in tables and pictures.
  public let label: String
  /// The plugin, ready for use.
  public let plugin: any Plugin
  /// The file that defines it.
  public let file: String
}

extension PluginCatalogue {
  /// The optimizers, schedules and problems that a selection names; a name may be one of each kind.
  public func selectPlugins(_ text: String) throws -> [SelectedPlugin] {
    let syntax = try SelectionSyntax(text)
    guard syntax.schedules.isEmpty else {
      throw SelectionError("a schedule is shown under its own name: '\(text)' has ':'")
    }
    guard syntax.wrapped.isEmpty else {
      throw SelectionError("what a wrapper wraps is shown under its own name: '\(text)' has '('")
    }
    let term = syntax.term
    let known = optimizers.map(\.name) + schedules.map(\.name) + problems.map(\.name)
    let names = Set(try expand(term.name, known, kind: "plugin"))
    func selected<P>(
      from entries: [PluginEntry<P>], _ make: (PluginSpec) throws -> P
    ) throws -> [SelectedPlugin] {
      try entries.filter { names.contains($0.name) }.flatMap { entry in
        try variants(of: entry, term).compactMap { variant in
          (try make(variant.spec) as? any Plugin).map {
            SelectedPlugin(label: variant.label, plugin: $0, file: entry.file)
          }
        }
      }
    }
    let plugins =
      try selected(from: optimizers, optimizer) + selected(from: schedules, schedule)
      + selected(from: problems, problem)
    guard !plugins.isEmpty else {
      throw UnknownPlugin(kind: "plugin", name: term.name, known: known)
    }
    return plugins
  }
}
