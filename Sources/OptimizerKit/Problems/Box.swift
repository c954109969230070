// The part of space that some problems are confined to.

/// A range for each coordinate.
public struct Box: Sendable, Equatable {
  public let ranges: [ClosedRange<Double>]

  public init(_ ranges: [ClosedRange<Double>]) { self.ranges = ranges }

  /// The same range for all coordinates.
  public init(_ range: ClosedRange<Double>, dimension: Int) {
    ranges = Array(repeating: range, count: dimension)
  }

  public func contains(_ x: [Double]) -> Bool {
    zip(ranges, x).allSatisfy { $0.contains($1) }
  }

  /// Moves points to the nearest ones in the box; what is no number stays.
  ///
  /// - Parameter lanes: how many points there are: coordinate d of the k-th is `x[d * lanes + k]`.
  public func confine(_ x: UnsafeMutablePointer<Double>, lanes: Int = 1) {
    for (d, range) in ranges.enumerated() {
      for i in d * lanes..<(d + 1) * lanes {
        if x[i] < range.lowerBound {
          x[i] = range.lowerBound
        } else if x[i] > range.upperBound {
          x[i] = range.upperBound
        }
      }
    }
  }
}
