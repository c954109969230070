// What may be changed about a problem without a change in how an optimizer goes through it.

/// Changes of a problem under which the path of an optimizer is the same, seen through the change.
///
/// An optimizer that claims one is held to it by `optlab check`, which measures all.
public struct Invariances: OptionSet, Sendable, CustomStringConvertible {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The loss times a positive number: adaptive and sign methods, up to their ε; Newton's.
  public static let scale = Invariances(rawValue: 1)
  /// A rotation or reflection of the coordinates within each tensor: gradient descent, momentum.
  public static let rotation = Invariances(rawValue: 2)
  /// Another order of the coordinates within each tensor: all coordinate-wise rules.
  public static let permutation = Invariances(rawValue: 4)
  /// Another origin: everything without weight decay or norms of weights.
  public static let translation = Invariances(rawValue: 8)

  /// Each of them, with its name in words.
  public static let all: [(invariance: Invariances, name: String)] = [
    (.scale, "scale of the loss"), (.rotation, "rotation"), (.permutation, "permutation"),
    (.translation, "translation"),
  ]

  public var description: String {
    Self.all.filter { contains($0.invariance) }.map(\.name).joined(separator: ", ")
  }
}
