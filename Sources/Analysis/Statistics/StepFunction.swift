// Functions that only jump.

import OptimizerKit

/// A function that is constant between jumps and takes its new value at each of them.
public struct StepFunction: Sendable, Equatable {
  /// Where it jumps, ascending.
  public let places: [Double]
  /// The value from each of these places on.
  public let values: [Double]
  /// The value before the first of them.
  public let start: Double

  /// The share of `count` observations that are at most x; those that are not finite never are.
  init(shareOf observations: [Double], count: Int) {
    var places: [Double] = []
    var values: [Double] = []
    for (i, x) in observations.filter(\.isFinite).sorted().enumerated() {
      if places.last == x {
        values[values.count - 1] = Double(i + 1) / Double(count)
      } else {
        places.append(x)
        values.append(Double(i + 1) / Double(count))
      }
    }
    self.places = places
    self.values = values
    start = 0
  }

  /// The value at x. Time: logarithmic in the number of jumps.
  public func callAsFunction(_ x: Double) -> Double {
    var (lower, upper) = (0, places.count)
    while lower < upper {
      let middle = (lower + upper) / 2
      if places[middle] <= x { lower = middle + 1 } else { upper = middle }
    }
    return lower == 0 ? start : values[lower - 1]
  }

  /// The exact integral over an interval.
  public func integral(over interval: ClosedRange<Double>) -> Double {
    var sum = 0.0
    var (from, value) = (interval.lowerBound, self(interval.lowerBound))
    for (place, next) in zip(places, values)
    where place > interval.lowerBound && place < interval.upperBound {
      sum += (place - from) * value
      (from, value) = (place, next)
    }
    return sum + (interval.upperBound - from) * value
  }
}
