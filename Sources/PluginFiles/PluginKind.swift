// The kinds of plugin: the one table of them. A new kind is a line in it, and a protocol.

/// A kind of plugin. Whatever goes through all kinds (the list of compiled-in plugins, the loader,
/// `optlab list`, `new`, `check` ...) goes through `allCases`.
public enum PluginKind: String, CaseIterable, Sendable, Codable {
  case optimizer, wrapper, schedule, problem, figure, experiment, suite

  /// What a plugin's file is written in.
  public enum Language: String, Sendable {
    case swift, yaml
  }

  /// One line: what it is.
  public var summary: String { row.summary }

  /// What its files are written in, and, at the same time, how their names end.
  public var language: Language { row.language }

  private var row: (summary: String, language: Language) {
    switch self {
    case .optimizer: ("an update rule with its hyperparameters and state", .swift)
    case .wrapper: ("an optimizer around another one", .swift)
    case .schedule: ("a hyperparameter as a function of the step", .swift)
    case .problem: ("an objective: a surface, or the training of a network", .swift)
    case .figure: ("one picture drawn by gnuplot from stored runs", .swift)
    case .experiment: ("a claim, the runs that test it, and a measured verdict", .swift)
    case .suite: ("a declared set of runs", .yaml)
    }
  }

  /// Several of it: "optimizers".
  public var plural: String { rawValue + "s" }

  /// The folder of its files below `Plugins`: "Optimizers".
  public var folder: String { plural.prefix(1).uppercased() + plural.dropFirst() }

  /// The kind whose names it shares: where an optimizer is asked for by name, so is a wrapper.
  public var nameSpace: PluginKind { self == .wrapper ? .optimizer : self }

  /// The kind of this name in the plural.
  public init?(plural: String) {
    guard let kind = Self.allCases.first(where: { $0.plural == plural }) else { return nil }
    self = kind
  }

  /// "Plugins/Optimizers/Lion.swift": where the file of a plugin lies in the package.
  ///
  /// - Parameter stem: the name of its type, or of the suite.
  public func file(_ stem: String) -> String {
    "Plugins/\(folder)/\(stem).\(language.rawValue)"
  }
}
