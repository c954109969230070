// A map that was made: what it is of, and what came of its cells.

/// A finished map.
public struct OutcomeMap: Sendable {
  /// The content-derived key.
  public let key: String
  /// The optimizer and the problem as they were asked for.
  public let label: String
  public let spec: MapSpec
  public let cells: MapCells

  public init(key: String, label: String, spec: MapSpec, cells: MapCells) {
    self.key = key
    self.label = label
    self.spec = spec
    self.cells = cells
  }
}
