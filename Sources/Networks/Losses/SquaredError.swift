// The loss of regression and of auto-encoders.

import OptimizerKit

/// Half the squared error: L = mean over examples of ½ ‖y − t‖²; ∂L/∂y = (y − t) / N for N examples.
///
/// The target t is the label as a one-hot vector, or the network's own input, which makes it an
/// auto-encoder. Squares are summed over outputs, as in Rumelhart et al. 1986; torch.nn.MSELoss takes
/// the mean over outputs without the half, and is 2 / outputs times this.
public struct SquaredError: CurvedLoss {
  public static let formula =
    "half the sum over outputs of (y - t)^2; t is the label as a one-hot vector, or the prepared "
    + "inputs, as target says"

  /// What the outputs should be.
  public enum Target: String, Sendable, CaseIterable {
    /// 1 for the class of the example, 0 for the others.
    case labels
    /// The inputs of the example.
    case inputs
  }
  /// What the outputs should be.
  public var target: Target

  public init(_ target: Target = .labels) { self.target = target }

  public var isClassification: Bool { target == .labels }

  public func check(output: Shape, input: Shape, classes: Int) throws(ShapeError) {
    switch target {
    case .labels:
      guard output.count == classes else {
        throw ShapeError(
          layer: "the loss", expected: "\(classes) outputs, one for each class", found: output)
      }
    case .inputs:
      // One axis has the order of the axes; an image of several channels has them innermost.
      let isSameOrder =
        output == input
        || output.axes.count == 1 && (input.channels == 1 || input.positions == 1)
      guard output.count == input.count, isSameOrder else {
        let remedy =
          output.count == input.count
          ? "outputs of the shape \(input), that of the input (end with Unflatten(\(input.axes)))"
          : "\(input.count) outputs, one for each input"
        throw ShapeError(layer: "the loss", expected: remedy, found: output)
      }
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func value<R: NetworkScalar>(
    _ y: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    switch target {
    case .inputs:
      let t = example.input
      if let g = gradient {
        for j in 0..<columns { g[j] = (y[j] - t[j]) * share }
      }
      return 0.5
        * interleavedSum(columns) { j in
          let difference = y[j] - t[j]
          return Double(difference * difference)
        }
    case .labels:
      var sum = 0.0
      for j in 0..<columns {
        let difference = y[j] - (j == example.label ? 1 : 0)
        gradient?[j] = difference * share
        sum += Double(difference * difference)
      }
      return 0.5 * sum
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func gradientTangent<R: NetworkScalar>(
    _ y: DualPointer<R>, columns: Int, example: Example<R>, share: R,
    into tangent: UnsafeMutablePointer<R>
  ) {
    for j in 0..<columns { tangent[j] = y.tangent[j] * share }
  }
}
