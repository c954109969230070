// What a conformance check has to say.

/// Something that a plugin does not uphold, or that its author may want to know.
public struct ConformanceFinding: Sendable, Equatable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Sendable {
    /// The plugin breaks the contract.
    case failure
    /// Worth knowing; no fault.
    case note
  }

  public let severity: Severity
  /// The check, in a word or two: "gradient", "minimum".
  public let check: String
  /// What is wrong, and where.
  public let message: String
  /// What was expected and what was found; empty where there is nothing to compare.
  public let expected: String
  public let actual: String

  public init(
    _ check: String, _ message: String, expected: String = "", actual: String = "",
    severity: Severity = .failure
  ) {
    self.severity = severity
    self.check = check
    self.message = message
    self.expected = expected
    self.actual = actual
  }

  public var description: String {
    var text = "\(check): \(message)"
    if !expected.isEmpty { text += "; expected \(expected)" }
    if !actual.isEmpty { text += ", got \(actual)" }
    return text
  }
}

/// A point as a reader wants to see it: at most four coordinates, five digits each.
func describe(_ point: some Collection<Double>) -> String {
  let shown = point.prefix(4).map { rounded($0) }.joined(separator: ", ")
  return "(" + shown + (point.count > 4 ? ", … \(point.count) in all)" : ")")
}

/// About five significant digits.
func rounded(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var scale = 1.0
  while value.magnitude * scale < 1e4, scale < 1e18 { scale *= 10 }
  let near = (value * scale).rounded() / scale
  return near == 0 ? "\(value)" : "\(near)"
}
