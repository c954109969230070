// How a plugin declares a hyperparameter: once, with default, valid range, scale and help.

/// A hyperparameter of an optimizer, a schedule or a problem.
///
///     @Hyperparameter("decay rate of the first moment", in: 0..<1) public var beta1 = 0.9
///     @Hyperparameter("learning rate", in: .positive, scale: .log) public var lr = 1e-3
///     @Hyperparameter("use the maximum of all v") public var amsgrad = false
///
/// From this one declaration come parsing, validation and its messages, `optlab show`, search
/// spaces and the key of a run. The wrapped value is a plain stored number: reading it in an
/// update rule costs a load.
@propertyWrapper
public struct Hyperparameter<Value: HyperparameterValue>: Sendable {
  /// The value in force.
  public var wrappedValue: Value
  /// One line: what it is.
  public let help: StaticString
  /// Which values are valid.
  public let bounds: Bounds
  /// On which scale it is searched and drawn.
  public let scale: Scale
  /// Where a search looks, if that is narrower than what is valid.
  public let search: ClosedRange<Double>?

  /// A number with its valid range.
  ///
  /// - Parameters:
  ///   - help: one line: what it is.
  ///   - bounds: `0...1`, `0..<1`, `0...`, `.positive` or `.any`.
  ///   - scale: `.log` where ratios matter rather than differences.
  ///   - search: the interval that a tuner draws from.
  @inlinable
  public init(
    wrappedValue: Value, _ help: StaticString, in bounds: some BoundsConvertible,
    scale: Scale = .linear, search: ClosedRange<Double>? = nil
  ) where Value: Numeric {
    self.wrappedValue = wrappedValue
    self.help = help
    self.bounds = bounds.bounds
    self.scale = scale
    self.search = search
  }

  /// A number with its valid range, written as a name: `in: .positive`.
  @inlinable
  public init(
    wrappedValue: Value, _ help: StaticString, in bounds: Bounds,
    scale: Scale = .linear, search: ClosedRange<Double>? = nil
  ) where Value: Numeric {
    self.wrappedValue = wrappedValue
    self.help = help
    self.bounds = bounds
    self.scale = scale
    self.search = search
  }

  /// A switch, or a choice of named cases.
  @inlinable
  public init(wrappedValue: Value, _ help: StaticString) {
    self.wrappedValue = wrappedValue
    self.help = help
    self.bounds = .any
    self.scale = .linear
    self.search = nil
  }
}

/// Hyperparameters that several plugins share: a struct whose `@Hyperparameter` properties count as
/// those of the plugin that has it as a property. Their names must be others than the plugin's own.
public protocol HyperparameterGroup: Sendable {}

/// The scale on which a hyperparameter is searched and drawn.
public enum Scale: String, Sendable {
  case linear, log
}

/// An interval of the real line, open or closed at either end.
public struct Bounds: Sendable, Equatable, CustomStringConvertible {
  public var lower: Double
  public var upper: Double
  public var includesLower: Bool
  public var includesUpper: Bool

  @inlinable
  public init(lower: Double, includesLower: Bool, upper: Double, includesUpper: Bool) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower
    self.includesUpper = includesUpper
  }

  /// Every finite number.
  @inlinable public static var any: Bounds {
    Bounds(lower: -.infinity, includesLower: false, upper: .infinity, includesUpper: false)
  }
  /// Every finite number above 0.
  @inlinable public static var positive: Bounds {
    Bounds(lower: 0, includesLower: false, upper: .infinity, includesUpper: false)
  }

  /// Whether `value` is finite and inside.
  public func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    return (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }

  /// In the usual notation, `[0, 1)`.
  public var description: String {
    let left = lower == -.infinity ? "(-∞" : (includesLower ? "[" : "(") + shortest(lower)
    let right = upper == .infinity ? "∞)" : shortest(upper) + (includesUpper ? "]" : ")")
    return left + ", " + right
  }
}

/// A range expression that states bounds.
public protocol BoundsConvertible {
  var bounds: Bounds { get }
}

extension ClosedRange: BoundsConvertible where Bound == Double {
  @inlinable public var bounds: Bounds {
    Bounds(lower: lowerBound, includesLower: true, upper: upperBound, includesUpper: true)
  }
}
extension Range: BoundsConvertible where Bound == Double {
  @inlinable public var bounds: Bounds {
    Bounds(lower: lowerBound, includesLower: true, upper: upperBound, includesUpper: false)
  }
}
extension PartialRangeFrom: BoundsConvertible where Bound == Double {
  @inlinable public var bounds: Bounds {
    Bounds(lower: lowerBound, includesLower: true, upper: .infinity, includesUpper: false)
  }
}

/// The shortest decimal that reads back as `value`, without a trailing ".0".
public func shortest(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
