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

  @Test func anyStepCanBeRecomputed() {
    var order = MinibatchOrder(count: 13, batch: 4, seed: 1)
    let forward = (1...9).map { indices(&order, $0) }
    let backward = (1...9).reversed().map { indices(&order, $0) }
    #expect(Array(backward.reversed()) == forward)
    var other = MinibatchOrder(count: 13, batch: 4, seed: 2)
    #expect(indices(&other, 1) != forward[0])
  }
}
