// The fully connected layer, with its activation.

import LinearAlgebra
import OptimizerKit

/// A fully connected layer: y = f(x Wᵀ + b).
///
/// x is examples × inputs, W outputs × inputs, b and y as long as the outputs. Backward, with
/// z the argument of f:
///
///     ∂L/∂z = ∂L/∂y · f'(z)    ∂L/∂W = (∂L/∂z)ᵀ x    ∂L/∂b = Σ ∂L/∂z    ∂L/∂x = ∂L/∂z W
///
/// Three matrix products, two where the input needs no gradient.
public struct Dense: Layer {
  public static let kind = "dense"
  public static let formula =
    "y = activation(weight x + bias)"

  /// The number of outputs.
  public var outputs: Int
  /// The function applied to each output.
  public var activation: Activation
  /// How the weights are drawn.
  public var weights: Initializer
  /// How the biases are drawn; nil for a layer without biases, as before a normalisation.
  public var biases: Initializer?

  /// A layer of `outputs` units.
  public init(
    _ outputs: Int, _ activation: Activation = .identity, weights: Initializer = .kaimingNormal,
    biases: Initializer? = .zeros
  ) {
    self.outputs = outputs
    self.activation = activation
    self.weights = weights
    self.biases = biases
  }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    try input.checkIsVector(for: name)
    return [outputs]
  }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    let fans = (in: input.count, out: outputs)
    let weight = LayerParameter(
      "weight", shape: [outputs, input.count], role: .weight, fanIn: input.count,
      initializer: weights, fans: fans)
    return [weight] + LayerParameter.bias(biases, outputs: outputs, fans: fans)
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    DenseOperation<R>(
      inputs: input.count, outputs: outputs, hasBias: biases != nil, activation: activation)
  }
}

/// The computation of a `Dense` layer.
final class DenseOperation<R: NetworkScalar>: TangentOperation {
  let inputs: Int
  let outputs: Int
  let hasBias: Bool
  let activation: Activation
  private let matrix: MatrixArithmetic<R>
  private let tangents: LinearTangents<R>

  init(inputs: Int, outputs: Int, hasBias: Bool, activation: Activation) {
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
    self.activation = activation
    matrix = MatrixArithmetic(inputs: inputs, outputs: outputs)
    tangents = LinearTangents(
      matrix, inputs: inputs, outputs: outputs, weights: outputs * inputs,
      biases: hasBias ? outputs : 0)
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    matrix.forward(
      input, weights: parameters, bias: nil, output: output, examples: pass.examples)
    activation.apply(
      output, bias: hasBias ? parameters + outputs * inputs : nil, rows: pass.examples,
      columns: outputs)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    activation.multiplyByDerivative(
      outputGradient, output: output,
      biasGradient: hasBias ? parameterGradient + outputs * inputs : nil, rows: pass.examples,
      columns: outputs)
    matrix.backward(
      input, weights: parameters, outputGradient: outputGradient, weightGradient: parameterGradient,
      inputGradient: inputGradient, examples: pass.examples)
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    tangents.forward(
      input, inputTangent: inputTangent, parameters: parameters, into: outputTangent,
      examples: pass.examples)
    activation.multiplyByDerivative(
      outputTangent, output: output, biasGradient: nil, rows: pass.examples, columns: outputs)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    activation.multiplyByDerivative(
      outputGradient, output: output, count: pass.examples * outputs)
    tangents.backward(
      input, inputTangent: inputTangent, parameters: parameters, gradient: outputGradient,
      parameterGradientTangent: parameterGradientTangent, inputGradient: inputGradient,
      examples: pass.examples)
  }
}
