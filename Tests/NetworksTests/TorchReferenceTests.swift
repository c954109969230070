// Agreement of networks with torch: outputs, losses, gradients, Hessian–vector products, and curves of
// training.

import Foundation
import Networks
import OptimizerKit
import Plugins
import Testing

/// References/networks.json, made by networks.py beside it.
struct GoldenNetworks: Decodable, Sendable {
  var cases: [GoldenNetwork]
  var curves: [GoldenCurve]
  static let shared: GoldenNetworks = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try! Data(contentsOf: folder.appending(path: "References/networks.json"))
    return try! JSONDecoder().decode(GoldenNetworks.self, from: data)
  }()
}

/// One network in one pass, and what torch computes for it.
struct GoldenNetwork: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var input: [Int]
  var layers: [GoldenLayer]
  var examples: Int
  var loss: String
  var seed: UInt32
  /// Training passes on other inputs, after which the pass is one outside of training.
  var passes: Int
  var l1: Double
  var l2: Double
  var outputs: [Double]
  var value: Double
  var gradient: [Double]
  /// The Hessian times the numbers of the seed + 10.
  var product: [Double]

  var testDescription: String { name }
}

/// Losses of 100 steps of Adam in single precision, each before its step.
struct GoldenCurve: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var input: [Int]
  var layers: [GoldenLayer]
  var seed: UInt32
  var examples: Int
  var batch: Int
  var lr: Double
  var losses: [Double]

  var testDescription: String { name }
}

/// A layer as networks.py describes it.
struct GoldenLayer: Decodable, Sendable {
  var kind: String
  var activation: String?
  var outputs: Int?
  var pieces: Int?
  var size: Int?
  var stride: Int?
  var padding: Int?
  var bias: Bool?
  var shape: [Int]?
  var body: [GoldenLayer]?
  var shortcut: [GoldenLayer]?

  func layer(with fault: Fault? = nil) throws -> any Layer {
    var activation = try #require(Activation(rawValue: self.activation ?? "identity"))
    if fault == .slopeForgotten, activation == .leakyReLU { activation = .relu }
    let biases: Initializer? = bias == false ? nil : .zeros
    switch kind {
    case "dense": return Dense(try #require(outputs), activation, biases: biases)
    case "maxout": return Maxout(try #require(outputs), pieces: try #require(pieces))
    case "convolution":
      return Convolution(
        try #require(outputs), size: try #require(size), stride: stride ?? 1,
        padding: padding ?? 0, activation, biases: biases)
    case "max-pooling":
      return MaxPooling(try #require(size), stride: stride, padding: padding ?? 0)
    case "average-pooling":
      return AveragePooling(try #require(size), stride: stride, padding: padding ?? 0)
    case "global-average-pooling": return GlobalAveragePooling()
    case "batch-normalization":
      return BatchNormalization(
        activation, epsilon: fault == .otherEpsilon ? 1e-3 : 1e-5,
        momentum: fault == .oppositeMomentum ? 0.9 : 0.1)
    case "prelu": return PReLU()
    case "activation": return activation
    case "flatten": return Flatten()
    case "unflatten": return Unflatten(Shape(try #require(shape)))
    case "residual":
      return Residual(
        try #require(body).map { try $0.layer(with: fault) },
        shortcut: try #require(shortcut).map { try $0.layer(with: fault) }, activation: activation)
    default:
      Issue.record("no layer \(kind)")
      return Flatten()
    }
  }
}

/// A mistake to be found.
enum Fault: CaseIterable {
  case weightsTransposed, channelsLast, slopeForgotten, otherEpsilon, oppositeMomentum
}

/// Odd multiples of 2⁻¹⁶ between −1 and 1, as networks.py has them: exact in single precision too.
struct Numbers {
  private var state: UInt32

  init(seed: UInt32) { state = seed &* 2_654_435_761 }

  mutating func next() -> Double {
    state = state &* 1_664_525 &+ 1_013_904_223
    return (2 * Double(state >> 16) + 1 - 65536) / 65536
  }

  /// The parameters of a network.
  static func parameters<R: NetworkScalar>(_ layout: ParameterLayout, seed: UInt32) -> [R] {
    var numbers = Numbers(seed: seed)
    var values: [R] = []
    for tensor in layout.tensors {
      for _ in 0..<tensor.count {
        let value = numbers.next()
        switch tensor.name.split(separator: ".").last {
        case "weight": values.append(R(value * bound(tensor.fanIn)))
        case "scale": values.append(R(1 + value / 2))
        default: values.append(R(value / 2))
        }
      }
    }
    return values
  }

  /// The largest power of two whose square is at most 6 / fan-in.
  private static func bound(_ fanIn: Int) -> Double {
    var power = 4.0
    while power * power > 6 / Double(fanIn) { power /= 2 }
    return power
  }

  /// Examples, the channels of images innermost.
  static func examples<R: NetworkScalar>(_ count: Int, _ shape: Shape, seed: UInt32) -> [R] {
    var numbers = Numbers(seed: seed)
    let values = (0..<count * shape.count).map { _ in R(numbers.next()) }
    return transposed(values, shape, rows: shape.channels)
  }

  static func labels(_ count: Int, classes: Int, seed: UInt32) -> [Int32] {
    (0..<count).map { Int32((7 * $0 + Int(seed)) % classes) }
  }
}

/// Each example's matrix of `rows` rows transposed: between channels × pixels and pixels × channels.
func transposed<T>(_ values: [T], _ shape: Shape, rows: Int) -> [T] {
  let columns = shape.count / rows
  return values.indices.map { index in
    let (example, place) = index.quotientAndRemainder(dividingBy: shape.count)
    return values[example * shape.count + place % rows * columns + place / rows]
  }
}

extension GoldenNetwork {
  func makeLoss() throws -> any Loss {
    switch loss {
    case "softmax-cross-entropy": return SoftmaxCrossEntropy()
    case "hinge": return Hinge()
    case "perceptron": return PerceptronLoss()
    case "squared-error": return SquaredError(.labels)
    case "squared-error-of-inputs": return SquaredError(.inputs)
    default:
      Issue.record("no loss \(loss)")
      return SoftmaxCrossEntropy()
    }
  }

  /// The errors of outputs, loss, gradient and product, each in relation to the largest element.
  func errors<R: NetworkScalar>(in: R.Type, with fault: Fault? = nil) throws
    -> KeyValuePairs<String, Double>
  {
    let shape = Shape(input)
    let network = try Network<R>(
      layers.map { try $0.layer(with: fault) }, input: shape, loss: makeLoss(), capacity: examples)
    var parameters: [R] = Numbers.parameters(network.layout, seed: seed)
    if fault == .weightsTransposed, let tensor = network.layout.tensors.first {
      let weights = tensor.offset..<tensor.offset + tensor.count
      let matrix = Shape([tensor.count])
      parameters.replaceSubrange(
        weights, with: transposed(Array(parameters[weights]), matrix, rows: tensor.shape[0]))
    }
    func inputs(_ number: UInt32) -> [R] {
      let inputs: [R] = Numbers.examples(examples, shape, seed: seed + 1 + number)
      return fault == .channelsLast ? transposed(inputs, shape, rows: shape.positions) : inputs
    }
    for number in 0..<passes {
      network.forward(
        inputs(UInt32(number + 1)), parameters: parameters,
        pass: Pass(examples: examples, isTraining: true, isTracked: true))
    }
    let pass = Pass(examples: examples, isTraining: passes == 0)
    let inputs = inputs(0)
    let outputs = network.forward(inputs, parameters: parameters, pass: pass)
    let columns = network.output.count
    let found = (0..<examples * columns).map { Double(outputs[$0]) }
    let labels = Numbers.labels(examples, classes: columns, seed: seed)
    var gradient = [R](repeating: .nan, count: parameters.count)
    var numbers = Numbers(seed: seed + 10)
    let direction = parameters.map { _ in R(numbers.next()) }
    var product = [R](repeating: .nan, count: parameters.count)
    var value = inputs.withUnsafeBufferPointer { inputs in
      labels.withUnsafeBufferPointer { labels in
        let batch = Batch(
          inputs: inputs.baseAddress!, labels: labels.baseAddress!, examples: examples)
        network.hessianVectorProduct(
          batch, parameters: parameters, direction: direction, product: &product, pass: pass)
        return network.lossAndGradient(
          batch, parameters: parameters, gradient: &gradient, pass: pass)
      }
    }
    let regularizer = Regularizer(l1: l1, l2: l2)
    value += regularizer.term(parameters, layout: network.layout, addingTo: &gradient)
    regularizer.addHessianVectorProduct(direction, layout: network.layout, to: &product)
    return [
      "outputs": relativeError(
        transposed(found, network.output, rows: network.output.positions), self.outputs),
      "loss": relativeError([value], [self.value]),
      "gradient": relativeError(gradient.map { Double($0) }, self.gradient),
      "product": relativeError(product.map { Double($0) }, self.product),
    ]
  }

  /// ‖found − expected‖ / ‖expected‖ in the maximum norm; a NaN comes through.
  private func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let size = expected.map(\.magnitude).max()!
    return zip(found, expected).map { ($0 - $1).magnitude / size }
      .reduce(0) { $1 <= $0 ? $0 : $1 }
  }

  /// Whether any layer, within blocks too, is like this.
  func contains(_ isSuch: (GoldenLayer) -> Bool) -> Bool {
    func search(_ layers: [GoldenLayer]) -> Bool {
      layers.contains { isSuch($0) || search($0.body ?? []) || search($0.shortcut ?? []) }
    }
    return search(layers)
  }
}

/// The file holds only cases in which a disturbance of every parameter, signal and gradient by a
/// relative ε moves the results by 10 ε at most. Between two layers a number is a sum of up to 100
/// rounded terms, or a function within 6 units in the last place: some 16 roundings of size u.
/// Hence 160 u, which is 10⁻⁵ in single precision and 2 · 10⁻¹⁴ in double.
func networkTolerance<R: NetworkScalar>(_: R.Type) -> Double {
  160 * Double(R.ulpOfOne) / 2
}

@Suite("networks against torch")
struct TorchReferenceTests {
  @Test(arguments: GoldenNetworks.shared.cases)
  func agreesInDoublePrecision(_ golden: GoldenNetwork) throws {
    for (result, error) in try golden.errors(in: Double.self) {
      #expect(error <= networkTolerance(Double.self), "\(result)")
    }
  }

  @Test(arguments: GoldenNetworks.shared.cases)
  func agreesInSinglePrecision(_ golden: GoldenNetwork) throws {
    for (result, error) in try golden.errors(in: Float.self) {
      #expect(error <= networkTolerance(Float.self), "\(result)")
    }
  }

  /// A comparison that accepts everything would pass the tests above.
  @Test(arguments: Fault.allCases)
  func aFaultIsFound(_ fault: Fault) throws {
    // Not every random network has negative numbers before a leaky rectifier.
    let deliberate = GoldenNetworks.shared.cases.filter { !$0.name.hasPrefix("random") }
    let cases = deliberate.filter { golden in
      switch fault {
      case .weightsTransposed: golden.name.hasPrefix("dense") && golden.name != "dense step"
      case .channelsLast: golden.name == "flatten of channels"
      case .slopeForgotten: golden.contains { $0.activation == "leaky-relu" }
      case .otherEpsilon: golden.contains { $0.kind == "batch-normalization" }
      case .oppositeMomentum:
        golden.passes > 0 && golden.contains { $0.kind == "batch-normalization" }
      }
    }
    #expect(!cases.isEmpty)
    for golden in cases {
      let errors = try golden.errors(in: Double.self, with: fault)
      #expect(
        errors.contains { !($0.value <= 10 * networkTolerance(Float.self)) }, "\(golden.name)")
    }
  }

  /// Both sides round in single precision at every step. networks.py admits curves that single and
  /// double precision agree on to 2 · 10⁻⁵; 10⁻⁴ leaves room for other orders of summation.
  @Test(arguments: GoldenNetworks.shared.curves)
  func trainsLikeTorch(_ golden: GoldenCurve) throws {
    let losses = try golden.train(lr: golden.lr)
    #expect(losses.count == golden.losses.count)
    for (step, (ours, theirs)) in zip(losses, golden.losses).enumerated() {
      #expect((ours - theirs).magnitude <= 1e-4 * theirs, "step \(step + 1)")
    }
  }

  /// One that would not notice another learning rate is no comparison.
  @Test(arguments: GoldenNetworks.shared.curves)
  func anotherRateIsFound(_ golden: GoldenCurve) throws {
    let losses = try golden.train(lr: 1.1 * golden.lr)
    #expect(zip(losses, golden.losses).contains { ($0 - $1).magnitude > 1e-3 * $1 })
  }
}

extension GoldenCurve {
  /// The losses of Adam on minibatches in order, round and round.
  func train(lr: Double) throws -> [Double] {
    let network = try Network<Float>(
      layers.map { try $0.layer() }, input: Shape(input), capacity: batch)
    let inputs: [Float] = Numbers.examples(examples, network.input, seed: seed + 1)
    let labels = Numbers.labels(examples, classes: network.output.count, seed: seed)
    var optimizer = Adam()
    let x = Vector<Float>(Numbers.parameters(network.layout, seed: seed))
    var context = StepContext(
      x: x, layout: network.layout, state: optimizer.makeState(at: x, layout: network.layout),
      oracle: .none)
    return try losses.indices.map { step in
      let begin = step * batch % examples
      let loss = inputs.withUnsafeBufferPointer { inputs in
        labels.withUnsafeBufferPointer { labels in
          network.lossAndGradient(
            Batch(
              inputs: inputs.baseAddress! + begin * network.input.count,
              labels: labels.baseAddress! + begin, examples: batch),
            parameters: context.x.pointer, gradient: context.gradient.mutablePointer(),
            pass: Pass(examples: batch, isTraining: true, isTracked: true))
        }
      }
      context.begin(step: step + 1, lr: lr)
      try optimizer.advance(&context)
      return loss
    }
  }
}
