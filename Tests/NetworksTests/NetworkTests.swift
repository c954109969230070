import LinearAlgebra
import Networks
import OptimizerKit
import Testing

@Suite("networks")
struct NetworkTests {
  let layers: [any Layer] = [Flatten(), Dense(5, .relu), Dense(4, .tanh), Dense(3)]

  @Test func layoutNamesEveryTensor() throws {
    let network = try Network<Float>(layers, input: [1, 2, 3], capacity: 2)
    let tensors = network.layout.tensors
    #expect(
      tensors.map(\.name) == [
        "dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias", "dense3.weight",
        "dense3.bias",
      ])
    #expect(tensors.map(\.shape) == [[5, 6], [5], [4, 5], [4], [3, 4], [3]])
    #expect(tensors.map(\.role) == [.weight, .bias, .weight, .bias, .weight, .bias])
    #expect(tensors.map(\.fanIn) == [6, 1, 5, 1, 4, 1])
    #expect(tensors.map(\.offset) == [0, 30, 35, 55, 59, 71])
    #expect(network.layout.count == 74)
    #expect(network.output == [3])
  }

  @Test func shapesThatDoNotFitAreNamed() {
    let error = #expect(throws: ShapeError.self) {
      try Network<Float>([Dense(10)], input: [1, 28, 28], capacity: 1)
    }
    #expect(
      error?.description
        == "dense1 takes one axis (a flatten layer before it makes it so); its input is 1×28×28")
  }

  @Test func tensorsHaveRandomStreamsOfTheirOwn() throws {
    func parameters(_ layers: [any Layer], _ seed: UInt64) throws -> [Float] {
      let network = try Network<Float>(layers, input: [6], capacity: 1)
      var x = [Float](repeating: .nan, count: network.layout.count)
      network.initialize(&x, seed: seed)
      return x
    }
    let small = try parameters([Dense(5), Dense(3)], 1)
    #expect(try parameters([Dense(5), Dense(3)], 1) == small)
    #expect(try parameters([Dense(5), Dense(3)], 2) != small)
    // The first layer's weights do not depend on what follows.
    #expect(try parameters([Dense(5), Dense(7)], 1).prefix(35) == small.prefix(35))
    #expect(!small.contains { $0.isNaN })
  }
}
