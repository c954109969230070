// A map that is to be made.

import OptimizerKit

/// A map that can be made: what it is, and what has no part in its numbers.
public struct MapJob: Sendable {
  /// The content-derived key.
  public let key: String
  public let label: String
  public let spec: MapSpec
  /// Whether the problem is a surface; the cells of other problems are runs of their own.
  public let isOnSurface: Bool
  /// The source files of the plugins that it uses.
  public let files: [String]
  /// What the optimizer says of its way with the problem.
  public let remark: String?

  /// The most cells of a map on a surface: each takes `MapCells.bytesOfCell`, and some more while it is
  /// drawn.
  public static let mostCells = 4_000_000
  /// The most coordinates that the starts of its problems may have in all.
  static let mostCoordinates = 1 << 24
}
