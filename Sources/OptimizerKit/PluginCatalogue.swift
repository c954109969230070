// All plugins by name.

/// One registered plugin: its type, where its source is, and the hash of that source.
public struct PluginEntry<P>: Sendable {
  /// The name it is asked for by.
  public let name: String
  /// A new value of it with default hyperparameters.
  public let make: @Sendable () -> P
  /// The presets it declares.
  public let presets: [Preset]
  public let summary: String
  public let source: String
  /// The file that defines it.
  public let file: String
  /// A hash of that file: part of the key of every run that uses it.
  public let sourceHash: String
}

/// The plugins that a command knows: those compiled in, and those loaded while it runs.
public struct PluginCatalogue: Sendable {
  public private(set) var optimizers: [PluginEntry<any Optimizer>] = []
  public private(set) var schedules: [PluginEntry<any Schedule>] = []
  public private(set) var problems: [PluginEntry<any Problem>] = []
  /// Suites that come with the lab: name and YAML text.
  public private(set) var suites: [(name: String, text: String)] = []
  /// A hash of the lab's own numerical sources: part of every run's key.
  public var engineHash = ""
  /// What could not be registered, and why.
  public private(set) var failures: [PluginFailure] = []

  public init() {}

  /// Registers an optimizer.
  @inlinable
  public mutating func register<P: Optimizer>(_ type: P.Type, file: String, sourceHash: String) {
    add(optimizer: entry(type, file, sourceHash) { P() })
  }

  /// Registers a schedule.
  @inlinable
  public mutating func register<P: Schedule>(_ type: P.Type, file: String, sourceHash: String) {
    add(schedule: entry(type, file, sourceHash) { P() })
  }

  /// Registers a problem.
  @inlinable
  public mutating func register<P: Problem>(_ type: P.Type, file: String, sourceHash: String) {
    add(problem: entry(type, file, sourceHash) { P() })
  }

  /// Registers a suite.
  public mutating func registerSuite(_ name: String, text: String) {
    suites.append((name, text))
  }

  /// Takes out what a file registered, so that a newer version of it can take its place.
  public mutating func remove(file: String) {
    optimizers.removeAll { $0.file == file }
    schedules.removeAll { $0.file == file }
    problems.removeAll { $0.file == file }
  }

  /// The source hash of every registered file.
  public var sourceHashes: [String: String] {
    var hashes: [String: String] = [:]
    for entry in optimizers { hashes[entry.file] = entry.sourceHash }
    for entry in schedules { hashes[entry.file] = entry.sourceHash }
    for entry in problems { hashes[entry.file] = entry.sourceHash }
    return hashes
  }

  /// Lists a plugin that could not be compiled or loaded.
  public mutating func fail(_ file: String, _ reason: String) {
    failures.append(PluginFailure(file: file, reason: reason))
  }

  @usableFromInline
  func entry<P, T: Plugin>(
    _ type: T.Type, _ file: String, _ hash: String, make: @escaping @Sendable () -> P
  ) -> PluginEntry<P> {
    PluginEntry(
      name: T.name, make: make, presets: T.presets, summary: T.summary, source: T.source,
      file: file, sourceHash: hash)
  }

  @usableFromInline
  mutating func add(optimizer entry: PluginEntry<any Optimizer>) {
    insert(entry, into: \.optimizers)
  }
  @usableFromInline
  mutating func add(schedule entry: PluginEntry<any Schedule>) { insert(entry, into: \.schedules) }
  @usableFromInline
  mutating func add(problem entry: PluginEntry<any Problem>) { insert(entry, into: \.problems) }

  mutating func insert<P>(
    _ entry: PluginEntry<P>, into list: WritableKeyPath<PluginCatalogue, [PluginEntry<P>]>
  ) {
    if let other = self[keyPath: list].first(where: { $0.name == entry.name }) {
      fail(entry.file, "the name '\(entry.name)' is taken by \(other.file)")
      return
    }
    let valid = entry.name.allSatisfy {
      $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-")
    }
    guard valid, !entry.name.isEmpty else {
      fail(entry.file, "the name '\(entry.name)' has other than lower case, digits and hyphens")
      return
    }
    self[keyPath: list].append(entry)
    self[keyPath: list].sort { $0.name < $1.name }
  }
}

/// A plugin that is not there, and why.
public struct PluginFailure: Sendable {
  public let file: String
  public let reason: String
}
