// What a hyperparameter may hold: a real, an integer, a switch, or one of some named cases.

/// A type of value that a hyperparameter may hold.
public protocol HyperparameterValue: Sendable, Equatable {
  /// What is expected of a text, in words: "a number", "one of exact, armijo".
  static var expectation: String { get }
  /// The texts of all values, where they can be counted out; none else.
  static var choices: [String] { get }
  /// Reads a value, or returns nil where the text is none.
  init?(hyperparameter text: String)
  /// The text that reads back as this value; part of a run's key.
  var hyperparameterText: String { get }
  /// The value as a number, for range checks and schedules; nil where it is none.
  var hyperparameterNumber: Double? { get }
}

extension HyperparameterValue {
  public static var choices: [String] { [] }
}

extension Double: HyperparameterValue {
  public static var expectation: String { "a number" }
  public init?(hyperparameter text: String) { self.init(text) }
  public var hyperparameterText: String { shortest(self) }
  public var hyperparameterNumber: Double? { self }
}

extension Int: HyperparameterValue {
  public static var expectation: String { "a whole number" }
  public init?(hyperparameter text: String) {
    if let value = Int(text) {
      self = value
    } else if let value = Double(text), let exact = Int(exactly: value) {
      self = exact  // 1e4
    } else {
      return nil
    }
  }
  public var hyperparameterText: String { String(self) }
  public var hyperparameterNumber: Double? { Double(self) }
}

extension Bool: HyperparameterValue {
  public static var expectation: String { "true or false" }
  public static var choices: [String] { ["true", "false"] }
  public init?(hyperparameter text: String) {
    switch text.lowercased() {
    case "true", "yes", "on", "1": self = true
    case "false", "no", "off", "0": self = false
    default: return nil
    }
  }
  public var hyperparameterText: String { self ? "true" : "false" }
  public var hyperparameterNumber: Double? { nil }
}

/// A hyperparameter that is one of some named cases.
///
///     public enum LineSearch: String, Choice { case exact, armijo }
public protocol Choice: HyperparameterValue, CaseIterable, RawRepresentable
where RawValue == String {}

extension Choice {
  public static var expectation: String {
    "one of " + choices.joined(separator: ", ")
  }
  public static var choices: [String] { allCases.map(\.rawValue) }
  public init?(hyperparameter text: String) { self.init(rawValue: text) }
  public var hyperparameterText: String { rawValue }
  public var hyperparameterNumber: Double? { nil }
}
