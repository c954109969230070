// Gradients against centred differences in double precision.

import Networks
import OptimizerKit
import Testing

/// A network in double precision on random inputs, for comparing gradients.
struct GradientCheck {
  let network: Network<Double>
  var parameters: [Double]
  let inputs: [Double]
  let labels: [Int32]
  /// Whether passes are those of training.
  var isTraining = true

  init(
    _ layers: [any Layer], input: Shape, loss: any Loss = SoftmaxCrossEntropy(), examples: Int = 7,
    seed: UInt64 = 1
  ) throws {
    network = try Network(layers, input: input, loss: loss, capacity: examples)
    parameters = Array(repeating: 0, count: network.layout.count)
    network.initialize(&parameters, seed: seed)
    var source = RandomSource(seed: seed, purpose: .instance)
    inputs = (0..<examples * input.count).map { _ in source.normal() }
    let classes = network.output.count
    labels = (0..<examples).map { _ in Int32(source.index(below: classes)) }
  }

  func with<T>(_ body: (Batch<Double>, Pass) -> T) -> T {
    inputs.withUnsafeBufferPointer { inputs in
      labels.withUnsafeBufferPointer { labels in
        body(
          Batch(
            inputs: inputs.baseAddress!, labels: labels.baseAddress!, examples: labels.count),
          Pass(examples: labels.count, isTraining: isTraining))
      }
    }
  }

  func loss(_ parameters: [Double]) -> Double {
    with { network.loss($0, parameters: parameters, pass: $1) }
  }

  func gradient() -> [Double] {
    var gradient = [Double](repeating: .nan, count: parameters.count)
    _ = with {
      network.lossAndGradient($0, parameters: parameters, gradient: &gradient, pass: $1)
    }
    return gradient
  }

  /// Loss and gradient of the same network in single precision.
  func inSinglePrecision(_ layers: [any Layer], input: Shape) throws
    -> (loss: Double, gradient: [Float])
  {
    let network = try Network<Float>(
      layers, input: input, loss: network.loss, capacity: labels.count)
    let parameters = self.parameters.map(Float.init)
    let inputs = self.inputs.map(Float.init)
    var gradient = [Float](repeating: .nan, count: parameters.count)
    let loss = inputs.withUnsafeBufferPointer { inputs in
      labels.withUnsafeBufferPointer { labels in
        network.lossAndGradient(
          Batch(inputs: inputs.baseAddress!, labels: labels.baseAddress!, examples: labels.count),
          parameters: parameters, gradient: &gradient,
          pass: Pass(examples: labels.count, isTraining: isTraining))
      }
    }
    return (loss, gradient)
  }

  /// ‖g − d‖ / (‖g‖ + ‖d‖) for each tensor, d by centred differences; of a large tensor, over some
  /// 50 elements spread over it.
  ///
  /// With h = 1e-5 the truncation error is of order h² = 1e-10, and the rounding error of order
  /// 1e-16 / h = 1e-11; against gradients above 0.01 both stay below 1e-7.
  func errors() -> [(tensor: String, error: Double)] {
    let gradient = gradient()
    let h = 1e-5
    var x = parameters
    return network.layout.tensors.map { tensor in
      var distance = 0.0
      var first = 0.0
      var second = 0.0
      // Prime strides, which meet every channel and every element of a filter.
      let step = [1, 3, 7, 13, 31, 61, 127].first { tensor.count / $0 < 100 } ?? 257
      for i in stride(from: tensor.offset, to: tensor.offset + tensor.count, by: step) {
        let middle = x[i]
        x[i] = middle + h
        let above = loss(x)
        x[i] = middle - h
        let difference = (above - loss(x)) / (2 * h)
        x[i] = middle
        distance += (gradient[i] - difference).squared
        first += gradient[i].squared
        second += difference.squared
      }
      return (
        tensor.name, distance.squareRoot() / (first.squareRoot() + second.squareRoot())
      )
    }
  }
}

@Suite("gradients against centred differences")
struct GradientTests {
  // The step trains nothing before it; it has a test of its own.
  @Test(arguments: Activation.allCases.filter { $0 != .step }, [1, 7])
  func dense(_ activation: Activation, examples: Int) throws {
    let check = try GradientCheck(
      [Dense(6, activation, biases: .constant(0.1)), Dense(5, activation), Dense(4)], input: [8],
      examples: examples)
    for (tensor, error) in check.errors() {
      #expect(error < 1e-7, "\(tensor)")
    }
  }

  @Test func flattened() throws {
    let check = try GradientCheck(
      [Flatten(), Dense(3, .tanh), Flatten(), Dense(4)], input: [2, 3])
    for (tensor, error) in check.errors() {
      #expect(error < 1e-7, "\(tensor)")
    }
  }

  /// The checker itself: a fault must not pass it.
  @Test(arguments: PlantedFault.allCases)
  func aFaultIsFound(_ fault: PlantedFault) throws {
    let check = try GradientCheck(
      [Dense(6, .tanh), Faulty(right: Dense(5, .tanh), fault: fault), Dense(4)], input: [8])
    #expect(check.errors().contains { !($0.error < 1e-3) })
  }

  /// The loss in single precision is that in double precision, rounded.
  @Test func singleAgreesWithDouble() throws {
    let layers: [any Layer] = [Dense(16, .sigmoid), Dense(16, .tanh), Dense(16, .relu), Dense(4)]
    let check = try GradientCheck(layers, input: [8], examples: 32)
    let (loss, gradient) = try check.inSinglePrecision(layers, input: [8])
    #expect(abs(loss - check.loss(check.parameters)) < 1e-6)
    for (single, double) in zip(gradient, check.gradient()) {
      #expect(abs(Double(single) - double) < 1e-6)
    }
  }
}
