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

  /// Those of a rule that moves each coordinate by its own gradients, whatever it makes of them.
  ///
  /// - Parameter weightDecay: of any kind; where it is not 0 the origin matters.
  public static func coordinateWise(weightDecay: Double = 0) -> Invariances {
    weightDecay == 0 ? [.permutation, .translation] : .permutation
  }

  /// Those of a rule that is linear in the gradients, as momentum is.
  public static func linear(weightDecay: Double = 0) -> Invariances {
    coordinateWise(weightDecay: weightDecay).union(.rotation)
  }

  /// Those of a coordinate-wise rule that divides the gradient by one of its own kind, as Adam does, or
  /// goes by its sign.
  ///
  /// - Parameters:
  ///   - epsilon: what is added to a gradient's size; it is not noticed up to 10⁻⁶.
  ///   - weightDecay: where it joins the gradient, the size of that matters too.
  ///   - decoupled: whether it does not join the gradient.
  public static func adaptive(
    epsilon: Double = 0, weightDecay: Double = 0, decoupled: Bool = false
  ) -> Invariances {
    let isUnitless = epsilon <= 1e-6 && (decoupled || weightDecay == 0)
    return coordinateWise(weightDecay: weightDecay).union(isUnitless ? .scale : [])
  }

  /// Each of them, with its name in words.
  public static let all: [(invariance: Invariances, name: String)] = [
    (.scale, "scale of the loss"), (.rotation, "rotation"), (.permutation, "permutation"),
    (.translation, "translation"),
  ]

  public var description: String {
    Self.all.filter { contains($0.invariance) }.map(\.name).joined(separator: ", ")
  }
}
