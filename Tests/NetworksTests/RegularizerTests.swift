// The elastic net and the max-norm constraint.

import Foundation
import Networks
import OptimizerKit
import Plugins
import Testing

@Suite("regularisers")
struct RegularizerTests {
  /// A weight of two rows, a bias, a scale, and a long weight, so that blocks of sums are seen.
  static let layout: ParameterLayout = {
    var layout = ParameterLayout()
    layout.append("weight", shape: [2, 3], role: .weight, fanIn: 3)
    layout.append("bias", shape: [2], role: .bias, fanIn: 1)
    layout.append("scale", shape: [2], role: .scale, fanIn: 1)
    layout.append("long", shape: [3, 701], role: .weight, fanIn: 701)
    return layout
  }()
  static let parameters: [Double] = (0..<layout.count).map { Double(($0 * 7) % 11 - 5) / 8 }

  func isWeight(_ i: Int) -> Bool { i < 6 || i >= 10 }

  /// Eighths are exact in both precisions, and so are their sums of squares here.
  @Test(arguments: [(0, 0.5), (0.25, 0), (0.25, 0.5)])
  func isItsDefinition(l1: Double, l2: Double) {
    let regularizer = Regularizer(l1: l1, l2: l2)
    let weights = Self.parameters.indices.filter(isWeight).map { Self.parameters[$0] }
    let expected = weights.reduce(0) { $0 + l1 * abs($1) + l2 * $1 * $1 }
    let singles = Self.parameters.map(Float.init)
    var gradient = [Float](repeating: 0.5, count: singles.count)
    #expect(regularizer.term(Self.parameters, layout: Self.layout) == expected)
    #expect(regularizer.term(singles, layout: Self.layout) == expected)
    #expect(regularizer.term(singles, layout: Self.layout, addingTo: &gradient) == expected)
    for (i, w) in Self.parameters.enumerated() {
      let sign: Double = w > 0 ? 1 : (w < 0 ? -1 : 0)
      let added = isWeight(i) ? l1 * sign + 2 * l2 * w : 0
      #expect(Double(gradient[i]) == 0.5 + added)
    }
  }

  /// Away from 0, where |w| has a kink; the smallest |w| is 1/16. Truncation is 0, as the term is a
  /// parabola on each side; rounding is of order 1e-16 · 1000 / 1e-5 = 1e-8 of gradients near 1.
  @Test func gradientIsThatOfTheTerm() {
    let regularizer = Regularizer(l1: 0.3, l2: 0.7)
    var x = Self.parameters.map { $0 + 1.0 / 16 }
    var gradient = [Double](repeating: 0, count: x.count)
    _ = regularizer.term(x, layout: Self.layout, addingTo: &gradient)
    let h = 1e-5
    for i in x.indices {
      let middle = x[i]
      x[i] = middle + h
      let above = regularizer.term(x, layout: Self.layout)
      x[i] = middle - h
      let below = regularizer.term(x, layout: Self.layout)
      x[i] = middle
      #expect(abs((above - below) / (2 * h) - gradient[i]) < 1e-7)
    }
  }

  @Test func nanIsNotHidden() {
    var x = Self.parameters
    x[4] = .nan
    #expect(Regularizer(l1: 1).term(x, layout: Self.layout).isNaN)
    #expect(Regularizer(l2: 1).term(x, layout: Self.layout).isNaN)
  }

  /// Sums are taken in double precision: of 100,000 equal terms the error is below 100,000 / 64
  /// additions of 1e-16 each.
  @Test func longSumsAreAccurate() {
    var layout = ParameterLayout()
    layout.append("weight", shape: [1, 100_003], role: .weight, fanIn: 100_003)
    let x = [Float](repeating: 0.1, count: 100_003)
    let term = Regularizer(l2: 1).term(x, layout: layout)
    let square = Double(Float(0.1) * Float(0.1))
    #expect(abs(term / (square * 100_003) - 1) < 2e-13)
  }

  @Test func maxNormClampsRows() {
    func norm(_ values: ArraySlice<Float>) -> Double {
      values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    var x = Self.parameters.map(Float.init)
    x[0] = 3
    x[1] = 0
    x[2] = -4
    // Biases and scales are free.
    (x[6], x[9]) = (7, -9)
    let before = x
    MaxNorm(2.5).project(&x, layout: Self.layout)
    // 3, 0, −4 has the norm 5; the next row is within the bound.
    #expect(Array(x[0..<3]) == [1.5, 0, -2])
    #expect(x[3..<10] == before[3..<10])
    for row in 0..<3 {
      let range = 10 + row * 701..<10 + (row + 1) * 701
      #expect(abs(norm(x[range]) - 2.5) < 1e-6)
      // In the direction that it had.
      let factor = 2.5 / norm(before[range])
      #expect(range.allSatisfy { abs(Double(x[$0]) - factor * Double(before[$0])) < 1e-7 })
    }
    // Once there, it stays, but for rounding.
    let there = x
    MaxNorm(2.5).project(&x, layout: Self.layout)
    #expect(zip(there, x).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func maxNormLeavesWhatHasDivergedAsItIs() {
    var x = Self.parameters.map(Float.init)
    x[1] = .infinity
    x[4] = .nan
    x[10] = 1e30
    MaxNorm(1).project(&x, layout: Self.layout)
    #expect(x[1] == .infinity && x[0] == Float(Self.parameters[0]))
    #expect(x[4].isNaN && x[3] == Float(Self.parameters[3]))
    #expect(abs(x[10] - 1) < 1e-6)
  }
}

@Suite("regularised problems")
struct RegularizedProblemTests {
  func session(_ settings: KeyValuePairs<String, String>) throws -> any TrainingSession {
    var problem = MLP()
    for (name, value) in [("trainSize", "256"), ("batch", "64"), ("hidden", "16")] {
      try problem.set(name, to: value)
    }
    for (name, value) in settings { try problem.set(name, to: value) }
    return try problem.makeSession(seed: 1)
  }

  @Test func theTermIsAddedInTrainingOnly() throws {
    let plain = try session([:])
    let regularized = try session(["l1": "0.01", "l2": "0.1"])
    let x = plain.initialParameters()
    var (a, b) = (x, x)
    let first = plain.lossAndGradient(at: x, step: 1, gradient: &a)
    let second = regularized.lossAndGradient(at: x, step: 1, gradient: &b)
    let regularizer = Regularizer(l1: 0.01, l2: 0.1)
    let term = regularizer.term(x.pointer, layout: plain.layout, addingTo: a.mutablePointer())
    #expect(term > 0)
    #expect(second == first + term)
    #expect(a.array == b.array)
    #expect(regularized.loss(at: x, step: 1) == second)
    #expect(regularized.validate(x) == plain.validate(x))
  }

  @Test func theConstraintIsApplied() throws {
    let constrained = try session(["maxNorm": "0.5"])
    let free = try session([:])
    let start = free.initialParameters()
    var (x, y) = (start, start)
    try #require(constrained as? NetworkSession).project(&x)
    try #require(free as? NetworkSession).project(&y)
    #expect(y.array == start.array)
    // Each neuron of the first layer begins with a norm near √2.
    for row in 0..<16 {
      let norm = x.array[row * 784..<(row + 1) * 784].reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - 0.5) < 1e-5)
    }
  }

  /// The two ways to ask for a step's loss see one mask; validation sees none.
  @Test func dropoutIsTheSameWithinAStep() throws {
    let session = try session(["keep": "0.5"])
    let plain = try self.session([:])
    let x = session.initialParameters()
    var gradient = x
    let loss = session.lossAndGradient(at: x, step: 3, gradient: &gradient)
    _ = session.validate(x)
    #expect(session.loss(at: x, step: 3) == loss)
    #expect(plain.loss(at: x, step: 3) != loss)
    #expect(session.validate(x) == plain.validate(x))
  }

  @Test func biasesBeginWhereTheyAreTold() throws {
    for (settings, first) in [
      (["biasInit": "0.01"], Float(0.01)), ([:], 0), (["init": "torch", "biasInit": "0.5"], 0.5),
    ] as [([String: String], Float)] {
      var problem = MLP()
      for (name, value) in settings { try problem.set(name, to: value) }
      let session = try problem.makeSession(seed: 1)
      let x = session.initialParameters().array
      let bias = try #require(session.layout.tensors.first { $0.name == "dense1.bias" })
      #expect(x[bias.offset..<bias.offset + bias.count].allSatisfy { $0 == first })
    }
  }

  @Test func batchNormalizationComesBeforeTheActivation() throws {
    let session = try session(["normalization": "batch", "keep": "0.5"])
    #expect(
      session.layout.tensors.map(\.name) == [
        "dense1.weight", "batch-normalization1.scale", "batch-normalization1.bias",
        "dense2.weight", "dense2.bias",
      ])
    let x = session.initialParameters()
    var gradient = x
    #expect(session.lossAndGradient(at: x, step: 1, gradient: &gradient).isFinite)
    #expect(gradient.norm > 0)
  }

  @Test(arguments: [
    "activation=leaky-relu", "activation=selu", "init=orthogonal", "init=normal(0.01)",
    "keep=0.001", "maxNorm=3",
  ])
  func settingsOfTheLectureAreTaken(_ setting: String) throws {
    let parts = setting.split(separator: "=").map(String.init)
    var problem = MLP()
    try problem.set(parts[0], to: parts[1])
    #expect(problem.hyperparameters.first { $0.name == parts[0] }?.value == parts[1])
    try problem.validate()
  }

  @Test(arguments: [
    ("keep", "0", "mlp: keep = 0 is not valid; expected a number in [0.001, 1]"),
    ("l2", "-1", "mlp: l2 = -1 is not valid; expected a number in [0, ∞)"),
    (
      "activation", "softmax",
      "mlp: activation = softmax is not valid; expected one of identity, relu, leaky-relu, elu, "
        + "selu, tanh, sigmoid, step"
    ),
    (
      "init", "he",
      "mlp: init = he is not valid; expected one of {kaiming,xavier,lecun}-{normal,uniform}, "
        + "torch, zeros, orthogonal(gain), normal(deviation), truncated-normal(deviation), "
        + "uniform(bound), constant(value)"
    ),
  ])
  func whatIsNotValidIsRefused(_ name: String, _ value: String, _ expected: String) {
    var problem = MLP()
    #expect(message { try problem.set(name, to: value) } == expected)
  }

  /// An auto-encoder learns its inputs: after some steps the loss is well below that of the mean
  /// image, which is half the number of pixels, since inputs are normalised.
  @Test func anAutoEncoderLearns() throws {
    let data = try DataSource.fashionMNIST.load().training.prefix(128)
    let layers: [any Layer] = [Flatten(), Dense(32, .relu), Dense(784, weights: .xavierNormal)]
    let session = try NetworkSession(
      layers, loss: SquaredError(.inputs), training: data, validation: data, batch: 64, seed: 1)
    var x = session.initialParameters()
    var gradient = x
    for step in 1...100 {
      _ = session.lossAndGradient(at: x, step: step, gradient: &gradient)
      x.add(-0.002, gradient)
    }
    let metrics = session.validate(x)
    #expect(metrics.loss < 392 / 2)
    #expect(metrics.accuracy.isNaN)
    #expect(throws: ShapeError.self) {
      try NetworkSession(
        [Flatten(), Dense(10)], loss: SquaredError(.inputs), training: data, validation: data,
        batch: 64, seed: 1)
    }
  }
}
