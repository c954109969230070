// How often numbers fall where.

import Glibc

/// How many of a set of numbers fall into each of several equal bins of a range.
///
/// A number on the border between two bins belongs to the upper one; one at the upper end of the range
/// to the last bin. What lies outside of the range, and NaN, is counted apart.
public struct Histogram: Sendable, Equatable {
  /// From where to where the bins reach.
  public let range: ClosedRange<Double>
  /// The numbers in each bin, from the lowest to the highest.
  public private(set) var counts: [Int]
  /// The numbers below the range.
  public private(set) var below = 0
  /// The numbers above it.
  public private(set) var above = 0
  /// What is no number.
  public private(set) var undefined = 0

  /// - Parameters:
  ///   - range: of some extent.
  ///   - bins: how many; at least one.
  public init(_ values: [Float], in range: ClosedRange<Double>, bins: Int) {
    self.init(range: range, bins: bins)
    for value in values { add(Double(value)) }
  }

  /// That of the decimal logarithms of the sizes of numbers: 0 lies below every range.
  public init(sizesOf values: [Float], in range: ClosedRange<Double>, bins: Int) {
    self.init(range: range, bins: bins)
    for value in values { add(log10(Double(value.magnitude))) }
  }

  private init(range: ClosedRange<Double>, bins: Int) {
    precondition(bins > 0 && range.lowerBound < range.upperBound, "a histogram needs a bin")
    self.range = range
    counts = Array(repeating: 0, count: bins)
  }

  private mutating func add(_ value: Double) {
    if value < range.lowerBound {
      below += 1
    } else if value > range.upperBound {
      above += 1
    } else if value.isNaN {
      undefined += 1
    } else {
      let bin = Int(
        (value - range.lowerBound) / (range.upperBound - range.lowerBound)
          * Double(counts.count))
      counts[min(bin, counts.count - 1)] += 1
    }
  }

  /// All numbers, those outside of the range included.
  public var count: Int { counts.reduce(below + above + undefined, +) }

  /// The width of a bin.
  public var width: Double { (range.upperBound - range.lowerBound) / Double(counts.count) }

  /// The middle of a bin.
  public func centre(_ bin: Int) -> Double { range.lowerBound + (Double(bin) + 0.5) * width }

  /// The share of all numbers in each bin; 0 without any.
  public var shares: [Double] { counts.map { Double($0) / Double(max(count, 1)) } }

  /// Each bin relative to the fullest one, in 0...1; 0 where all are empty.
  public var heights: [Double] {
    let most = Double(max(counts.max() ?? 0, 1))
    return counts.map { Double($0) / most }
  }
}
