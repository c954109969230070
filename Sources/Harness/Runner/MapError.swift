// A map that could not be made.

/// Why a map could not be made.
public struct MapError: Error, CustomStringConvertible {
  public let description: String
}
