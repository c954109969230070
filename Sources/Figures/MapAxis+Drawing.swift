// The axes of a map in a picture.

import OptimizerKit

extension MapAxis {
  /// The axis of its values, half a cell longer at either end, so that the cells fill it.
  public var axis: Axis {
    let numbers = numbers
    guard let first = numbers.first, let last = numbers.last, numbers.count > 1 else {
      return Axis(name, 0...1)
    }
    let halves = 2 * Double(numbers.count - 1)
    if isLogarithmic, first > 0 {
      let half = (last / first).logarithm / halves
      return Axis(name, (first / half.exponential)...(last * half.exponential), isLog: true)
    }
    let half = (last - first) / halves
    return Axis(name, (first - half)...(last + half))
  }

  /// The same axis in shares of its length, from 0 to 1, with the marks where the values lie: images have
  /// no logarithmic axes.
  public var axisInShares: Axis {
    let own = axis
    var shares = Axis(Text.oneLine(name), 0...1)
    shares.named = own.ticks.map { (own.share($0.value), $0.text) }
      .filter { (0...1).contains($0.0) }
    if shares.named.isEmpty { shares.marks = 0 }
    return shares
  }

  /// Where a value lies along the axis.
  public func share(_ value: Double) -> Double { axis.share(value) }
  /// Where the middle of a cell lies along the axis.
  public func share(ofCell place: Int) -> Double { (Double(place) + 0.5) / Double(count) }
}

extension Double {
  fileprivate var logarithm: Double { Double.log(self) }
  fileprivate var exponential: Double { Double.exp(self) }
}
