// From names and texts to plugins that are ready to run.

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
  /// The entry of an optimizer.
  public func optimizerEntry(_ name: String) throws -> PluginEntry<any Optimizer> {
    try entry(name, in: optimizers, kind: "optimizer")
  }
  /// The entry of a schedule.
  public func scheduleEntry(_ name: String) throws -> PluginEntry<any Schedule> {
    try entry(name, in: schedules, kind: "schedule")
  }
  /// The entry of a problem.
  public func problemEntry(_ name: String) throws -> PluginEntry<any Problem> {
    try entry(name, in: problems, kind: "problem")
  }

  /// An optimizer as specified, ready to run.
  public func optimizer(_ spec: PluginSpec) throws -> any Optimizer {
    try ready(optimizerEntry(spec.name).make(), spec)
  }
  /// A schedule as specified, ready to run.
  public func schedule(_ spec: PluginSpec) throws -> any Schedule {
    try ready(scheduleEntry(spec.name).make(), spec)
  }
  /// Schedules in sequence as specified, ready to run.
  public func schedule(_ spec: ScheduleSpec) throws -> ScheduleSequence {
    ScheduleSequence(try spec.parts.map(schedule))
  }
  /// A problem as specified, ready to run.
  public func problem(_ spec: PluginSpec) throws -> any Problem {
    try ready(problemEntry(spec.name).make(), spec)
  }

  func entry<P>(_ name: String, in entries: [PluginEntry<P>], kind: String) throws
    -> PluginEntry<P>
  {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw UnknownPlugin(kind: kind, name: name, known: entries.map(\.name))
    }
    return entry
  }

  func ready<P>(_ plugin: P, _ spec: PluginSpec) throws -> P {
    guard var open = plugin as? any Plugin else { return plugin }
    for setting in spec.settings { try open.set(setting.name, to: setting.value) }
    try open.validate()
    open.resolve()
    return open as? P ?? plugin  // always the type that came in
  }
}
