// Finds the `@Hyperparameter` properties of a type.
//
// `Mirror` reads stored properties but cannot write them, and an author should not have to list key
// paths. The standard library's field metadata gives name, type and offset of each; it is SPI, used
// in this one file.

@_spi(Reflection) import Swift
import Synchronization

/// One `@Hyperparameter` property: its name, its place in the value, its wrapper type.
struct HyperparameterField: @unchecked Sendable {
  // Sendable: it holds a name, a number and a type.
  let name: String
  let offset: Int
  let type: any AnyHyperparameter.Type
}

/// The `@Hyperparameter` properties of `type`, in the order of declaration, those of a group in its
/// place. A type is looked at once: its metadata are read by name, which takes a few microseconds a
/// property, and a plan makes thousands of values of one type.
func hyperparameterFields(of type: Any.Type) -> [HyperparameterField] {
  let id = ObjectIdentifier(type)
  if let known = knownFields.withLock({ $0[id] }) { return known }
  let fields = hyperparameterFields(of: type, at: 0)
  knownFields.withLock { $0[id] = fields }
  return fields
}

private let knownFields = Mutex<[ObjectIdentifier: [HyperparameterField]]>([:])

/// - Parameter start: where a value of the type begins within the plugin.
private func hyperparameterFields(of type: Any.Type, at start: Int) -> [HyperparameterField] {
  var fields: [HyperparameterField] = []
  _ = _forEachField(of: type) { label, offset, fieldType, _ in
    let offset = start + offset
    if let wrapper = fieldType as? any AnyHyperparameter.Type {
      let label = String(cString: label)
      let name = label.hasPrefix("_") ? String(label.dropFirst()) : label
      fields.append(HyperparameterField(name: name, offset: offset, type: wrapper))
    } else if fieldType is any HyperparameterGroup.Type {
      fields += hyperparameterFields(of: fieldType, at: offset)
    }
    return true
  }
  return fields
}

/// What came of setting a hyperparameter.
enum SettingOutcome {
  case done
  case malformed(expected: String)
  case outOfRange(expected: String)
}

/// `Hyperparameter` without its value type.
protocol AnyHyperparameter {
  static func describe(_ place: UnsafeRawPointer, name: String) -> HyperparameterDescription
  static func text(_ place: UnsafeRawPointer) -> String
  static func number(_ place: UnsafeRawPointer) -> Double?
  static func set(_ place: UnsafeMutableRawPointer, from text: String) -> SettingOutcome
}

extension Hyperparameter: AnyHyperparameter {
  static func describe(_ place: UnsafeRawPointer, name: String) -> HyperparameterDescription {
    let wrapper = place.assumingMemoryBound(to: Self.self).pointee
    return HyperparameterDescription(
      name: name, value: wrapper.wrappedValue.hyperparameterText,
      number: wrapper.wrappedValue.hyperparameterNumber, help: "\(wrapper.help)",
      expectation: Value.expectation, choices: Value.choices, bounds: wrapper.bounds,
      scale: wrapper.scale,
      search: wrapper.search)
  }

  static func text(_ place: UnsafeRawPointer) -> String {
    place.assumingMemoryBound(to: Self.self).pointee.wrappedValue.hyperparameterText
  }

  static func number(_ place: UnsafeRawPointer) -> Double? {
    place.assumingMemoryBound(to: Self.self).pointee.wrappedValue.hyperparameterNumber
  }

  static func set(_ place: UnsafeMutableRawPointer, from text: String) -> SettingOutcome {
    let pointer = place.assumingMemoryBound(to: Self.self)
    let bounds = pointer.pointee.bounds
    let expected = bounds == .any ? Value.expectation : "\(Value.expectation) in \(bounds)"
    guard let value = Value(hyperparameter: text) else { return .malformed(expected: expected) }
    if let number = value.hyperparameterNumber, !bounds.contains(number) {
      return .outOfRange(expected: expected)
    }
    pointer.pointee.wrappedValue = value
    return .done
  }
}
