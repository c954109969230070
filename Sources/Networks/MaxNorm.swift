// A bound on what each neuron may weigh.

import OptimizerKit

/// The max-norm constraint: after each update, the incoming weights of a neuron whose Euclidean norm
/// exceeds c are scaled to the norm c.
///
/// A neuron's incoming weights are a row of a tensor of the role weight, whose outputs come first; for
/// a convolution, one filter. Biases are free. c is 3 or 4 as a rule, and goes well with dropout.
///
/// Srebro and Shraibman 2005, doi:10.1007/11503415_37; Srivastava et al. 2014, JMLR 15:1929–1958.
public struct MaxNorm: Sendable, Equatable {
  /// The bound c, above 0.
  public var limit: Double

  public init(_ limit: Double) { self.limit = limit }

  /// Projects parameters onto the constraint.
  ///
  /// - Parameter parameters: as long as `layout.count`.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func project<R: NetworkScalar>(
    _ parameters: UnsafeMutablePointer<R>, layout: ParameterLayout
  ) {
    for tensor in layout.tensors where tensor.role == .weight {
      let rows = tensor.shape.first ?? 1
      project(parameters + tensor.offset, rows: rows, columns: tensor.count / max(rows, 1))
    }
  }

  @inline(__always)
  private func project<R: NetworkScalar>(
    _ weights: UnsafeMutablePointer<R>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let w = weights + row * columns
      // In double precision, where the square of no single number overflows.
      let square = interleavedSum(columns) { i in
        let x = Double(w[i])
        return x * x
      }
      // What has diverged is left as it is, to be seen.
      guard square > limit * limit, square < .infinity else { continue }
      let factor = R(limit / square.squareRoot())
      for i in 0..<columns { w[i] *= factor }
    }
  }
}
