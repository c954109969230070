// The convolutional layer, with its activation.

import OptimizerKit

/// A convolution over images: each output channel is a filter that spans all input channels and
/// slides over the pixels,
///
///     y[o, i, j] = f(b[o] + Σ_{c,u,v} W[o, c, u, v] x[c, iS + u − P, jS + v − P])
///
/// with W of outputs × channels × size × size, stride S and P zeros around the image. The output
/// has (W − F + 2P) / S + 1 pixels along each axis, rounded down. (What this field calls a
/// convolution is a cross-correlation.)
///
/// LeCun et al. 1989, doi:10.1162/neco.1989.1.4.541. In single precision the arithmetic is
/// Winograd's minimal filtering where that is faster, else oneDNN's; in double precision it is a
/// matrix product over patches.
public struct Convolution: Layer {
  public static let kind = "convolution"
  public static let formula =
    "y[o,i,j] = activation(bias[o] + sum over c,u,v of weight[o,c,u,v] x[c, i S + u - P, "
    + "j S + v - P]), S the stride, P the zeros on each side of the image; floor((W - F + 2 P) / S) "
    + "+ 1 pixels along an axis of W, F the window's size"

  /// The number of filters.
  public var outputs: Int
  /// What slides over the image.
  public var filter: Window
  /// The function applied to each output.
  public var activation: Activation
  /// How the weights are drawn.
  public var weights: Initializer
  /// How the biases are drawn; nil for a layer without biases, as before a normalisation.
  public var biases: Initializer?

  /// A layer of `outputs` filters of `size` × `size` pixels.
  public init(
    _ outputs: Int, size: Int, stride: Int = 1, padding: Int = 0,
    _ activation: Activation = .identity, weights: Initializer = .kaimingNormal,
    biases: Initializer? = .zeros
  ) {
    self.outputs = outputs
    filter = Window(size: size, stride: stride, padding: padding)
    self.activation = activation
    self.weights = weights
    self.biases = biases
  }

  public var window: Window? { filter }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    try filter.outputShape(input, channels: outputs, name: name)
  }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    let area = filter.size * filter.size
    let fans = (in: input.channels * area, out: outputs * area)
    let weight = LayerParameter(
      "weight", shape: [outputs, input.channels, filter.size, filter.size], role: .weight,
      fanIn: fans.in, initializer: weights, fans: fans)
    return [weight] + LayerParameter.bias(biases, outputs: outputs, fans: fans)
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    guard let output = try? outputShape(input, name: Self.kind) else { return nil }
    let geometry = ConvolutionGeometry(input: input, output: output, filter: filter)
    let arithmetic: any LinearArithmetic<R> =
      SinglePrecisionConvolution(geometry, hasBias: biases != nil) as? any LinearArithmetic<R>
      ?? PatchConvolution<R>(geometry)
    return ConvolutionOperation(
      geometry, hasBias: biases != nil, activation: activation, arithmetic: arithmetic)
  }
}

/// The sizes of a convolution.
struct ConvolutionGeometry {
  let input: Shape
  let output: Shape
  let filter: Window

  /// The weights of one filter: input channels × size × size.
  var patch: Int { input.channels * filter.size * filter.size }
  /// All weights.
  var weights: Int { output.channels * patch }
}

/// The computation of a `Convolution` layer.
final class ConvolutionOperation<R: NetworkScalar>: TangentOperation {
  let geometry: ConvolutionGeometry
  let hasBias: Bool
  let activation: Activation
  let arithmetic: any LinearArithmetic<R>
  private let tangents: LinearTangents<R>

  init(
    _ geometry: ConvolutionGeometry, hasBias: Bool, activation: Activation,
    arithmetic: any LinearArithmetic<R>
  ) {
    self.geometry = geometry
    self.hasBias = hasBias
    self.activation = activation
    self.arithmetic = arithmetic
    tangents = LinearTangents(
      arithmetic, inputs: geometry.input.count, outputs: geometry.output.count,
      weights: geometry.weights, biases: hasBias ? geometry.output.channels : 0)
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    arithmetic.forward(
      input, weights: parameters, bias: hasBias ? parameters + geometry.weights : nil,
      output: output, examples: pass.examples)
    // Not within oneDNN's convolution, which could do it: its rectifier turns NaN into 0, and a
    // run that has diverged would go on unseen.
    activation.apply(
      output, bias: nil, rows: pass.examples * geometry.output.positions,
      columns: geometry.output.channels)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    activation.multiplyByDerivative(
      outputGradient, output: output,
      biasGradient: hasBias ? parameterGradient + geometry.weights : nil,
      rows: pass.examples * geometry.output.positions, columns: geometry.output.channels)
    arithmetic.backward(
      input, weights: parameters, outputGradient: UnsafePointer(outputGradient),
      weightGradient: parameterGradient, inputGradient: inputGradient, examples: pass.examples)
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    tangents.forward(
      input, inputTangent: inputTangent, parameters: parameters, into: outputTangent,
      examples: pass.examples)
    activation.multiplyByDerivative(
      outputTangent, output: output, biasGradient: nil,
      rows: pass.examples * geometry.output.positions, columns: geometry.output.channels)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    activation.multiplyByDerivative(
      outputGradient, output: output, count: pass.examples * geometry.output.count)
    tangents.backward(
      input, inputTangent: inputTangent, parameters: parameters, gradient: outputGradient,
      parameterGradientTangent: parameterGradientTangent, inputGradient: inputGradient,
      examples: pass.examples)
  }
}
