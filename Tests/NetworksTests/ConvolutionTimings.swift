// Prints how long the two convolutions in single precision take, from which the rule that chooses
// between them was read off:
//
//     OPTLAB_TIMINGS=1 make test-release
//
// It asserts nothing, and does nothing unless it is asked for.

import Foundation
import OptimizerKit
import Testing

@testable import Networks

@Suite struct ConvolutionTimings {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["OPTLAB_TIMINGS"] != nil))
  func directAndWinograd() {
    let layers: [(inputs: Int, outputs: Int, pixels: Int, size: Int)] = [
      (8, 8, 28, 3), (64, 64, 7, 3), (16, 32, 14, 3), (64, 64, 14, 3), (32, 32, 28, 3),
      (32, 64, 14, 5), (16, 32, 28, 5),
    ]
    print("milliseconds forward and backward, direct / Winograd")
    for layer in layers {
      var line =
        "\(layer.inputs) → \(layer.outputs), \(layer.pixels)², \(layer.size)×\(layer.size):"
      for examples in [128, 8, 1] {
        let layer = ConvolutionCase(
          inputs: layer.inputs, outputs: layer.outputs, height: layer.pixels, width: layer.pixels,
          size: layer.size, padding: layer.size / 2, examples: examples)
        let direct = milliseconds(OneDNNConvolution(layer.geometry, hasBias: true), layer.numbers)
        let winograd = milliseconds(WinogradConvolution(layer.geometry), layer.numbers)
        line += String(format: "  %.2f / %.2f", direct, winograd)
      }
      print(line)
    }
  }

  /// The least of some repetitions, after one that compiles and allocates.
  private func milliseconds(
    _ arithmetic: some LinearArithmetic<Float>, _ numbers: ConvolutionNumbers
  ) -> Double {
    _ = ConvolutionResults(arithmetic, numbers)
    var output = [Float](repeating: 0, count: numbers.outputGradient.count)
    var weightGradient = [Float](repeating: 0, count: numbers.weights.count)
    var inputGradient = [Float](repeating: 0, count: numbers.input.count)
    let clock = ContinuousClock()
    let times = (0..<10).map { _ in
      clock.measure {
        arithmetic.forward(
          numbers.input, weights: numbers.weights, bias: numbers.bias, output: &output,
          examples: numbers.examples)
        arithmetic.backward(
          numbers.input, weights: numbers.weights, outputGradient: numbers.outputGradient,
          weightGradient: &weightGradient, inputGradient: &inputGradient,
          examples: numbers.examples)
      }
    }
    let (seconds, attoseconds) = (times.min() ?? .zero).components
    return 1e3 * Double(seconds) + 1e-15 * Double(attoseconds)
  }
}
