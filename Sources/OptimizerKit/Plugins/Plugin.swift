// What every named thing of the lab has in common: a name, a line of help, hyperparameters, presets.

// Its kind, its comment, its hash: whoever imports the contract sees them.
@_exported import PluginFiles

/// A named thing with hyperparameters, of one of the kinds of `PluginKind`. Conform to the protocol
/// of a kind: `Optimizer`, `Schedule`, `Problem`, `Figure` ...
///
/// A plugin is a struct in a file of its own name, `Plugins/Optimizers/Lion.swift` for `Lion`.
/// It must be a value: copying it copies all of its state.
public protocol Plugin: Sendable {
  /// What kind of plugin it is; the protocol of each kind says it.
  static var kind: PluginKind { get }
  /// The name by which it is asked for: lower case, digits and hyphens, unique in its kind.
  static var name: String { get }
  /// One line: what it is.
  static var summary: String { get }
  /// Where it comes from: paper with DOI or arXiv number, or reference implementation.
  static var source: String { get }
  /// The relatives among which it is listed.
  static var family: Family { get }
  /// Named settings of its hyperparameters, such as another library's conventions.
  static var presets: [Preset] { get }
  /// The plugin with its default hyperparameters.
  init()
  /// Says what is wrong with hyperparameters that are each in range but do not fit together.
  func validate() throws(HyperparameterError)
  /// Called once after all hyperparameters are set and valid: the place for derived constants.
  mutating func resolve()
}

extension Plugin {
  public static var source: String { "" }
  public static var family: Family { .other }
  public static var presets: [Preset] { [] }
  public func validate() throws(HyperparameterError) {}
  public mutating func resolve() {}
}

/// Named settings of a plugin's hyperparameters, asked for as `adam@optax`.
public struct Preset: Sendable {
  /// What follows the `@`.
  public let name: String
  /// One line: whose convention this is and in what it differs.
  public let summary: String
  /// Hyperparameter names and the texts of their values.
  public let settings: [(name: String, value: String)]

  /// A preset; values are written as literals: `["lr": 1e-2, "amsgrad": true]`.
  public init(
    _ name: String, _ summary: String, _ settings: KeyValuePairs<String, PresetValue> = [:]
  ) {
    self.name = name
    self.summary = summary
    self.settings = settings.map { (name: $0.key, value: $0.value.text) }
  }
}

/// A literal in a preset.
public struct PresetValue: Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral
{
  let text: String
  public init(floatLiteral value: Double) { text = value.hyperparameterText }
  public init(integerLiteral value: Int) { text = value.hyperparameterText }
  public init(booleanLiteral value: Bool) { text = value.hyperparameterText }
  public init(stringLiteral value: String) { text = value }
}
