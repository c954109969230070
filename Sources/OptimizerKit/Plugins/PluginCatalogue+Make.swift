// From kinds, names and texts to plugins that are ready to run.

/// A name that is not in the catalogue.
public struct UnknownPlugin: Error, Sendable, CustomStringConvertible {
  /// "optimizer", "schedule", "problem" ...
  public let kind: String
  /// "optimizers", "schedules", "problems" ...
  public let plural: String
  public let name: String
  public let known: [String]

  public init(kind: String, plural: String? = nil, name: String, known: [String]) {
    self.kind = kind
    self.plural = plural ?? kind + "s"
    self.name = name
    self.known = known
  }

  public var description: String {
    let nearest = nearestNames(to: name, among: known)
    let hint = nearest.isEmpty ? "" : " Did you mean \(nearest.joined(separator: " or "))?"
    let shown = name.count > 60 ? name.prefix(60) + "…" : name
    let list = known.isEmpty ? "There are no \(plural)." : "The \(plural) are: "
    return "unknown \(kind) '\(shown)'.\(hint)\n\(list)\(known.joined(separator: ", "))"
  }
}

extension PluginCatalogue {
  /// The plugins of a kind, by name.
  public func entries(_ kind: PluginKind) -> [PluginEntry] { entries.filter { $0.kind == kind } }

  public var optimizers: [PluginEntry] { entries(.optimizer) }
  public var wrappers: [PluginEntry] { entries(.wrapper) }
  public var schedules: [PluginEntry] { entries(.schedule) }
  public var problems: [PluginEntry] { entries(.problem) }
  public var figures: [PluginEntry] { entries(.figure) }
  public var suites: [PluginEntry] { entries(.suite) }

  /// The plugins that may be asked for where one of a kind is meant: wrappers among optimizers.
  public func entries(named kind: PluginKind) -> [PluginEntry] {
    entries.filter { $0.kind.nameSpace == kind.nameSpace }
  }

  /// The plugin of a kind with this name; a wrapper counts as an optimizer.
  ///
  /// - Throws: `UnknownPlugin` with the nearest names and all of them.
  public func entry(_ name: String, kind: PluginKind) throws -> PluginEntry {
    let space = kind.nameSpace
    if let entry = entries.first(where: { $0.name == name && $0.kind.nameSpace == space }) {
      return entry
    }
    throw UnknownPlugin(
      kind: kind.rawValue, plural: kind.plural, name: name,
      known: entries(named: kind).map(\.name))
  }

  /// A plugin of a kind as specified, its hyperparameters set and checked, ready to run.
  ///
  /// - Throws: `UnknownPlugin` where there is none that is a `P`, `HyperparameterError` where a
  ///   setting is not valid.
  public func plugin<P>(_ spec: PluginSpec, kind: PluginKind, as: P.Type = P.self) throws -> P {
    var plugin = try entry(spec.name, kind: kind).make()
    for setting in spec.settings { try plugin?.set(setting.name, to: setting.value) }
    try plugin?.validate()
    plugin?.resolve()
    guard let plugin = plugin as? P else {
      throw UnknownPlugin(
        kind: kind.rawValue, plural: kind.plural, name: spec.name,
        known: entries(named: kind).filter { $0.make() is P }.map(\.name))
    }
    return plugin
  }

  /// An optimizer as specified, ready to run.
  public func optimizer(_ spec: PluginSpec) throws -> any Optimizer {
    try plugin(spec, kind: .optimizer)
  }
  /// A schedule as specified, ready to run.
  public func schedule(_ spec: PluginSpec) throws -> any Schedule {
    try plugin(spec, kind: .schedule)
  }
  /// Schedules in sequence as specified, ready to run.
  public func schedule(_ spec: ScheduleSpec) throws -> ScheduleSequence {
    ScheduleSequence(try spec.parts.map(schedule))
  }
  /// A problem as specified, ready to run.
  public func problem(_ spec: PluginSpec) throws -> any Problem {
    try plugin(spec, kind: .problem)
  }
}
