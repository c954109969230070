// The loss of a classifier.

import Glibc

/// Softmax with cross-entropy: L = mean of log Σⱼ e^{zⱼ} − z_label.
///
/// Computed with the largest zⱼ subtracted first, which changes nothing and cannot overflow:
///
///     L = log Σⱼ e^{zⱼ − max z} − (z_label − max z)    ∂L/∂zⱼ = (softmax(z)ⱼ − [j = label]) / N
public struct SoftmaxCrossEntropy: Loss {
  public static let formula = "log(sum over j of exp(z_j)) - z_label"

  public init() {}

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func value<R: NetworkScalar>(
    _ z: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    var largest = z[0]
    for j in 1..<max(columns, 1) { largest = z[j] > largest ? z[j] : largest }
    var sum: R = 0
    if let g = gradient {
      for j in 0..<columns { g[j] = R.exponential(z[j] - largest) }
      for j in 0..<columns { sum += g[j] }
      let factor = share / sum
      for j in 0..<columns { g[j] *= factor }
      g[example.label] -= share
    } else {
      for j in 0..<columns { sum += R.exponential(z[j] - largest) }
    }
    return Glibc.log(Double(sum)) - Double(z[example.label] - largest)
  }
}
