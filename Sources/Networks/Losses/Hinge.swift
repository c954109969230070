// The loss of a multiclass support vector machine.

/// The multiclass hinge loss: L = mean of Σ_{j≠y} max(0, zⱼ − z_y + margin), y the label.
///
/// Every output that comes within the margin of the right one costs; its gradient is +1 / N for each
/// of them, and minus their number / N for the right one, N the number of examples. On the kink,
/// where an output is just the margin away, the gradient is 0.
///
/// Weston and Watkins 1999, ESANN. torch.nn.MultiMarginLoss divides by the number of outputs.
public struct Hinge: PiecewiseLinearLoss {
  public static let formula =
    "sum over j other than the label of max(0, z_j - z_label + margin), with slope 0 at the kink"

  /// By how much the right output should exceed each other.
  public var margin: Double

  public init(margin: Double = 1) { self.margin = margin }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func value<R: NetworkScalar>(
    _ z: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    let label = example.label
    let offset = R(margin) - z[label]
    var sum: R = 0
    // In this order of arguments NaN stays NaN.
    for j in 0..<columns where j != label { sum += max(z[j] + offset, 0) }
    if let g = gradient {
      var violations: R = 0
      for j in 0..<columns {
        let isViolated = j != label && z[j] + offset > 0
        g[j] = isViolated ? share : 0
        violations += isViolated ? 1 : 0
      }
      g[label] = -share * violations
    }
    return Double(sum)
  }
}
