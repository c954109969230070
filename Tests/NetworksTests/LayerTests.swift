// PReLU, maxout, dropout and unflatten.

import Networks
import OptimizerKit
import Testing

@Suite("layers without a window")
struct LayerTests {
  /// Each between smooth layers, so that parameters before and after it are checked too.
  static let nets: [(layers: [any Layer], input: Shape)] = [
    ([Dense(6), PReLU(), Dense(4)], [5]),
    ([Dense(6), PReLU(slope: -0.5), Dense(4)], [5]),
    // One slope a channel: two for an image of two channels.
    ([PReLU(), Flatten(), Dense(4)], [2, 3, 2]),
    ([Dense(6), Activation.elu, Dense(4)], [5]),
    ([Dense(6, .tanh), Maxout(5, pieces: 3), Dense(4)], [5]),
    ([Maxout(4), Maxout(4, pieces: 2, biases: nil), Maxout(3, pieces: 1)], [5]),
    ([Dense(20, .tanh), Dropout(keep: 0.5), Dense(4)], [5]),
    ([Dense(20, .tanh), Dropout(keep: 0.7, .plain), Dense(4)], [5]),
    (
      [Flatten(), Dense(12, .tanh), Unflatten([3, 2, 2]), PReLU(), Flatten(), Dense(4)], [2, 2, 2]
    ),
  ]

  @Test(arguments: nets.indices, [true, false])
  func gradient(_ index: Int, isTraining: Bool) throws {
    let net = Self.nets[index]
    var check = try GradientCheck(net.layers, input: net.input)
    check.isTraining = isTraining
    for (tensor, error) in check.errors() {
      #expect(error < 1e-7, "\(tensor)")
    }
  }

  // Of order 10 terms of order 1: 1e-6 is ten roundings.
  @Test(arguments: nets.indices, [true, false])
  func singleAgreesWithDouble(_ index: Int, isTraining: Bool) throws {
    let net = Self.nets[index]
    var check = try GradientCheck(net.layers, input: net.input)
    check.isTraining = isTraining
    let (loss, gradient) = try check.inSinglePrecision(net.layers, input: net.input)
    #expect(abs(loss - check.loss(check.parameters)) < 1e-6)
    for (single, double) in zip(gradient, check.gradient()) {
      #expect(abs(Double(single) - double) < 1e-6)
    }
  }

  @Test(arguments: PlantedFault.allCases)
  func aFaultInPReLUIsFound(_ fault: PlantedFault) throws {
    let check = try GradientCheck(
      [Dense(6), Faulty(right: PReLU(), fault: fault), Dense(4)], input: [5])
    #expect(check.errors().contains { !($0.error < 1e-3) })
  }

  @Test(arguments: PlantedFault.allCases)
  func aFaultInMaxoutIsFound(_ fault: PlantedFault) throws {
    let check = try GradientCheck(
      [Dense(6, .tanh), Faulty(right: Maxout(5, pieces: 3), fault: fault), Dense(4)], input: [5])
    #expect(check.errors().contains { !($0.error < 1e-3) })
  }

  @Test func aFaultInDropoutIsFound() throws {
    let check = try GradientCheck(
      [Dense(6, .tanh), Faulty(right: Dropout(keep: 0.5), fault: .inputSign), Dense(4)],
      input: [5])
    #expect(check.errors().contains { !($0.error < 1e-3) })
  }

  func outputs<R: NetworkScalar>(
    _ layers: [any Layer], _ inputs: [R], shape: Shape, parameters: [R] = [], pass: Pass
  ) throws -> [R] {
    let network = try Network<R>(layers, input: shape, capacity: pass.examples)
    let outputs = network.forward(inputs, parameters: parameters, pass: pass)
    return (0..<pass.examples * network.output.count).map { outputs[$0] }
  }

  @Test func preluHasASlopeForEachChannel() throws {
    let network = try Network<Float>([PReLU()], input: [2, 1, 2], capacity: 1)
    let slope = try #require(network.layout.tensors.first)
    #expect(slope.name == "prelu1.slope" && slope.shape == [2] && slope.role == .scale)
    var parameters: [Float] = [0, 0]
    network.initialize(&parameters, seed: 1)
    #expect(parameters == [0.25, 0.25])
    // Two pixels of two channels, the channels innermost.
    let y = try outputs(
      [PReLU()], [-1, -1, 2, Float.nan], shape: [2, 1, 2], parameters: [0.5, -3],
      pass: Pass(examples: 1, isTraining: false))
    #expect(Array(y[..<3]) == [-0.5, 3, 2])
    #expect(y[3].isNaN)
  }

  @Test func maxoutTakesTheLargestPiece() throws {
    // Rows: piece 0 of outputs 0 and 1, then piece 1 of both.
    let weights: [Double] = [1, 0, 0, 1, -1, 0, 0, 2]
    let biases: [Double] = [0, 0, 0.5, -1]
    let pass = Pass(examples: 3, isTraining: false)
    let y = try outputs(
      [Maxout(2)], [3, 4, -3, 1, 0, .nan], shape: [2], parameters: weights + biases, pass: pass)
    #expect(Array(y[..<4]) == [3, 7, 3.5, 1])
    #expect(y[4...].allSatisfy { $0.isNaN })
    let network = try Network<Double>([Maxout(2)], input: [2], capacity: 1)
    #expect(network.layout.tensors.map(\.shape) == [[4, 2], [4]])
  }

  /// With zeros as one piece maxout is ReLU.
  @Test func maxoutWithAZeroPieceIsReLU() throws {
    let pass = Pass(examples: 1, isTraining: false)
    let x: [Double] = [0.3, -0.7, 2]
    let weights: [Double] = [1, 2, 3, -1, -2, -3]
    let zeros = [Double](repeating: 0, count: 6)
    let maxout = try outputs(
      [Maxout(2, biases: nil)], x, shape: [3], parameters: weights + zeros, pass: pass)
    let relu = try outputs(
      [Dense(2, .relu, biases: nil)], x, shape: [3], parameters: weights, pass: pass)
    #expect(maxout == relu)
  }

  /// Where pieces are equal, one of them takes the gradient, not all.
  @Test func equalPiecesShareNothing() throws {
    var check = try GradientCheck([Maxout(3, pieces: 2), Dense(4)], input: [5])
    for i in 0..<15 { check.parameters[15 + i] = check.parameters[i] }
    let gradient = check.gradient()
    #expect(gradient[0..<15].contains { $0 != 0 })
    #expect(gradient[15..<30].allSatisfy { $0 == 0 })
  }

  @Test func unflattenIsTheInverseOfFlatten() throws {
    let x = (0..<24).map(Double.init)
    let pass = Pass(examples: 2, isTraining: false)
    #expect(
      try outputs([Flatten(), Unflatten([3, 2, 2])], x, shape: [3, 2, 2], pass: pass) == x)
  }

  @Test(arguments: [
    (Dropout(keep: 0) as any Layer, "dropout1 takes a keep probability in [0.001, 1] (it has 0)"),
    (Dropout(keep: 1.5), "dropout1 takes a keep probability in [0.001, 1] (it has 1.5)"),
    (Dropout(keep: .nan), "dropout1 takes a keep probability in [0.001, 1] (it has nan)"),
    (Maxout(3, pieces: 0), "maxout1 takes at least 1 piece for each output (it has 0)"),
    (
      Maxout(3), "maxout1 takes one axis (a flatten layer before it makes it so)"
    ),
    (Unflatten([4, 2]), "unflatten1 takes one axis of 8 elements (to make 4×2)"),
  ])
  func whatDoesNotFitIsNamed(_ layer: any Layer, message: String) {
    let error = #expect(throws: ShapeError.self) {
      try Network<Float>([layer], input: [2, 2, 2], capacity: 1)
    }
    #expect(error?.description == message + "; its input is 2×2×2")
  }
}

@Suite("dropout")
struct DropoutTests {
  /// What dropout makes of ones.
  func ones(_ layer: Dropout, count: Int, examples: Int = 1, pass: Pass) throws -> [Float] {
    let network = try Network<Float>(
      [Activation.relu, layer], input: [count], capacity: pass.examples)
    let inputs = [Float](repeating: 1, count: count * pass.examples)
    let outputs = network.forward(inputs, parameters: [], pass: pass)
    return inputs.indices.map { outputs[$0] }
  }

  func pass(_ step: Int, examples: Int = 1, isTraining: Bool = true, seed: UInt64 = 5) -> Pass {
    Pass(examples: examples, isTraining: isTraining, seed: seed, step: step)
  }

  /// The share that is kept of n elements is p, with a deviation of √(p (1 − p) / n): five of them.
  @Test(arguments: [0.001, 0.1, 0.5, 0.8, 0.999])
  func keepsTheShareThatItShould(_ keep: Double) throws {
    let n = 200_001
    let y = try ones(Dropout(keep: keep, .plain), count: n, pass: pass(1))
    #expect(y.allSatisfy { $0 == 0 || $0 == 1 })
    let share = Double(y.reduce(0, +)) / Double(n)
    #expect(abs(share - keep) < 5 * (keep * (1 - keep) / Double(n)).squareRoot())
    let inverted = try ones(Dropout(keep: keep), count: n, pass: pass(1))
    // The same draws, scaled.
    #expect(zip(y, inverted).allSatisfy { $1 == $0 * Float(1 / keep) })
  }

  /// In testing nothing is random: plain scales by p, inverted leaves all as it is.
  @Test func testingIsDeterministic() throws {
    let test = pass(1, isTraining: false)
    #expect(try ones(Dropout(keep: 0.25), count: 5, pass: test) == [1, 1, 1, 1, 1])
    #expect(
      try ones(Dropout(keep: 0.25, .plain), count: 5, pass: test)
        == [0.25, 0.25, 0.25, 0.25, 0.25])
  }

  /// What training gives on average over masks is what testing gives, either way: for a linear
  /// network w·x exactly. Here w·x = Σ k over 10 inputs; one draw has the variance
  /// Σ k² (1 − p)/p (inverted) or Σ k² p (1 − p) (plain); five deviations of the mean of 4,000.
  @Test(arguments: Dropout.Scaling.allCases)
  func agreesWithTestingInExpectation(_ scaling: Dropout.Scaling) throws {
    let p = 0.6
    let network = try Network<Double>(
      [Dropout(keep: p, scaling), Dense(1, biases: nil)], input: [10], capacity: 1)
    let weights = (1...10).map(Double.init)
    let inputs = [Double](repeating: 1, count: 10)
    var mean = 0.0
    for step in 1...4000 {
      mean += network.forward(inputs, parameters: weights, pass: pass(step))[0] / 4000
    }
    let tested = network.forward(
      inputs, parameters: weights, pass: pass(1, isTraining: false))[0]
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    let variance = scaling == .inverted ? squares * (1 - p) / p : squares * p * (1 - p)
    #expect(abs(mean - tested) < 5 * (variance / 4000).squareRoot())
    #expect(abs(tested - (scaling == .inverted ? 55 : 33)) < 1e-12)
  }

  @Test func aStepHasOneMaskAndEachStepItsOwn() throws {
    let layer = Dropout(keep: 0.5)
    let first = try ones(layer, count: 300, pass: pass(1))
    #expect(try ones(layer, count: 300, pass: pass(1)) == first)
    #expect(try ones(layer, count: 300, pass: pass(2)) != first)
    #expect(try ones(layer, count: 300, pass: pass(1, seed: 6)) != first)
  }

  /// Masks of two layers, of two steps and of two examples have as many places in common as
  /// independent ones: half of n, with a deviation of √n / 2; five of them.
  @Test func masksAreIndependent() throws {
    let n = 10_000
    let network = try Network<Float>(
      [Dropout(keep: 0.5), Dropout(keep: 0.5)], input: [n], capacity: 2)
    let single = try Network<Float>([Dropout(keep: 0.5)], input: [n], capacity: 2)
    let inputs = [Float](repeating: 1, count: 2 * n)
    func masks(_ network: Network<Float>, step: Int) -> [Float] {
      let outputs = network.forward(inputs, parameters: [], pass: pass(step, examples: 2))
      return (0..<2 * n).map { outputs[$0] }
    }
    let both = masks(network, step: 1)
    let first = masks(single, step: 1)
    // Of what the first layer keeps, the second keeps half: a quarter of all.
    let quarter = Double(both.count { $0 == 4 })
    #expect(abs(quarter - Double(n) / 2) < 5 * (Double(2 * n) * 3 / 16).squareRoot())
    #expect(zip(first, both).allSatisfy { $0 != 0 || $1 == 0 })
    let examples = (0..<n).count { first[$0] == first[n + $0] }
    #expect(abs(Double(examples) - Double(n) / 2) < 5 * Double(n).squareRoot() / 2)
    let next = masks(single, step: 2)
    let steps = (0..<n).count { first[$0] == next[$0] }
    #expect(abs(Double(steps) - Double(n) / 2) < 5 * Double(n).squareRoot() / 2)
  }

  @Test func keepingAllIsTheIdentity() throws {
    for scaling in Dropout.Scaling.allCases {
      #expect(
        try ones(Dropout(keep: 1, scaling), count: 4, pass: pass(1)) == [1, 1, 1, 1])
    }
  }

  /// Whether another dropout layer keeps all makes no difference to this one's mask.
  @Test func aMaskDependsOnThePlaceOfTheLayerOnly() throws {
    let inputs = [Float](repeating: 1, count: 200)
    func last(_ keep: Double) throws -> [Float] {
      let network = try Network<Float>(
        [Dropout(keep: keep), Dropout(keep: 0.5)], input: [200], capacity: 1)
      let outputs = network.forward(inputs, parameters: [], pass: pass(3))
      return inputs.indices.map { outputs[$0] }
    }
    let (all, most) = (try last(1), try last(0.9))
    #expect(all.contains(0))
    #expect(zip(all, most).allSatisfy { $0 != 0 || $1 == 0 })
  }

  @Test func nanIsKeptOrDroppedButNotHidden() throws {
    let network = try Network<Float>([Dropout(keep: 0.5)], input: [100], capacity: 1)
    let inputs = [Float](repeating: .nan, count: 100)
    let outputs = network.forward(inputs, parameters: [], pass: pass(1))
    #expect(inputs.indices.allSatisfy { outputs[$0].isNaN })
  }
}

@Suite("random words")
struct RandomWordTests {
  @Test(arguments: [0, 1, 7, 64])
  func aFillIsWhatSingleDrawsGive(_ count: Int) {
    var one = RandomSource(seed: 2, purpose: .dropout, step: 3, stream: 4)
    var other = one
    var words = [UInt64](repeating: 0, count: count)
    one.fill(&words, count: count)
    #expect(words == (0..<count).map { _ in other.next() })
    #expect(one.next() == other.next())
  }

  @Test func streamsDiffer() {
    let first = (0..<100).map { stream in
      var source = RandomSource(seed: 2, purpose: .dropout, step: 3, stream: stream)
      return source.next()
    }
    #expect(Set(first).count == 100)
    var plain = RandomSource(seed: 2, purpose: .dropout, step: 3)
    #expect(plain.next() == first[0])
  }
}
