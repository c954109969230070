// Values of a description, as JSON has them.

/// A fact about a training: a text, a number, or facts under names.
public enum Fact: Sendable, Equatable {
  case text(String)
  case number(Double)
  case count(Int)
  case flag(Bool)
  case list([Fact])
  case group([String: Fact])
  /// There is none.
  case nothing

  /// The stored properties of a value, by name, and theirs in turn. What has a text of its own, as
  /// hyperparameters and named cases do, is that text.
  public init(describing value: Any) {
    switch value {
    case let fact as Fact: self = fact
    case let flag as Bool: self = .flag(flag)
    case let count as Int: self = .count(count)
    case let number as Double: self = .number(number)
    case let text as String: self = .text(text)
    case let value as any HyperparameterValue: self = .text(value.hyperparameterText)
    case let value as any RawRepresentable: self = Fact(describing: value.rawValue)
    default: self = Fact(reflecting: value)
    }
  }

  private init(reflecting value: Any) {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: self = mirror.children.first.map { Fact(describing: $0.value) } ?? .nothing
    case .collection, .set: self = .list(mirror.children.map { Fact(describing: $0.value) })
    case .struct, .class, .tuple: self = .group(Fact.properties(of: value))
    // A number of another type, or a case without a value.
    default: self = .text("\(value)")
    }
  }

  /// The stored properties of a value, by name.
  public static func properties(of value: Any) -> [String: Fact] {
    let named = Mirror(reflecting: value).children.compactMap { child in
      child.label.map { ($0, Fact(describing: child.value)) }
    }
    return Dictionary(named) { _, last in last }
  }
}

extension Fact: ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
  ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .text(text) }
  public init(dictionaryLiteral facts: (String, Fact)...) {
    self = .group(Dictionary(facts) { _, last in last })
  }

  /// One number for each axis.
  public static func axes(_ lengths: [Int]) -> Fact { .list(lengths.map(Fact.count)) }
}

extension Fact: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .count(let count): try container.encode(count)
    case .flag(let flag): try container.encode(flag)
    case .list(let facts): try container.encode(facts)
    case .group(let facts): try container.encode(facts)
    case .nothing: try container.encodeNil()
    }
  }
}
