// Which examples make up the minibatch of a step.

import OptimizerKit

/// The order of the data: in each epoch every example once, shuffled anew, in minibatches of
/// `batch`; what is left over at the end of an epoch is left out.
///
/// The order of epoch e is a Fisher–Yates shuffle by the random stream of seed, `.dataOrder` and e
/// alone, so that the minibatch of any step can be recomputed.
public struct MinibatchOrder: Sendable {
  /// The number of examples.
  public let count: Int
  /// The size of a minibatch.
  public let batch: Int
  private let seed: UInt64
  private var epoch = -1
  private var order: [Int32]

  /// The order of `count` examples in the run with `seed`.
  public init(count: Int, batch: Int, seed: UInt64) {
    precondition(batch > 0 && batch <= count, "a minibatch is at most as large as the data")
    self.count = count
    self.batch = batch
    self.seed = seed
    order = Array(repeating: 0, count: count)
  }

  /// How many steps go through the data once.
  public var stepsPerEpoch: Int { count / batch }

  /// Calls `body` with the indices of the minibatch of `step`, from 1.
  public mutating func withIndices<T>(step: Int, _ body: (UnsafeBufferPointer<Int32>) -> T) -> T {
    precondition(step >= 1, "steps are counted from 1")
    let (epoch, position) = (step - 1).quotientAndRemainder(dividingBy: stepsPerEpoch)
    if epoch != self.epoch { shuffle(epoch) }
    return order.withUnsafeBufferPointer { order in
      body(UnsafeBufferPointer(rebasing: order[position * batch..<(position + 1) * batch]))
    }
  }

  private mutating func shuffle(_ epoch: Int) {
    self.epoch = epoch
    var source = RandomSource(seed: seed, purpose: .dataOrder, step: epoch)
    order.withUnsafeMutableBufferPointer { order in
      for i in order.indices { order[i] = Int32(i) }
      var i = order.count - 1
      while i > 0 {
        order.swapAt(i, source.index(below: i + 1))
        i -= 1
      }
    }
  }
}
