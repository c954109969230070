// The loss that turns gradient descent into the perceptron rule.

/// The perceptron's loss: L = mean of max(0, max_{j≠y} zⱼ − z_y), y the label.
///
/// Its gradient is that of the perceptron rule: where another output is as large as the right one or
/// larger, +1 / N for the largest other output (the first of equals) and −1 / N for the right one, N
/// the number of examples; else 0. A tie counts as a mistake, so that learning can begin at zero
/// weights. With one linear layer, one example at a time and rate 1, a step of gradient descent is
///
///     W_y += x    W_r −= x    for the largest other output r, where z_r ≥ z_y
///
/// and with two classes W₁ − W₀ moves by ±2x: Rosenblatt's rule, twice as fast. On separable data it
/// stops making mistakes after finitely many of them (Novikoff 1962).
///
/// Rosenblatt 1958, doi:10.1037/h0042519; for many classes: Duda and Hart 1973, Crammer and Singer
/// 2003, doi:10.1162/jmlr.2003.3.4-5.951.
public struct PerceptronLoss: PiecewiseLinearLoss {
  public static let formula =
    "max(0, z_r - z_label), r the largest other output, the first of equals; at 0 the gradient is "
    + "+1 for z_r and -1 for z_label"

  public init() {}

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func value<R: NetworkScalar>(
    _ z: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    let label = example.label
    var rival = label == 0 ? min(1, columns - 1) : 0
    // A NaN once met is kept.
    for j in 0..<columns where j != label && !(z[j] <= z[rival]) && z[rival] == z[rival] {
      rival = j
    }
    let excess = z[rival] - z[label]
    if let g = gradient {
      for j in 0..<columns { g[j] = 0 }
      if excess >= 0, rival != label {
        g[rival] = share
        g[label] = -share
      }
    }
    return Double(max(excess, 0))
  }
}
