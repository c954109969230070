// The loss of a classifier.

import Glibc

/// Softmax with cross-entropy: L = mean of log Σⱼ e^{zⱼ} − z_label.
///
/// Computed with the largest zⱼ subtracted first, which changes nothing and cannot overflow:
///
///     L = log Σⱼ e^{zⱼ − max z} − (z_label − max z)    ∂L/∂zⱼ = (softmax(z)ⱼ − [j = label]) / N
public struct SoftmaxCrossEntropy: Loss {
  public init() {}

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func mean<R: NetworkScalar>(
    _ outputs: UnsafePointer<R>, columns: Int, batch: Batch<R>,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    var total = 0.0
    let share = 1 / R(batch.examples)
    for row in 0..<batch.examples {
      let z = outputs + row * columns
      let label = Int(batch.labels[row])
      var largest = z[0]
      for j in 1..<max(columns, 1) { largest = z[j] > largest ? z[j] : largest }
      var sum: R = 0
      if let gradient {
        let g = gradient + row * columns
        for j in 0..<columns { g[j] = R.exponential(z[j] - largest) }
        for j in 0..<columns { sum += g[j] }
        let factor = share / sum
        for j in 0..<columns { g[j] *= factor }
        g[label] -= share
      } else {
        for j in 0..<columns { sum += R.exponential(z[j] - largest) }
      }
      total += Glibc.log(Double(sum)) - Double(z[label] - largest)
    }
    return total / Double(batch.examples)
  }
}
