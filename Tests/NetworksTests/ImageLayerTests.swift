// Layers over images: gradients in double precision, and single precision against double.

import OptimizerKit
import Testing

@testable import Networks

/// A network over small images.
struct ImageNetwork: CustomTestStringConvertible {
  let testDescription: String
  let layers: [any Layer]
  var input: Shape = [3, 7, 6]

  static let all: [ImageNetwork] = [
    .init(testDescription: "convolution", layers: [Convolution(4, size: 3, .tanh)]),
    .init(testDescription: "padded", layers: [Convolution(4, size: 3, padding: 1, .sigmoid)]),
    .init(
      testDescription: "stride 2, a remainder", layers: [Convolution(4, size: 3, stride: 2, .tanh)]),
    .init(
      testDescription: "stride 3, padding 2",
      layers: [Convolution(5, size: 4, stride: 3, padding: 2, .tanh)]),
    .init(testDescription: "1×1", layers: [Convolution(20, size: 1, .tanh)]),
    .init(
      testDescription: "no biases",
      layers: [Convolution(4, size: 3, .tanh, biases: nil), Convolution(17, size: 2, .tanh)]),
    .init(
      testDescription: "two convolutions",
      layers: [
        Convolution(16, size: 3, padding: 1, .relu, biases: .constant(0.1)),
        Convolution(32, size: 5, padding: 2, .tanh),
      ], input: [1, 6, 6]),
    .init(
      testDescription: "max pooling",
      layers: [Convolution(19, size: 3, padding: 1, .tanh), MaxPooling(2)]),
    .init(
      testDescription: "overlapping, padded max pooling",
      layers: [Convolution(16, size: 3, padding: 1, .tanh), MaxPooling(3, stride: 2, padding: 1)]),
    .init(
      testDescription: "average pooling",
      layers: [
        Convolution(4, size: 3, padding: 1, .tanh), AveragePooling(3, stride: 2, padding: 1),
      ]),
    .init(
      testDescription: "global average pooling",
      layers: [Convolution(4, size: 3, .tanh), GlobalAveragePooling()]),
    .init(
      testDescription: "spatial batch normalisation",
      layers: [Convolution(4, size: 3, biases: nil), BatchNormalization(.tanh)]),
    .init(
      testDescription: "dense batch normalisation",
      layers: [Flatten(), Dense(6, biases: nil), BatchNormalization(.sigmoid)]),
    .init(
      testDescription: "residual block",
      layers: [
        Residual([
          Convolution(3, size: 3, padding: 1, .tanh), Convolution(3, size: 3, padding: 1),
        ])
      ]),
    .init(
      testDescription: "residual block with a shortcut of layers",
      layers: [
        Convolution(2, size: 1, .tanh),
        Residual(
          [
            Convolution(4, size: 3, stride: 2, padding: 1, biases: nil), BatchNormalization(.relu),
            Convolution(4, size: 3, padding: 1, biases: nil), BatchNormalization(),
          ],
          shortcut: [Convolution(4, size: 1, stride: 2, biases: nil), BatchNormalization()]),
      ]),
    .init(
      testDescription: "residual block without layers", layers: [Residual([Residual([])])]),
  ]

  /// With a classifier after it.
  var classifier: [any Layer] { layers + [Flatten(), Dense(5)] }
}

@Suite("layers over images")
struct ImageLayerTests {
  @Test(arguments: ImageNetwork.all)
  func gradients(_ network: ImageNetwork) throws {
    let check = try GradientCheck(network.classifier, input: network.input, examples: 4)
    for (tensor, error) in check.errors() {
      #expect(error < 1e-7, "\(tensor)")
    }
  }

  /// Double precision goes through patches, single precision through oneDNN or, for the larger one
  /// of "two convolutions", Winograd's filtering, which has a tolerance of its own.
  ///
  /// A sum of n products has a relative error of about √n ε, ε = 6e-8; with n below 800 and a few
  /// layers one after the other 1e-5 of the gradient's norm is ample, and a wrong sum far beyond.
  @Test(arguments: ImageNetwork.all)
  func singleAgreesWithDouble(_ network: ImageNetwork) throws {
    let check = try GradientCheck(network.classifier, input: network.input, examples: 9)
    let (loss, gradient) = try check.inSinglePrecision(network.classifier, input: network.input)
    #expect(abs(loss - check.loss(check.parameters)) < 1e-5)
    let reference = check.gradient()
    for tensor in check.network.layout.tensors {
      var distance = 0.0
      var size = 1e-6
      for i in tensor.offset..<tensor.offset + tensor.count {
        distance += (Double(gradient[i]) - reference[i]).squared
        size += reference[i].squared
      }
      #expect(distance.squareRoot() < 1e-5 * size.squareRoot() + 1e-8, "\(tensor.name)")
    }
  }

  @Test func maxPoolingByHand() throws {
    let network = try Network<Double>([MaxPooling(2)], input: [1, 4, 4], capacity: 1)
    let image: [Double] = [1, 2, 5, 3, 4, 0, 5, 1, -1, -2, .nan, 0, -3, -4, 9, 0]
    let outputs = network.forward(image, parameters: [0], pass: Pass(examples: 1, isTraining: true))
    #expect(outputs[0] == 4)
    #expect(outputs[1] == 5)
    #expect(outputs[2] == -1)
    #expect(outputs[3].isNaN)
  }

  /// Of equal pixels the first in reading order passes the gradient back, as in torch.
  @Test func maxPoolingOfEqualPixels() throws {
    let sights = try #require(PoolingSights([1, 4, 4], MaxPooling(2).pool))
    let pooling = MaxPoolingOperation<Double>(sights, capacity: 1)
    let image: [Double] = [1, 3, 0, 0, 3, 3, 0, 0, 2, 1, -1, -2, 2, 2, -1, -1]
    let pass = Pass(examples: 1, isTraining: true)
    var output = [Double](repeating: 0, count: 4)
    pooling.forward(image, parameters: [0], output: &output, pass: pass)
    #expect(output == [3, 0, 2, -1])
    var gradient = [Double](repeating: 0, count: 16)
    var (outputGradient, none) = ([1.0, 2, 3, 4], [0.0])
    pooling.backward(
      image, output: output, parameters: [0], outputGradient: &outputGradient,
      parameterGradient: &none, inputGradient: &gradient, pass: pass)
    #expect(gradient == [0, 1, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 0, 0, 0])
  }
}

@Suite("batch normalisation")
struct BatchNormalizationTests {
  static let examples = 32
  let network: Network<Double>
  let inputs: [Double]
  let parameters: [Double] = [1, 1, 0, 0]

  init() throws {
    network = try Network([BatchNormalization()], input: [2, 3, 3], capacity: Self.examples)
    var source = RandomSource(seed: 1, purpose: .instance)
    inputs = (0..<Self.examples * 18).map { _ in 1000 + 3 * source.normal() }
  }

  func outputs(training: Bool, tracked: Bool = false) -> [Double] {
    let pass = Pass(examples: Self.examples, isTraining: training, isTracked: tracked)
    let outputs = network.forward(inputs, parameters: parameters, pass: pass)
    return Array(UnsafeBufferPointer(start: outputs, count: inputs.count))
  }

  func moments(_ values: [Double], channel: Int) -> (mean: Double, variance: Double) {
    let own = stride(from: channel, to: values.count, by: 2).map { values[$0] }
    let mean = own.reduce(0, +) / Double(own.count)
    return (mean, own.reduce(0) { $0 + ($1 - mean).squared } / Double(own.count))
  }

  /// Mean 0, and variance σ² / (σ² + ε) with ε = 1e-5: below 1 by about 1e-6. Rounding of values
  /// near 1000 leaves 1e-13 each.
  @Test func outputsHaveMeanZeroAndVarianceOne() {
    let outputs = outputs(training: true)
    for channel in 0..<2 {
      let before = moments(inputs, channel: channel)
      let after = moments(outputs, channel: channel)
      #expect(abs(after.mean) < 1e-11)
      #expect(abs(after.variance - before.variance / (before.variance + 1e-5)) < 1e-10)
    }
  }

  @Test func runningStatisticsFollowTrackedTrainingPassesOnly() {
    let untouched = outputs(training: false)
    _ = outputs(training: true)
    #expect(outputs(training: false) == untouched)
    // The running values converge to the minibatch's: the mean, and the variance with the count
    // less one. After k passes 0.9^k of the start is left: 1e-14 of 1000 for k = 400.
    for _ in 0..<400 { _ = outputs(training: true, tracked: true) }
    let (mean, variance) = moments(inputs, channel: 0)
    let count = Double(Self.examples * 9)
    let expected =
      (inputs[0] - mean) / (variance * count / (count - 1) + 1e-5).squareRoot()
    #expect(abs(outputs(training: false)[0] - expected) < 1e-9)
  }
}

@Suite("shapes")
struct ShapeTests {
  @Test(arguments: [
    // The lecture's: (W − F + 2P) / S + 1.
    (7, 3, 1, 0, 5), (7, 3, 2, 0, 3), (7, 3, 3, 0, 2), (7, 3, 1, 1, 7), (32, 5, 1, 2, 32),
    (227, 11, 4, 0, 55), (4, 2, 2, 0, 2), (5, 5, 1, 0, 1),
  ])
  func places(_ length: Int, size: Int, stride: Int, padding: Int, expected: Int) {
    let window = Window(size: size, stride: stride, padding: padding)
    #expect(window.places(along: length) == expected)
    #expect(window.fits(length) == ((length - size + 2 * padding) % stride == 0))
  }

  @Test func aWindowLargerThanTheImageHasNoPlace() {
    #expect(Window(size: 5).places(along: 4) == nil)
    #expect(!Window(size: 3, stride: 3).fits(7))
  }

  @Test func receptiveFields() {
    for layers in 1...5 {
      let convolutions = Array(repeating: Convolution(4, size: 3) as any Layer, count: layers)
      #expect(receptiveField(of: convolutions) == 1 + layers * 2)
    }
    // A pooling layer of stride 2 doubles what every later pixel sees.
    #expect(
      receptiveField(of: [
        Convolution(4, size: 5), MaxPooling(2), Convolution(4, size: 5), MaxPooling(2), Flatten(),
      ]) == 16)
    #expect(
      receptiveField(of: [Residual([Convolution(1, size: 3), Convolution(1, size: 3)])]) == 5)
  }

  /// 2c2d, with the figures of its table worked out by hand.
  @Test func outlines() throws {
    let layers: [any Layer] = [
      Convolution(32, size: 5, padding: 2), MaxPooling(2),
      Convolution(64, size: 5, padding: 2), MaxPooling(2),
      Flatten(), Dense(1024, .relu), Dense(10),
    ]
    let expected: [(String, [Int], Int, Int?)] = [
      ("convolution1", [32, 28, 28], 5 * 5 * 32 + 32, 5),
      ("max-pooling1", [32, 14, 14], 0, 6),
      ("convolution2", [64, 14, 14], 5 * 5 * 32 * 64 + 64, 14),
      ("max-pooling2", [64, 7, 7], 0, 16),
      ("flatten1", [64 * 7 * 7], 0, nil),
      ("dense1", [1024], 64 * 7 * 7 * 1024 + 1024, nil),
      ("dense2", [10], 10250, nil),
    ]
    #expect(
      try NetworkPlan(layers, input: [1, 28, 28]).outline
        == expected.map {
          LayerOutline(layer: $0.0, output: $0.1, parameters: $0.2, receptiveField: $0.3)
        })
  }

  func message(_ layers: [any Layer], _ input: Shape) -> String {
    do throws(ShapeError) {
      _ = try Network<Float>(layers, input: input, capacity: 1)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test func whatDoesNotFitIsSaidWithBothShapes() {
    #expect(
      message([Convolution(4, size: 5, padding: 1)], [3, 2, 9])
        == "convolution1 takes images of at least 3×3 pixels (window 5, padding 1); its input is "
        + "3×2×9")
    #expect(
      message([Flatten(), Convolution(4, size: 5)], [1, 28, 28])
        == "convolution1 takes an image (channels × height × width); its input is 784")
    #expect(
      message([Convolution(4, size: 3), Dense(10)], [1, 28, 28])
        == "dense1 takes one axis (a flatten layer before it makes it so); its input is 4×26×26")
    #expect(
      message([Residual([Convolution(4, size: 3)])], [1, 28, 28])
        == "residual1 takes what its body keeps in shape, or a shortcut that changes it likewise "
        + "(the body makes it 4×26×26); its input is 1×28×28")
    #expect(
      message([Residual([MaxPooling(2), Dense(3)])], [1, 28, 28]).hasPrefix(
        "residual1.dense1 takes one axis"))
    #expect(
      message([MaxPooling(0)], [1, 28, 28]).hasPrefix("max-pooling1 takes a window of at least 1×1")
    )
    #expect(
      message([Convolution(4, size: 3, padding: 3)], [1, 28, 28]).contains("padding below"))
  }
}
