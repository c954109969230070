// A convolution in single precision: by Winograd's minimal filtering or by oneDNN, as is faster.

/// Chooses for each pass, by its number of examples.
final class SinglePrecisionConvolution: LinearArithmetic {
  typealias Scalar = Float

  private let geometry: ConvolutionGeometry
  private let hasBias: Bool
  private lazy var winograd = WinogradConvolution(geometry)
  private lazy var direct = OneDNNConvolution(geometry, hasBias: hasBias)

  init(_ geometry: ConvolutionGeometry, hasBias: Bool) {
    self.geometry = geometry
    self.hasBias = hasBias
  }

  func forward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>, examples: Int
  ) {
    if geometry.favoursWinograd(examples: examples) {
      winograd.forward(input, weights: weights, bias: bias, output: output, examples: examples)
    } else {
      direct.forward(input, weights: weights, bias: bias, output: output, examples: examples)
    }
  }

  func backward(
    _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, weightGradient: UnsafeMutablePointer<Float>?,
    inputGradient: UnsafeMutablePointer<Float>?, examples: Int
  ) {
    if geometry.favoursWinograd(examples: examples) {
      winograd.backward(
        input, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient,
        inputGradient: inputGradient, examples: examples)
    } else {
      direct.backward(
        input, weights: weights, outputGradient: outputGradient, weightGradient: weightGradient,
        inputGradient: inputGradient, examples: examples)
    }
  }
}

extension ConvolutionGeometry {
  /// Whether Winograd's minimal filtering takes less time than oneDNN's direct convolution.
  ///
  /// The direct one multiplies F² times for each output and input channel. Winograd's multiplies 64
  /// times for each tile of (9 − F)² outputs, and transforms 64 numbers for each channel of a tile,
  /// in groups of sixteen, and for each filter; one such number costs as much as sixteen
  /// multiplications.
  ///
  /// Milliseconds forward and backward, direct / Winograd, on one core of a Zen 4 with AVX-512, as
  /// the test ConvolutionTimings prints them where it is asked to:
  ///
  ///     channels  image  filter  128 examples   8 examples    1 example
  ///      8 →  8   28×28   3×3      6.3 /  9.5  0.38 / 0.51  0.05 / 0.06
  ///     64 → 64    7×7    3×3     11.6 / 11.4  0.65 / 0.83  0.10 / 0.27
  ///     16 → 32   14×14   3×3      6.2 /  5.5  0.35 / 0.29  0.04 / 0.06
  ///     64 → 64   14×14   3×3     52.9 / 27.6  2.84 / 1.62  0.37 / 0.39
  ///     32 → 32   28×28   3×3     52.3 / 26.1  3.01 / 1.28  0.36 / 0.19
  ///     32 → 64   14×14   5×5     61.7 / 26.0  3.65 / 1.55  0.49 / 0.33
  ///     16 → 32   28×28   5×5     66.4 / 26.7  3.92 / 1.38  0.48 / 0.22
  ///
  /// Near the border the rule may take the slower of two ways that are almost equal.
  func favoursWinograd(examples: Int) -> Bool {
    guard filter.stride == 1, 2...7 ~= filter.size else { return false }
    let (inputs, outputs) = (input.channels, output.channels)
    let tiling = WinogradTiling(output, step: WinogradTransform.points + 1 - filter.size)
    let tiles = examples * tiling.count
    let width = ChannelGroup.scalarCount
    let groups = (inputs: ChannelGroup.groups(inputs), outputs: ChannelGroup.groups(outputs))
    let products = tiles * inputs * outputs
    let transforms = width * (tiles * (groups.inputs + groups.outputs) + inputs * groups.outputs)
    return WinogradTransform.area * (products + 16 * transforms)
      < examples * output.positions * filter.size * filter.size * inputs * outputs
  }
}
