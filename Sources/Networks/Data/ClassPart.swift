// Some classes of a data set.

import OptimizerKit

/// The examples of some classes, which are numbered anew from 0 in the order in which they are named.
public struct ClassPart: Examples {
  private let base: any Examples
  /// Where each example stands in the base.
  private let places: [Int32]
  /// The new number of each class of the base.
  private let numbers: [Int32]
  public let classes: Int

  public var count: Int { places.count }
  public var shape: Shape { base.shape }
  public var allLabels: [Int32] {
    let labels = base.allLabels
    return places.map { numbers[Int(labels[Int($0)])] }
  }

  /// All examples of some classes, in their order.
  ///
  /// - Parameter classes: each from 0 to `base.classes` − 1, none of them twice.
  public init(_ base: any Examples, classes: [Int]) {
    self.init(base, classes: classes) { $0 }
  }

  /// So many examples of each of some classes, drawn by a seed; all where there are fewer.
  ///
  /// - Parameter classes: each from 0 to `base.classes` − 1, none of them twice.
  public init(_ base: any Examples, classes: [Int], each most: Int, seed: UInt64) {
    var random = RandomSource(seed: seed, purpose: .instance)
    self.init(base, classes: classes) { Array($0.shuffled(using: &random).prefix(most)) }
  }

  /// - Parameter choose: which examples of one class are taken.
  private init(_ base: any Examples, classes: [Int], choose: ([Int32]) -> [Int32]) {
    var numbers = [Int32](repeating: -1, count: base.classes)
    for (number, old) in classes.enumerated() {
      precondition(numbers.indices.contains(old) && numbers[old] < 0, "classes of the base, once")
      numbers[old] = Int32(number)
    }
    var ofClass = [[Int32]](repeating: [], count: classes.count)
    for (place, label) in base.allLabels.enumerated() where numbers[Int(label)] >= 0 {
      ofClass[Int(numbers[Int(label)])].append(Int32(place))
    }
    self.base = base
    self.numbers = numbers
    self.classes = classes.count
    places = ofClass.flatMap(choose).sorted()
  }

  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>
  ) {
    withPlaces(of: indices, labels: labels) { base.gather($0, inputs: inputs, labels: labels) }
  }

  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, seed: UInt64, step: Int
  ) {
    withPlaces(of: indices, labels: labels) {
      base.gather($0, inputs: inputs, labels: labels, seed: seed, step: step)
    }
  }

  /// Calls `body`, which writes labels of the base, with the places of examples; then renames the labels.
  private func withPlaces(
    of indices: UnsafeBufferPointer<Int32>, labels: UnsafeMutablePointer<Int32>,
    _ body: (UnsafeBufferPointer<Int32>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: indices.count) { buffer in
      for (row, index) in indices.enumerated() { buffer[row] = places[Int(index)] }
      body(UnsafeBufferPointer(buffer))
    }
    for row in indices.indices { labels[row] = numbers[Int(labels[row])] }
  }
}
