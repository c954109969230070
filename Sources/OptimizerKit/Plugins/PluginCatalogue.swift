// All plugins by kind and name.

/// One registered plugin: what it is, where its source is, and the hash of that source.
public struct PluginEntry: Sendable {
  /// The name it is asked for by.
  public let name: String
  public let kind: PluginKind
  /// The type that its file defines; nil where the file is no Swift.
  public let type: (any Plugin.Type)?
  /// The text of its file, where that is YAML.
  public let text: String
  /// The text of `documentation`, which is only read where somebody asks.
  let comment: String
  /// The file that defines it.
  public let file: String
  /// A hash of that file: part of the key of every run that uses it.
  public let sourceHash: String

  /// One line: what it is; empty where only the text says it.
  public var summary: String { type?.summary ?? "" }
  /// Where it comes from.
  public var source: String { type?.source ?? "" }
  /// What its file says of it, where that is Swift.
  public var documentation: DocumentationComment { DocumentationComment(comment) }
  /// The relatives among which it is listed.
  public var family: Family { type?.family ?? .other }
  /// The presets it declares.
  public var presets: [Preset] { type?.presets ?? [] }

  /// A new value of it with default hyperparameters; nil where its file is no Swift.
  public func make() -> (any Plugin)? { type?.init() }
}

/// The plugins that a command knows: those compiled in, and those loaded while it runs.
public struct PluginCatalogue: Sendable {
  /// All plugins, in the order of the kinds and, within a kind, of their names.
  public private(set) var entries: [PluginEntry] = []
  /// A hash of the lab's own numerical sources: part of every run's key.
  public var engineHash = ""
  /// What could not be registered, and why.
  public private(set) var failures: [PluginFailure] = []

  public init() {}

  /// Registers the plugin that a Swift file defines, under its kind.
  ///
  /// A name that is taken or breaks the rule makes the file a failure.
  ///
  /// - Parameter documentation: the text of a `DocumentationComment`.
  public mutating func register<P: Plugin>(
    _ type: P.Type, documentation: String = "", file: String, sourceHash: String
  ) {
    insert(
      PluginEntry(
        name: P.name, kind: P.kind, type: type, text: "",
        comment: documentation, file: file, sourceHash: sourceHash))
  }

  /// Registers the plugin that a YAML file declares, under the name of that file.
  public mutating func register(
    _ kind: PluginKind, name: String, text: String, file: String, sourceHash: String
  ) {
    insert(
      PluginEntry(
        name: name, kind: kind, type: nil, text: text, comment: "", file: file,
        sourceHash: sourceHash))
  }

  /// Takes out what a file registered, so that a newer version of it can take its place.
  public mutating func remove(file: String) { entries.removeAll { $0.file == file } }

  /// Lists a plugin that could not be compiled or loaded.
  public mutating func fail(_ file: String, _ reason: String) {
    failures.append(PluginFailure(file: file, reason: reason))
  }

  private mutating func insert(_ entry: PluginEntry) {
    let space = entry.kind.nameSpace
    if let other = entries.first(where: { $0.name == entry.name && $0.kind.nameSpace == space }) {
      fail(entry.file, "the name '\(entry.name)' is taken by \(other.file)")
      return
    }
    guard PluginName.isValid(entry.name) else {
      fail(entry.file, "the name '\(entry.name)' is not valid; expected \(PluginName.rule)")
      return
    }
    let place = PluginKind.allCases.firstIndex(of: entry.kind)!
    let next = entries.firstIndex { other in
      (PluginKind.allCases.firstIndex(of: other.kind)!, other.name) > (place, entry.name)
    }
    entries.insert(entry, at: next ?? entries.endIndex)
  }

  /// The source hash of every registered file.
  public var sourceHashes: [String: String] {
    Dictionary(entries.map { ($0.file, $0.sourceHash) }) { first, _ in first }
  }
}

/// A plugin that is not there, and why.
public struct PluginFailure: Sendable {
  public let file: String
  public let reason: String
}
