import Foundation
import Networks
import OptimizerKit
import Testing

@Suite("softmax cross-entropy")
struct LossTests {
  func mean<R: NetworkScalar>(_ z: [R], labels: [Int32], gradient: inout [R]) -> Double {
    labels.withUnsafeBufferPointer { labels in
      SoftmaxCrossEntropy().mean(
        z, columns: z.count / labels.count,
        batch: Batch(inputs: z, labels: labels.baseAddress!, examples: labels.count),
        features: z.count / labels.count, gradient: &gradient)
    }
  }

  @Test func agreesWithItsDefinition() {
    let z = [0.5, -1, 2, 3, 3, -4]
    var gradient = [Double](repeating: .nan, count: 6)
    let loss = mean(z, labels: [2, 0], gradient: &gradient)
    var expected = 0.0
    for (row, label) in [(0, 2), (1, 0)] {
      let sum = (0..<3).reduce(0) { $0 + exp(z[3 * row + $1]) }
      expected += (log(sum) - z[3 * row + label]) / 2
      for j in 0..<3 {
        let share = exp(z[3 * row + j]) / sum - (j == label ? 1 : 0)
        #expect(abs(gradient[3 * row + j] - share / 2) < 1e-15)
      }
    }
    #expect(abs(loss - expected) < 1e-15)
  }

  @Test(arguments: [Float(64), -64, 1024])
  func doesNotChangeWithAShift(_ shift: Float) {
    // Multiples of 1/16, so that shifting rounds nothing.
    let z: [Float] = [0.5, -1, 2.25, 3, 3.125, -4]
    var a = [Float](repeating: .nan, count: 6)
    var b = a
    let first = mean(z, labels: [2, 0], gradient: &a)
    let second = mean(z.map { $0 + shift }, labels: [2, 0], gradient: &b)
    #expect(first == second)
    #expect(a == b)
  }

  @Test func largeOutputsDoNotOverflow() {
    var gradient = [Float](repeating: .nan, count: 2)
    #expect(mean([3e4, -3e4], labels: [1], gradient: &gradient) == 6e4)
    #expect(gradient == [1, -1])
  }

  @Test func nanIsNotHidden() {
    var gradient = [Float](repeating: 0, count: 2)
    #expect(mean([.nan, 1], labels: [1], gradient: &gradient).isNaN)
    #expect(mean([1, .nan], labels: [0], gradient: &gradient).isNaN)
  }

  @Test(arguments: Activation.allCases)
  func activationsKeepNaN(_ activation: Activation) throws {
    let network = try Network<Float>([Dense(20, activation)], input: [1], capacity: 1)
    var parameters = [Float](repeating: 0, count: 40)
    for sign in [Float(1), -1] {
      for j in 0..<20 { parameters[20 + j] = sign * .nan }
      let outputs = network.forward(
        [1], parameters: parameters, pass: Pass(examples: 1, isTraining: true))
      #expect((0..<20).allSatisfy { outputs[$0].isNaN })
    }
  }
}
