// What is recorded of each layer.

import Networks
import OptimizerKit
import Testing

@Suite("statistics of layers")
struct LayerStatisticsTests {
  func session(_ layers: [any Layer]) throws -> NetworkSession {
    let data = try DataSource.moons.load(.normalize)
    return try NetworkSession(
      layers, training: data.training, validation: data.validation, batch: 20, seed: 1)
  }

  @Test func unitsThatAreCutOffAreDead() throws {
    let session = try session([
      Dense(8, .relu, biases: .constant(-100)), Dense(6, .relu, biases: .constant(100)),
      Dense(4, .tanh, weights: .zeros, biases: .constant(0.5)), Dense(2),
    ])
    let statistics = session.layerStatistics(at: session.initialParameters(), step: 1)
    #expect(statistics.map(\.layer) == ["dense1", "dense2", "dense3", "dense4"])
    #expect(statistics.map(\.dead) == [1, 0, 0, 0])
    #expect(statistics[0].activationMean == 0)
    #expect(statistics[0].activationDeviation == 0)
    // All units of the third layer are tanh(0.5) = 0.46211715726, in single precision.
    #expect(abs(statistics[2].activationMean - 0.46211715726) < 1e-6)
    #expect(statistics[2].activationDeviation < 1e-6)
    // No gradient passes through weights of zero.
    #expect(statistics[1].gradientDeviation == 0)
    #expect(statistics[3].gradientDeviation > 0)
    // The gradient of softmax cross-entropy sums to 0 over the classes.
    #expect(abs(statistics[3].gradientMean) < 1e-8)
  }

  /// A unit counts by itself, in whatever place.
  @Test(arguments: [[3], [0, 7], [1, 2, 5]])
  func singleUnitsAreDead(_ units: [Int]) throws {
    let session = try session([Dense(8, .relu, biases: .constant(100)), Dense(2)])
    var x = session.initialParameters()
    let biases = try #require(session.layout.tensors.first { $0.name == "dense1.bias" })
    for unit in units { x[biases.offset + unit] = -100 }
    let dead = session.layerStatistics(at: x, step: 1).map(\.dead)
    #expect(dead == [Double(units.count) / 8, 0])
  }

  @Test func layersWithinBlocksAreNamed() throws {
    let session = try session([
      Unflatten([2, 1, 1]),
      Residual(
        [Convolution(4, size: 1), BatchNormalization()], shortcut: [Convolution(4, size: 1)]),
      GlobalAveragePooling(), Dense(2),
    ])
    let statistics = session.layerStatistics(at: session.initialParameters(), step: 1)
    #expect(
      Set(statistics.map(\.layer)) == [
        "residual1", "residual1.convolution1", "residual1.batch-normalization1",
        "residual1.shortcut.convolution1", "global-average-pooling1", "dense1",
      ])
  }

  /// The values are those that the statistics are of: 20 examples of each layer's units.
  @Test func valuesAreThoseOfTheStatistics() throws {
    let session = try session([Dense(8, .relu), Dense(2)])
    let x = session.initialParameters()
    let values = session.layerValues(at: x, step: 3)
    let statistics = session.layerStatistics(at: x, step: 3)
    #expect(values.map(\.layer) == statistics.map(\.layer))
    #expect(values.map(\.units) == [8, 2])
    for (layer, statistics) in zip(values, statistics) {
      #expect(layer.outputs.count == 20 * layer.units)
      #expect(layer.gradients.count == 20 * layer.units)
      let mean = layer.outputs.reduce(0) { $0 + Double($1) } / Double(layer.outputs.count)
      // Sums of at most 160 numbers of size 1 in double precision.
      #expect(abs(mean - statistics.activationMean) < 1e-13)
    }
    // A rectifier's outputs are not negative.
    #expect(values[0].outputs.allSatisfy { $0 >= 0 })
    // The gradient of a score is (p − y) / 20.
    #expect(values[1].gradients.allSatisfy { $0.magnitude <= 1 / 20.0 })
  }

  @Test func lookingLeavesNoTrace() throws {
    let layers: [any Layer] = [
      Dense(8, biases: nil), BatchNormalization(.relu), Dropout(keep: 0.5), Dense(2),
    ]
    func losses(looking: Bool) throws -> [Double] {
      let session = try session(layers)
      var x = session.initialParameters()
      var gradient = Vector<Float>(repeating: 0, count: x.count)
      var losses: [Double] = []
      for step in 1...5 {
        if looking {
          _ = session.layerStatistics(at: x, step: step)
          _ = session.layerValues(at: x, step: step)
        }
        losses.append(session.lossAndGradient(at: x, step: step, gradient: &gradient))
        for i in 0..<x.count { x[i] -= 0.1 * gradient[i] }
        losses.append(session.validate(x).loss)
      }
      return losses
    }
    #expect(try losses(looking: true) == losses(looking: false))
  }
}
