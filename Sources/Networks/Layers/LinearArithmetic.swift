// The linear part of a layer with weights, and the rule that gives its tangents.

import LinearAlgebra
import OptimizerKit

/// The linear part of a dense layer or a convolution, z = W x + b, and its derivatives. W and b are
/// as in the parameter vector.
protocol LinearArithmetic<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// output ← W input + bias.
  func forward(
    _ input: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?,
    output: UnsafeMutablePointer<Scalar>, examples: Int)

  /// The gradients with respect to W and the input, each where it is asked for.
  func backward(
    _ input: UnsafePointer<Scalar>, weights: UnsafePointer<Scalar>,
    outputGradient: UnsafePointer<Scalar>, weightGradient: UnsafeMutablePointer<Scalar>?,
    inputGradient: UnsafeMutablePointer<Scalar>?, examples: Int)
}

/// Products with a matrix of outputs × inputs.
final class MatrixArithmetic<R: NetworkScalar>: LinearArithmetic {
  let inputs: Int
  let outputs: Int

  init(inputs: Int, outputs: Int) {
    self.inputs = inputs
    self.outputs = outputs
  }

  func forward(
    _ input: UnsafePointer<R>, weights: UnsafePointer<R>, bias: UnsafePointer<R>?,
    output: UnsafeMutablePointer<R>, examples: Int
  ) {
    R.multiply(
      input, weights, transposeB: true, into: output,
      rows: examples, columns: outputs, inner: inputs)
    Activation.identity.apply(output, bias: bias, rows: examples, columns: outputs)
  }

  func backward(
    _ input: UnsafePointer<R>, weights: UnsafePointer<R>, outputGradient: UnsafePointer<R>,
    weightGradient: UnsafeMutablePointer<R>?, inputGradient: UnsafeMutablePointer<R>?, examples: Int
  ) {
    if let weightGradient {
      R.multiply(
        outputGradient, transposeA: true, input, into: weightGradient,
        rows: outputs, columns: inputs, inner: examples)
    }
    if let inputGradient {
      R.multiply(
        outputGradient, weights, into: inputGradient,
        rows: examples, columns: inputs, inner: outputs)
    }
  }
}

/// The tangents of z = W x + b and of its gradients. The map is linear in W and in x, so that by the
/// product rule they are sums of the map itself, with the tangent of one in the place of the other:
///
///     R{z} = R{W} x + W R{x} + R{b}    R{∂L/∂W} = R{∂L/∂z}ᵀ x + (∂L/∂z)ᵀ R{x}
///     R{∂L/∂b} = Σ R{∂L/∂z}            R{∂L/∂x} = R{∂L/∂z} W + ∂L/∂z R{W}
final class LinearTangents<R: NetworkScalar> {
  private let arithmetic: any LinearArithmetic<R>
  // Of one example, and of all.
  private let inputs: Int
  private let outputs: Int
  private let weights: Int
  private let biases: Int  // 0 for none
  private let sum = Workspace<R>()
  private let weightSum = Workspace<R>()
  private let noBias = Workspace<R>()

  init(
    _ arithmetic: any LinearArithmetic<R>, inputs: Int, outputs: Int, weights: Int, biases: Int
  ) {
    self.arithmetic = arithmetic
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.biases = biases
  }

  /// target ← R{z}.
  func forward(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, parameters: DualPointer<R>,
    into target: UnsafeMutablePointer<R>, examples: Int
  ) {
    let hasBias = biases > 0
    arithmetic.forward(
      input, weights: parameters.tangent, bias: hasBias ? parameters.tangent + weights : nil,
      output: target, examples: examples)
    guard let inputTangent else { return }
    let other = sum.room(examples * outputs)
    arithmetic.forward(
      inputTangent, weights: parameters.value, bias: hasBias ? noBias.room(biases) : nil,
      output: other, examples: examples)
    add(other, to: target, count: examples * outputs)
  }

  /// The tangents of the gradients, and the gradient with respect to the input, from that with
  /// respect to z.
  func backward(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, parameters: DualPointer<R>,
    gradient: MutableDualPointer<R>, parameterGradientTangent: UnsafeMutablePointer<R>,
    inputGradient: MutableDualPointer<R>?, examples: Int
  ) {
    arithmetic.backward(
      input, weights: parameters.value, outputGradient: gradient.tangent,
      weightGradient: parameterGradientTangent, inputGradient: inputGradient?.tangent,
      examples: examples)
    if biases > 0 {
      Activation.identity.multiplyByDerivative(
        gradient.tangent, output: gradient.tangent,
        biasGradient: parameterGradientTangent + weights,
        rows: examples * outputs / biases, columns: biases)
    }
    guard let inputTangent, let inputGradient else { return }
    let (otherWeights, other) = (weightSum.room(weights), sum.room(examples * inputs))
    arithmetic.backward(
      inputTangent, weights: parameters.tangent, outputGradient: gradient.value,
      weightGradient: otherWeights, inputGradient: other, examples: examples)
    add(otherWeights, to: parameterGradientTangent, count: weights)
    add(other, to: inputGradient.tangent, count: examples * inputs)
    arithmetic.backward(
      input, weights: parameters.value, outputGradient: gradient.value, weightGradient: nil,
      inputGradient: inputGradient.value, examples: examples)
  }
}
