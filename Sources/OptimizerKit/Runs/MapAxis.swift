// One axis of a map.

/// What changes from cell to cell along one axis of a map, and the values that it takes.
public struct MapAxis: Codable, Sendable, Hashable {
  /// Where the values belong.
  public enum Place: Codable, Sendable, Hashable {
    /// A hyperparameter of the optimizer, so many levels of wrapping inside.
    case optimizer(level: Int)
    /// A hyperparameter of the problem: each value is another surface.
    case problem
    /// A coordinate of the start.
    case start(coordinate: Int)

    /// Whether it is a coordinate of the start.
    public var isStart: Bool {
      if case .start = self { true } else { false }
    }
  }

  public let place: Place
  /// The name of the hyperparameter, or of the coordinate: "lr", "x0".
  public let name: String
  /// The values as they are written in a run's specification, from one end to the other.
  public let values: [String]
  /// Whether they lie at equal ratios rather than at equal distances.
  public let isLogarithmic: Bool

  public init(place: Place, name: String, values: [String], isLogarithmic: Bool) {
    self.place = place
    self.name = name
    self.values = values
    self.isLogarithmic = isLogarithmic
  }

  /// The values as numbers.
  public var numbers: [Double] { values.map { Double($0) ?? .nan } }
  /// How many cells lie along it.
  public var count: Int { values.count }
}
