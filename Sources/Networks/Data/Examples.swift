// Labelled examples, from which minibatches are gathered.

/// A set of labelled examples.
///
/// The `shape` of an image is [channels, height, width]; in memory its channels lie innermost
/// (height × width × channels), so that the channel of feature j is j mod channels. With one channel
/// both orders are the same.
public protocol Examples: Sendable {
  /// The number of examples.
  var count: Int { get }
  /// The shape of each.
  var shape: Shape { get }
  /// The number of classes.
  var classes: Int { get }
  /// The classes of all examples, in order.
  var allLabels: [Int32] { get }
  /// Copies the examples with these indices, in this order, ready for the first layer.
  ///
  /// - Parameters:
  ///   - indices: each from 0 to `count` − 1.
  ///   - inputs: indices × `shape.count`; written.
  ///   - labels: one for each index; written.
  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>)
  /// The same for a step of training, where examples may be varied at random; what is drawn depends
  /// on `seed`, `step` and the place in `indices` alone. Allocates nothing.
  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, seed: UInt64, step: Int)
}

extension Examples {
  /// The examples as they are, at every step.
  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, seed: UInt64, step: Int
  ) {
    gather(indices, inputs: inputs, labels: labels)
  }

  /// The first `count` of these examples; all of them where there are fewer.
  public func prefix(_ count: Int) -> any Examples {
    count < self.count ? FirstExamples(base: self, count: count) : self
  }
}

/// The first of some examples.
struct FirstExamples<Base: Examples>: Examples {
  let base: Base
  let count: Int
  var shape: Shape { base.shape }
  var classes: Int { base.classes }
  var allLabels: [Int32] { Array(base.allLabels.prefix(count)) }

  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>
  ) {
    base.gather(indices, inputs: inputs, labels: labels)
  }

  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, seed: UInt64, step: Int
  ) {
    base.gather(indices, inputs: inputs, labels: labels, seed: seed, step: step)
  }
}
