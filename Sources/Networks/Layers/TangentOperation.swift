// A gradient's derivative along a direction, the product of the Hessian with it.
//
// Forward, each signal is followed by its tangent; backward, each gradient by its own: Pearlmutter
// 1994, doi:10.1162/neco.1994.6.1.147, calls what makes tangents the operator R. In other words, the
// two passes are those of dual numbers a + b ε, ε² = 0, where parameters are w + v ε.

import OptimizerKit

/// A vector and its tangent, the derivative of the vector along a direction in the space of parameters.
public struct DualPointer<R: NetworkScalar> {
  public let value: UnsafePointer<R>
  public let tangent: UnsafePointer<R>

  public init(value: UnsafePointer<R>, tangent: UnsafePointer<R>) {
    self.value = value
    self.tangent = tangent
  }

  /// Where the element of that index begins.
  static func + (pointer: DualPointer, index: Int) -> DualPointer {
    DualPointer(value: pointer.value + index, tangent: pointer.tangent + index)
  }

  /// The element of that index.
  subscript(index: Int) -> Dual {
    Dual(Double(value[index]), derivative: Double(tangent[index]))
  }
}

/// A vector and its tangent, to be written.
public struct MutableDualPointer<R: NetworkScalar> {
  public let value: UnsafeMutablePointer<R>
  public let tangent: UnsafeMutablePointer<R>

  public init(value: UnsafeMutablePointer<R>, tangent: UnsafeMutablePointer<R>) {
    self.value = value
    self.tangent = tangent
  }

  /// Copies `count` elements of each.
  func update(from source: MutableDualPointer, count: Int) {
    value.update(from: source.value, count: count)
    tangent.update(from: source.tangent, count: count)
  }
}

/// A layer's computation that has tangents. Where all layers of a network are such, and the loss is a
/// `CurvedLoss`, the network offers Hessian–vector products.
///
/// The tangent of the network's own input is nil: nothing moves there, and nobody needs a gradient.
/// A layer without parameters is not called for it.
public protocol TangentOperation<Scalar>: LayerOperation {
  /// outputTangent ← ∂f/∂input · inputTangent + ∂f/∂parameters · parameters.tangent; follows a
  /// `forward` of the same pass.
  func forwardTangent(
    _ input: UnsafePointer<Scalar>, inputTangent: UnsafePointer<Scalar>?,
    output: UnsafePointer<Scalar>, parameters: DualPointer<Scalar>,
    outputTangent: UnsafeMutablePointer<Scalar>, pass: Pass)

  /// What `backward` computes, and its tangent; follows a `forwardTangent` of the same pass.
  ///
  /// - Parameters:
  ///   - outputGradient: ∂loss/∂output and its tangent; both may be overwritten.
  ///   - parameterGradientTangent: the tangent of ∂loss/∂parameters; written, not added to.
  ///   - inputGradient: ∂loss/∂input and its tangent, written; nil where `inputTangent` is.
  func backwardTangent(
    _ input: UnsafePointer<Scalar>, inputTangent: UnsafePointer<Scalar>?,
    output: DualPointer<Scalar>, parameters: DualPointer<Scalar>,
    outputGradient: MutableDualPointer<Scalar>,
    parameterGradientTangent: UnsafeMutablePointer<Scalar>,
    inputGradient: MutableDualPointer<Scalar>?, pass: Pass)
}

/// A computation that, within a pass, is linear in its input and has no parameters: its passes are
/// their own tangents.
public protocol LinearOperation<Scalar>: TangentOperation {}

extension LinearOperation {
  public func forwardTangent(
    _ input: UnsafePointer<Scalar>, inputTangent: UnsafePointer<Scalar>?,
    output: UnsafePointer<Scalar>, parameters: DualPointer<Scalar>,
    outputTangent: UnsafeMutablePointer<Scalar>, pass: Pass
  ) {
    guard let inputTangent else { return }
    forward(inputTangent, parameters: parameters.value, output: outputTangent, pass: pass)
  }

  public func backwardTangent(
    _ input: UnsafePointer<Scalar>, inputTangent: UnsafePointer<Scalar>?,
    output: DualPointer<Scalar>, parameters: DualPointer<Scalar>,
    outputGradient: MutableDualPointer<Scalar>,
    parameterGradientTangent: UnsafeMutablePointer<Scalar>,
    inputGradient: MutableDualPointer<Scalar>?, pass: Pass
  ) {
    func backward(
      _ gradient: UnsafeMutablePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>?
    ) {
      self.backward(
        input, output: output.value, parameters: parameters.value, outputGradient: gradient,
        parameterGradient: parameterGradientTangent, inputGradient: target, pass: pass)
    }
    backward(outputGradient.value, to: inputGradient?.value)
    backward(outputGradient.tangent, to: inputGradient?.tangent)
  }
}

/// target ← target + values.
@_specialize(where R == Float)
@_specialize(where R == Double)
func add<R: NetworkScalar>(
  _ values: UnsafePointer<R>, to target: UnsafeMutablePointer<R>, count: Int
) {
  for i in 0..<count { target[i] += values[i] }
}
