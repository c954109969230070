// The loss of a classifier.

import Glibc

/// Softmax with cross-entropy: L = mean of log Σⱼ e^{zⱼ} − z_label.
///
/// Computed with the largest zⱼ subtracted first, which changes nothing and cannot overflow:
///
///     L = log Σⱼ e^{zⱼ − max z} − (z_label − max z)    ∂L/∂zⱼ = (softmax(z)ⱼ − [j = label]) / N
///
/// and along a direction, with p = softmax(z), R{∂L/∂zⱼ} = pⱼ (R{zⱼ} − Σᵢ pᵢ R{zᵢ}) / N.
public struct SoftmaxCrossEntropy: CurvedLoss, ProbabilisticLoss {
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
      sum = Self.softmax(z, columns: columns, largest: largest, share: share, into: g)
      g[example.label] -= share
    } else {
      for j in 0..<columns { sum += R.exponential(z[j] - largest) }
    }
    return Glibc.log(Double(sum)) - Double(z[example.label] - largest)
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func gradientTangent<R: NetworkScalar>(
    _ z: DualPointer<R>, columns: Int, example: Example<R>, share: R,
    into tangent: UnsafeMutablePointer<R>
  ) {
    var first = 0
    for j in 1..<max(columns, 1) where z.value[j] > z.value[first] { first = j }
    _ = Self.softmax(
      z.value, columns: columns, largest: z.value[first], share: share, into: tangent)
    // In relation to the tangent of the largest output, so that one which is almost sure costs no
    // digits.
    let origin = z.tangent[first]
    var mean: R = 0
    for j in 0..<columns { mean += tangent[j] * (z.tangent[j] - origin) }
    mean /= share
    for j in 0..<columns { tangent[j] *= z.tangent[j] - origin - mean }
  }

  /// In double precision, so that the mean of confident predictions has a finite logarithm.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  public func addProbabilities<R: NetworkScalar>(
    of z: UnsafePointer<R>, columns: Int, weight: Double,
    to probabilities: UnsafeMutablePointer<Double>
  ) {
    var largest = z[0]
    for j in 1..<max(columns, 1) { largest = z[j] > largest ? z[j] : largest }
    var sum = 0.0
    for j in 0..<columns { sum += Glibc.exp(Double(z[j] - largest)) }
    for j in 0..<columns {
      probabilities[j] += weight * (Glibc.exp(Double(z[j] - largest)) / sum)
    }
  }

  /// p ← share · softmax(z); returns Σⱼ e^{zⱼ − largest}.
  @inline(__always)
  private static func softmax<R: NetworkScalar>(
    _ z: UnsafePointer<R>, columns: Int, largest: R, share: R, into p: UnsafeMutablePointer<R>
  ) -> R {
    var sum: R = 0
    for j in 0..<columns { p[j] = R.exponential(z[j] - largest) }
    for j in 0..<columns { sum += p[j] }
    let factor = share / sum
    for j in 0..<columns { p[j] *= factor }
    return sum
  }
}
