// Winograd's minimal filtering against the convolution that is a matrix product over patches.

import LinearAlgebra
import OptimizerKit
import Testing

@testable import Networks

/// A convolution of stride 1 with numbers to compute it on.
struct ConvolutionCase: CustomTestStringConvertible {
  var inputs: Int
  var outputs: Int
  var height: Int
  var width: Int
  var size: Int
  var padding: Int
  var examples = 3

  var testDescription: String {
    "\(inputs)→\(outputs), \(height)×\(width), filter \(size), padding \(padding), \(examples)"
  }

  var geometry: ConvolutionGeometry {
    let filter = Window(size: size, padding: padding)
    let input: Shape = [inputs, height, width]
    let output: Shape = [
      outputs, filter.places(along: height) ?? 0, filter.places(along: width) ?? 0,
    ]
    return ConvolutionGeometry(input: input, output: output, filter: filter)
  }

  /// Input, weights, biases and output gradient. Inputs are positive, as after a rectifier: there
  /// errors are largest.
  var numbers: ConvolutionNumbers {
    var source = RandomSource(seed: 7, purpose: .instance)
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in Float(source.normal()) } }
    return ConvolutionNumbers(
      input: draw(examples * geometry.input.count).map { max($0, 0) },
      weights: draw(geometry.weights), bias: draw(outputs),
      outputGradient: draw(examples * geometry.output.count), examples: examples)
  }

  static let all: [ConvolutionCase] =
    [(1, 1), (3, 20), (16, 16), (20, 3), (17, 33), (32, 64), (64, 32)].map {
      ConvolutionCase(inputs: $0, outputs: $1, height: 14, width: 14, size: 5, padding: 2)
    }
    + (2...7).flatMap { size in
      [0, size / 2, size - 1].map {
        ConvolutionCase(inputs: 5, outputs: 18, height: 9, width: 13, size: size, padding: $0)
      }
    }
    + (0...4).map {
      ConvolutionCase(inputs: 16, outputs: 20, height: 11, width: 8, size: 5, padding: $0)
    }
    // Images smaller than a tile, down to one pixel; many blocks of tiles.
    + [
      ConvolutionCase(inputs: 3, outputs: 4, height: 1, width: 1, size: 3, padding: 1),
      ConvolutionCase(inputs: 3, outputs: 4, height: 1, width: 6, size: 3, padding: 2),
      ConvolutionCase(inputs: 16, outputs: 16, height: 3, width: 2, size: 5, padding: 2),
      ConvolutionCase(inputs: 4, outputs: 16, height: 5, width: 5, size: 5, padding: 0),
      ConvolutionCase(inputs: 2, outputs: 3, height: 37, width: 29, size: 3, padding: 1),
      ConvolutionCase(
        inputs: 4, outputs: 4, height: 10, width: 10, size: 3, padding: 1, examples: 1),
    ]
}

struct ConvolutionNumbers {
  var input: [Float]
  var weights: [Float]
  var bias: [Float]
  var outputGradient: [Float]
  var examples: Int
}

/// What the three computations of a convolution give.
struct ConvolutionResults<R: NetworkScalar>: Equatable {
  var output: [R]
  var weightGradient: [R]
  var inputGradient: [R]

  /// Every place where something is to be written begins as 99.
  init(_ arithmetic: some LinearArithmetic<R>, _ numbers: ConvolutionNumbers) {
    let (input, weights) = (numbers.input.map(R.init), numbers.weights.map(R.init))
    output = [R](repeating: 99, count: numbers.outputGradient.count)
    weightGradient = [R](repeating: 99, count: weights.count)
    inputGradient = [R](repeating: 99, count: input.count)
    arithmetic.forward(
      input, weights: weights, bias: numbers.bias.map(R.init), output: &output,
      examples: numbers.examples)
    arithmetic.backward(
      input, weights: weights, outputGradient: numbers.outputGradient.map(R.init),
      weightGradient: &weightGradient, inputGradient: &inputGradient, examples: numbers.examples)
  }

  var parts: [(name: String, values: [R])] {
    [("output", output), ("weights", weightGradient), ("input", inputGradient)]
  }
}

/// For each of the three results, ‖a − b‖ / ‖b‖.
func distances(_ a: ConvolutionResults<Float>, _ b: ConvolutionResults<Double>) -> [String: Double]
{
  var all: [String: Double] = [:]
  for ((name, values), (_, reference)) in zip(a.parts, b.parts) {
    var distance = 0.0
    var size = 0.0
    for i in values.indices {
      distance += (Double(values[i]) - reference[i]).squared
      size += reference[i].squared
    }
    all[name] = (distance / size).squareRoot()
  }
  return all
}

@Suite("Winograd's minimal filtering")
struct WinogradTests {
  /// An error made in a number of a tile comes out multiplied. With independent errors of relative
  /// size e in each product, those of y = Aᵀ [(S A w) ⊙ (B x)] have the variance
  ///
  ///     e² Σ (A[i, o] S[i] A[i, k] B[i, l])² / r    over points i and elements k, l
  ///
  /// which for these points is between 19 e² and 25 e² along an axis, and so at most (25 e)² over
  /// images. Rounding is ε / 2 = 6e-8 at most and a third of its square on average; each number is
  /// rounded about ten times on its way: e is near 1e-7, and the error near 3e-6. Where two
  /// results' magnitudes cancel it is larger, hence 1e-5; a wrong sum is far beyond.
  static let tolerance = 1e-5

  @Test(arguments: ConvolutionCase.all)
  func agreesWithPatches(_ example: ConvolutionCase) {
    let numbers = example.numbers
    let reference = ConvolutionResults(PatchConvolution<Double>(example.geometry), numbers)
    let results = ConvolutionResults(WinogradConvolution(example.geometry), numbers)
    for (name, distance) in distances(results, reference) {
      #expect(distance < Self.tolerance, "\(name)")
    }
  }

  /// A pass may leave nothing behind, not even NaN in memory that a later one multiplies by 0.
  @Test func nothingIsKeptBetweenPasses() {
    var example = ConvolutionCase(
      inputs: 17, outputs: 33, height: 14, width: 9, size: 5, padding: 2)
    let used = WinogradConvolution(example.geometry)
    for examples in [9, 2, 5, 9] {
      example.examples = examples
      var spoilt = example.numbers
      spoilt.input = spoilt.input.map { _ in .nan }
      spoilt.weights = spoilt.weights.map { _ in .nan }
      spoilt.outputGradient = spoilt.outputGradient.map { _ in .nan }
      _ = ConvolutionResults(used, spoilt)
      let numbers = example.numbers
      let fresh = ConvolutionResults(WinogradConvolution(example.geometry), numbers)
      #expect(ConvolutionResults(used, numbers) == fresh)
      #expect(ConvolutionResults(used, numbers) == fresh)
    }
  }

  /// Whatever is not finite directly is not finite here either.
  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func whatIsNotFiniteStaysSo(_ value: Float) {
    let example = ConvolutionCase(
      inputs: 3, outputs: 4, height: 10, width: 9, size: 3, padding: 1, examples: 2)
    func spoilt(_ change: (inout ConvolutionNumbers) -> Void) {
      var numbers = example.numbers
      change(&numbers)
      let reference = ConvolutionResults(PatchConvolution<Double>(example.geometry), numbers)
      let results = ConvolutionResults(WinogradConvolution(example.geometry), numbers)
      for ((name, values), (_, expected)) in zip(results.parts, reference.parts) {
        for i in values.indices where !expected[i].isFinite {
          #expect(!values[i].isFinite, "\(name) \(i)")
        }
      }
    }
    spoilt { $0.input[0] = value }
    spoilt { $0.input[$0.input.count / 2 + 13] = value }
    spoilt { $0.input[$0.input.count - 1] = value }
    spoilt { $0.weights[0] = value }
    spoilt { $0.weights[$0.weights.count - 1] = value }
    spoilt { $0.bias[2] = value }
    spoilt { $0.outputGradient[0] = value }
    spoilt { $0.outputGradient[$0.outputGradient.count - 1] = value }
  }

  @Test(arguments: WinogradFault.Kind.allCases)
  func faultsAreFound(_ kind: WinogradFault.Kind) {
    let example = ConvolutionCase(
      inputs: 3, outputs: 20, height: 10, width: 9, size: 5, padding: 1)
    let numbers = example.numbers
    let reference = ConvolutionResults(PatchConvolution<Double>(example.geometry), numbers)
    let results = ConvolutionResults(WinogradFault(kind, example.geometry), numbers)
    let found = distances(results, reference).filter { $0.value > 10 * Self.tolerance }
    #expect(Set(found.keys) == kind.result)
  }

  @Test func theFasterWayIsChosen() {
    func isWinograd(
      _ inputs: Int, _ outputs: Int, _ length: Int, _ size: Int, examples: Int, stride: Int = 1
    ) -> Bool {
      let filter = Window(size: size, stride: stride, padding: size / 2)
      let places = filter.places(along: length) ?? 0
      return ConvolutionGeometry(
        input: [inputs, length, length], output: [outputs, places, places], filter: filter
      ).favoursWinograd(examples: examples)
    }
    #expect(isWinograd(32, 64, 14, 5, examples: 128))
    #expect(isWinograd(32, 64, 14, 5, examples: 1))
    #expect(isWinograd(64, 64, 28, 3, examples: 1))
    // Too few channels, too small an image, too few examples for the filters.
    #expect(!isWinograd(1, 32, 28, 5, examples: 128))
    #expect(!isWinograd(8, 8, 14, 3, examples: 128))
    #expect(!isWinograd(32, 32, 7, 3, examples: 128))
    #expect(!isWinograd(128, 128, 7, 5, examples: 1))
    // Filters and strides that it does not know.
    for (size, stride) in [(1, 1), (8, 1), (9, 1), (15, 1), (5, 2)] {
      #expect(!isWinograd(64, 64, 28, size, examples: 128, stride: stride))
    }
  }

  /// One example goes through oneDNN here, nine through Winograd's filtering.
  @Test(arguments: [1, 9])
  func eitherWayAgreesWithPatches(_ examples: Int) {
    let example = ConvolutionCase(
      inputs: 32, outputs: 32, height: 7, width: 7, size: 5, padding: 2, examples: examples)
    #expect(example.geometry.favoursWinograd(examples: examples) == (examples == 9))
    let numbers = example.numbers
    let reference = ConvolutionResults(PatchConvolution<Double>(example.geometry), numbers)
    let results = ConvolutionResults(
      SinglePrecisionConvolution(example.geometry, hasBias: true), numbers)
    for (name, distance) in distances(results, reference) {
      #expect(distance < Self.tolerance, "\(name)")
    }
  }
}

/// A Winograd convolution with a fault.
final class WinogradFault: LinearArithmetic {
  enum Kind: String, CaseIterable {
    /// The filters of the input's gradient are not turned.
    case unturned
    /// The last pixel of the output is that before it.
    case edge
    /// The first example does not count in the filters' gradient.
    case example

    /// Where it shows.
    var result: Set<String> {
      switch self {
      case .unturned: ["input"]
      case .edge: ["output"]
      case .example: ["weights"]
      }
    }
  }

  typealias Scalar = Float
  let kind: Kind
  let geometry: ConvolutionGeometry
  let sound: WinogradConvolution

  init(_ kind: Kind, _ geometry: ConvolutionGeometry) {
    self.kind = kind
    self.geometry = geometry
    sound = WinogradConvolution(geometry)
  }

  func forward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, examples: Int
  ) {
    sound.forward(input, weights: weights, bias: bias, output: output, examples: examples)
    guard kind == .edge else { return }
    let channels = geometry.output.channels
    let last = output + examples * geometry.output.count - channels
    last.update(from: last - channels, count: channels)
  }

  func backward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, examples: Int
  ) {
    let area = geometry.filter.size * geometry.filter.size
    let weights = (0..<geometry.weights).map {
      kind == .unturned ? weights[$0 / area * area + area - 1 - $0 % area] : weights[$0]
    }
    sound.backward(
      input, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient,
      inputGradient: inputGradient, examples: examples)
    guard kind == .example else { return }
    sound.backward(
      input + geometry.input.count, weights: weights,
      outputGradient: outputGradient + geometry.output.count, weightGradient: weightGradient,
      inputGradient: nil, examples: examples - 1)
  }
}
