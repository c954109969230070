// The layer whose activation function is learned: the largest of several linear functions.

import LinearAlgebra
import OptimizerKit

/// A fully connected layer of which each output is the largest of k linear functions of the input,
/// its pieces: y_j = max_p (x W_{p j}ᵀ + b_{p j}).
///
/// W is k·outputs × inputs and b as long as k·outputs, piece by piece: piece p of output j is row
/// p · outputs + j. Backward, the gradient of an output goes to its largest piece, the first of
/// equals. k times the parameters and the work of `Dense`.
///
/// By default the weights have variance 1 / fan-in: with two pieces, symmetric about 0, the larger
/// has the same mean square as either, so that signals keep their size.
///
/// Goodfellow et al. 2013, arXiv 1302.4389.
public struct Maxout: Layer {
  public static let kind = "maxout"
  public static let formula =
    "y_j = max over pieces p of (weight x + bias)_r, r = p * outputs + j"

  /// The number of outputs.
  public var outputs: Int
  /// The linear functions of each output, at least 1.
  public var pieces: Int
  /// How the weights are drawn.
  public var weights: Initializer
  /// How the biases are drawn; nil for a layer without biases.
  public var biases: Initializer?

  public init(
    _ outputs: Int, pieces: Int = 2, weights: Initializer = .lecunNormal,
    biases: Initializer? = .zeros
  ) {
    self.outputs = outputs
    self.pieces = pieces
    self.weights = weights
    self.biases = biases
  }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    guard pieces >= 1 else {
      throw ShapeError(
        layer: name, expected: "at least 1 piece for each output (it has \(pieces))", found: input)
    }
    try input.checkIsVector(for: name)
    return [outputs]
  }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    // An input contributes to one piece of each output only, as far as gradients go.
    let fans = (in: input.count, out: outputs)
    let weight = LayerParameter(
      "weight", shape: [pieces * outputs, input.count], role: .weight, fanIn: input.count,
      initializer: weights, fans: fans)
    return [weight] + LayerParameter.bias(biases, outputs: pieces * outputs, fans: fans)
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    MaxoutOperation<R>(
      inputs: input.count, outputs: outputs, pieces: pieces, hasBias: biases != nil,
      capacity: context.capacity)
  }
}

/// The computation of a `Maxout` layer.
final class MaxoutOperation<R: NetworkScalar>: TangentOperation {
  let inputs: Int
  let outputs: Int
  let pieces: Int
  let hasBias: Bool
  // The pieces, examples × (pieces · outputs); in backward, their gradients.
  let values: UnsafeMutablePointer<R>
  private let matrix: MatrixArithmetic<R>
  private let tangents: LinearTangents<R>
  // The tangents of the pieces; in backward, those of their gradients.
  private let valueTangents = Workspace<R>()

  init(inputs: Int, outputs: Int, pieces: Int, hasBias: Bool, capacity: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.pieces = pieces
    self.hasBias = hasBias
    values = allocateAligned(capacity * pieces * outputs)
    let width = pieces * outputs
    matrix = MatrixArithmetic(inputs: inputs, outputs: width)
    tangents = LinearTangents(
      matrix, inputs: inputs, outputs: width, weights: width * inputs, biases: hasBias ? width : 0)
  }

  deinit { free(aligned: values) }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let width = pieces * outputs
    matrix.forward(
      input, weights: parameters, bias: hasBias ? parameters + width * inputs : nil,
      output: values, examples: pass.examples)
    largestPiece(values, into: output, rows: pass.examples, columns: outputs, pieces: pieces)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    let width = pieces * outputs
    distribute(
      outputGradient, output: output, pieces: pieces, values: values, rows: pass.examples,
      columns: outputs)
    Activation.identity.multiplyByDerivative(
      values, output: values, biasGradient: hasBias ? parameterGradient + width * inputs : nil,
      rows: pass.examples, columns: width)
    matrix.backward(
      input, weights: parameters, outputGradient: values, weightGradient: parameterGradient,
      inputGradient: inputGradient, examples: pass.examples)
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    let pieceTangents = valueTangents.room(pass.examples * pieces * outputs)
    tangents.forward(
      input, inputTangent: inputTangent, parameters: parameters, into: pieceTangents,
      examples: pass.examples)
    tangentOfLargest(
      pieceTangents, values: values, output: output, into: outputTangent, rows: pass.examples,
      columns: outputs, pieces: pieces)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    let count = pass.examples * pieces * outputs
    let gradient = MutableDualPointer(value: values, tangent: valueTangents.room(count))
    gradient.tangent.update(from: values, count: count)
    for (gradient, target) in [
      (outputGradient.value, gradient.value), (outputGradient.tangent, gradient.tangent),
    ] {
      distribute(
        gradient, output: output.value, pieces: pieces, values: target, rows: pass.examples,
        columns: outputs)
    }
    tangents.backward(
      input, inputTangent: inputTangent, parameters: parameters, gradient: gradient,
      parameterGradientTangent: parameterGradientTangent, inputGradient: inputGradient,
      examples: pass.examples)
  }
}

/// output ← the largest of the pieces; NaN where one of them is NaN.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func largestPiece<R: NetworkScalar>(
  _ values: UnsafePointer<R>, into output: UnsafeMutablePointer<R>, rows: Int, columns: Int,
  pieces: Int
) {
  for row in 0..<rows {
    let z = values + row * pieces * columns
    let y = output + row * columns
    for j in 0..<columns { y[j] = z[j] }
    for piece in stride(from: 1, to: pieces, by: 1) {
      let z = z + piece * columns
      for j in 0..<columns {
        let replaces = z[j] > y[j] || z[j] != z[j]
        y[j] = replaces ? z[j] : y[j]
      }
    }
  }
}

/// target ← the tangent of the largest piece, the first of equals.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func tangentOfLargest<R: NetworkScalar>(
  _ tangents: UnsafePointer<R>, values: UnsafePointer<R>, output: UnsafePointer<R>,
  into target: UnsafeMutablePointer<R>, rows: Int, columns: Int, pieces: Int
) {
  for row in 0..<rows {
    let y = output + row * columns
    let yTangent = target + row * columns
    for piece in (0..<pieces).reversed() {
      let z = values + (row * pieces + piece) * columns
      let zTangent = tangents + (row * pieces + piece) * columns
      for j in 0..<columns { yTangent[j] = z[j] == y[j] ? zTangent[j] : yTangent[j] }
    }
  }
}

/// values ← gradient where a value is its output, 0 elsewhere. Of equals the first takes it all:
/// `gradient` is 0 on return.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func distribute<R: NetworkScalar>(
  _ gradient: UnsafeMutablePointer<R>, output: UnsafePointer<R>, pieces: Int,
  values: UnsafeMutablePointer<R>, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let y = output + row * columns
    let g = gradient + row * columns
    for piece in 0..<pieces {
      let z = values + (row * pieces + piece) * columns
      for j in 0..<columns {
        let isLargest = z[j] == y[j]
        z[j] = isLargest ? g[j] : 0
        g[j] = isLargest ? 0 : g[j]
      }
    }
  }
}
