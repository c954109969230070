import Networks
import Testing

@Suite("the order of the data")
struct MinibatchOrderTests {
  func indices(_ order: inout MinibatchOrder, _ step: Int) -> [Int32] {
    order.withIndices(step: step) { Array($0) }
  }

  @Test func anEpochVisitsEveryExampleOnce() {
    var order = MinibatchOrder(count: 12, batch: 4, seed: 1)
    #expect(order.stepsPerEpoch == 3)
    let first = (1...3).flatMap { indices(&order, $0) }
    let second = (4...6).flatMap { indices(&order, $0) }
    #expect(first.sorted() == Array(0..<12))
    #expect(second.sorted() == Array(0..<12))
    #expect(first != second)
  }

  /// Every order of four examples comes as often as the others: χ² of 23 degrees of freedom over 24,000
  /// seeds stays below its 1 − 10⁻⁶ quantile, 71.1.
  @Test func everyOrderIsAsLikely() {
    var counts: [[Int32]: Int] = [:]
    for seed in 0..<24_000 as Range<UInt64> {
      var order = MinibatchOrder(count: 4, batch: 4, seed: seed)
      counts[indices(&order, 1), default: 0] += 1
    }
    #expect(counts.count == 24)
    let chiSquare = counts.values.reduce(0.0) { sum, count in
      sum + Double((count - 1000) * (count - 1000)) / 1000
    }
    #expect(chiSquare < 71.1)
  }

  /// So does every order over the epochs of one run.
  @Test func epochsAreIndependent() {
    var order = MinibatchOrder(count: 3, batch: 3, seed: 9)
    var counts: [[Int32]: Int] = [:]
    for epoch in 1...6000 { counts[indices(&order, epoch), default: 0] += 1 }
    let chiSquare = counts.values.reduce(0.0) { sum, count in
      sum + Double((count - 1000) * (count - 1000)) / 1000
    }
    // 5 degrees of freedom, 1 − 10⁻⁶.
    #expect(counts.count == 6 && chiSquare < 35.9)
  }

  @Test func anyStepCanBeRecomputed() {
    var order = MinibatchOrder(count: 13, batch: 4, seed: 1)
    let forward = (1...9).map { indices(&order, $0) }
    let backward = (1...9).reversed().map { indices(&order, $0) }
    #expect(Array(backward.reversed()) == forward)
    var other = MinibatchOrder(count: 13, batch: 4, seed: 2)
    #expect(indices(&other, 1) != forward[0])
  }
}
