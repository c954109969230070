// A plugin's hyperparameters by name: listing, reading, setting, checking.

/// A hyperparameter as others see it.
public struct HyperparameterDescription: Sendable {
  /// Its name: that of the property.
  public let name: String
  /// The text of its value.
  public let value: String
  /// The value as a number, where it is one.
  public let number: Double?
  /// One line: what it is.
  public let help: String
  /// What a value must look like.
  public let expectation: String
  /// All values, where they can be counted out; none else.
  public let choices: [String]
  /// Which values are valid.
  public let bounds: Bounds
  /// On which scale it is searched and drawn.
  public let scale: Scale
  /// Where a search looks.
  public let search: ClosedRange<Double>?

  /// "a number in [0, 1)": what a valid value is.
  public var validity: String {
    bounds == .any ? expectation : "\(expectation) in \(bounds)"
  }
}

/// Why a hyperparameter cannot be set.
public enum HyperparameterError: Error, Sendable, Equatable, CustomStringConvertible {
  case unknown(name: String, plugin: String, known: [String])
  case malformed(name: String, value: String, plugin: String, expected: String)
  case outOfRange(name: String, value: String, plugin: String, expected: String)
  case inconsistent(plugin: String, reason: String)

  public var description: String {
    switch self {
    case .unknown(let name, let plugin, let known):
      let nearest = nearestNames(to: name, among: known)
      let hint = nearest.isEmpty ? "" : " Did you mean \(nearest.joined(separator: " or "))?"
      let list = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
      return "\(plugin) has no hyperparameter '\(name)'.\(hint) (\(list))"
    case .malformed(let name, let value, let plugin, let expected),
      .outOfRange(let name, let value, let plugin, let expected):
      return "\(plugin): \(name) = \(value) is not valid; expected \(expected)"
    case .inconsistent(let plugin, let reason):
      return "\(plugin): \(reason)"
    }
  }
}

extension Plugin {
  /// All hyperparameters with the values in force, in the order of declaration.
  public var hyperparameters: [HyperparameterDescription] {
    withUnsafeBytes(of: self) { bytes in
      hyperparameterFields(of: Self.self).map { field in
        field.type.describe(bytes.baseAddress! + field.offset, name: field.name)
      }
    }
  }

  /// The name of every hyperparameter with the text of its value, in the order of declaration.
  var hyperparameterTexts: [(name: String, value: String)] {
    withUnsafeBytes(of: self) { bytes in
      hyperparameterFields(of: Self.self).map { field in
        (field.name, field.type.text(bytes.baseAddress! + field.offset))
      }
    }
  }

  /// The value of a hyperparameter that is a number; nil where there is none of this name.
  package func number(_ name: String) -> Double? {
    guard let field = hyperparameterFields(of: Self.self).first(where: { $0.name == name }) else {
      return nil
    }
    return withUnsafeBytes(of: self) { field.type.number($0.baseAddress! + field.offset) }
  }

  /// Sets one hyperparameter from text, after checking type and range.
  public mutating func set(_ name: String, to text: String) throws(HyperparameterError) {
    let fields = hyperparameterFields(of: Self.self)
    guard let field = fields.first(where: { $0.name == name }) else {
      throw .unknown(name: name, plugin: Self.name, known: fields.map(\.name))
    }
    let outcome = withUnsafeMutableBytes(of: &self) { bytes in
      field.type.set(bytes.baseAddress! + field.offset, from: text)
    }
    switch outcome {
    case .done: return
    case .malformed(let expected):
      throw .malformed(name: name, value: text, plugin: Self.name, expected: expected)
    case .outOfRange(let expected):
      throw .outOfRange(name: name, value: text, plugin: Self.name, expected: expected)
    }
  }

  /// Where the real-valued hyperparameter `name` lies, so that a schedule can set it every step.
  public func scheduledHyperparameter(_ name: String) throws(HyperparameterError)
    -> ScheduledHyperparameter
  {
    let fields = hyperparameterFields(of: Self.self)
    guard let field = fields.first(where: { $0.name == name }) else {
      throw .unknown(name: name, plugin: Self.name, known: fields.map(\.name))
    }
    guard field.type == Hyperparameter<Double>.self else {
      throw .inconsistent(plugin: Self.name, reason: "\(name) is not a real number: no schedule")
    }
    return ScheduledHyperparameter(name: name, offset: field.offset)
  }

  /// Sets a scheduled hyperparameter; its range is the schedule's business, checked beforehand.
  @inlinable
  public mutating func set(_ hyperparameter: ScheduledHyperparameter, to value: Double) {
    withUnsafeMutableBytes(of: &self) { bytes in
      (bytes.baseAddress! + hyperparameter.offset)
        .assumingMemoryBound(to: Hyperparameter<Double>.self).pointee.wrappedValue = value
    }
  }
}

extension Plugin {
  /// Whether every hyperparameter has the value that the preset called `preset` gives it; the empty
  /// name stands for the defaults.
  public func stands(at preset: String) -> Bool {
    var other = Self()
    if !preset.isEmpty {
      guard let preset = Self.presets.first(where: { $0.name == preset }) else { return false }
      for setting in preset.settings {
        guard (try? other.set(setting.name, to: setting.value)) != nil else { return false }
      }
    }
    return other.hyperparameters.map(\.value) == hyperparameters.map(\.value)
  }
}

/// The place of a real-valued hyperparameter within its plugin.
public struct ScheduledHyperparameter: Sendable {
  public let name: String
  @usableFromInline let offset: Int
}
