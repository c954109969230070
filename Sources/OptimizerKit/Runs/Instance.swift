// Which of a surface's random instances is meant.

/// An instance of a surface: a start drawn from a number and, unless only starts are asked for, a rotation
/// and a shift of the coordinates that the optimizer works in.
///
/// Instance 7 is always the same, for every optimizer and on every machine.
public struct Instance: Codable, Sendable, Hashable {
  /// What everything random in it is drawn from.
  public var number: UInt64
  /// Whether the coordinates are rotated and shifted; see `MovedSurface`.
  public var isMoved: Bool

  public init(_ number: UInt64, isMoved: Bool = true) {
    self.number = number
    self.isMoved = isMoved
  }
}
