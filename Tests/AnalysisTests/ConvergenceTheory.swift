// What theory says about convergence on a quadratic, in closed form: what measures and iterations are
// held against.

/// Linear rates and stability edges on a quadratic with known eigenvalues 0 < λ_min ≤ … ≤ λ_max and
/// κ = λ_max / λ_min. A rate is the factor per step of the distance from the minimum; that of the
/// loss above the minimum is its square.
///
/// Along each eigenvector a method is a linear recurrence of its own, so its rate is the largest
/// spectral radius of these recurrences. Polyak 1964, doi:10.1016/0041-5553(64)90137-5; Nesterov,
/// "Introductory Lectures on Convex Optimization", 2004; Lessard, Recht and Packard 2016,
/// arXiv 1408.3595.
enum ConvergenceTheory {
  /// A method with constant parameters. The caller says which of its optimizers is which.
  enum Method: Sendable, Equatable {
    /// x ← x − αg
    case gradientDescent(lr: Double)
    /// v ← μv + g; x ← x − αv
    case heavyBall(lr: Double, momentum: Double)
    /// v ← μv + g; x ← x − α(g + μv), the gradient being taken at the look-ahead point.
    case nesterov(lr: Double, momentum: Double)
  }

  /// The factor per step along an eigenvector with eigenvalue λ.
  static func rate(of method: Method, eigenvalue: Double) -> Double {
    switch method {
    case .gradientDescent(let lr):
      return (1 - lr * eigenvalue).magnitude
    case .heavyBall(let lr, let momentum):
      // x' = (1 + μ − αλ) x − μ x_before
      return spectralRadius(trace: 1 + momentum - lr * eigenvalue, determinant: momentum)
    case .nesterov(let lr, let momentum):
      // x' = (1 + μ)(1 − αλ) x − μ (1 − αλ) x_before
      let q = 1 - lr * eigenvalue
      return spectralRadius(trace: (1 + momentum) * q, determinant: momentum * q)
    }
  }

  /// The factor per step in the long run: the largest over all eigenvalues; nil without any.
  static func rate(of method: Method, eigenvalues: [Double]) -> Double? {
    eigenvalues.map { rate(of: method, eigenvalue: $0) }.max()
  }

  /// The learning rate from which on a method diverges: 2/λ_max for gradient descent,
  /// 2(1 + μ)/λ_max for the heavy ball, 2(1 + μ)/((1 + 2μ) λ_max) for Nesterov.
  static func stabilityEdge(of method: Method, largestEigenvalue: Double) -> Double {
    switch method {
    case .gradientDescent: 2 / largestEigenvalue
    case .heavyBall(_, let momentum): 2 * (1 + momentum) / largestEigenvalue
    case .nesterov(_, let momentum):
      2 * (1 + momentum) / ((1 + 2 * momentum) * largestEigenvalue)
    }
  }

  /// Gradient descent at its best, α = 2/(λ_min + λ_max): rate (κ − 1)/(κ + 1).
  static func optimalGradientDescent(smallest: Double, largest: Double) -> Optimum {
    Optimum(
      method: .gradientDescent(lr: 2 / (smallest + largest)),
      rate: (largest - smallest) / (largest + smallest))
  }

  /// The heavy ball at its best, α = (2/(√λ_max + √λ_min))², μ = ((√κ − 1)/(√κ + 1))²:
  /// rate (√κ − 1)/(√κ + 1). Each eigenvalue is then met with a double root or a complex pair, and
  /// at a double root the distance falls as t ρᵗ.
  static func optimalHeavyBall(smallest: Double, largest: Double) -> Optimum {
    let sum = largest.squareRoot() + smallest.squareRoot()
    let rate = (largest.squareRoot() - smallest.squareRoot()) / sum
    return Optimum(
      method: .heavyBall(lr: 4 / (sum * sum), momentum: rate * rate), rate: rate)
  }

  /// Nesterov's method with α = 1/λ_max, μ = (√κ − 1)/(√κ + 1): rate 1 − 1/√κ, which is a bound
  /// for every strongly convex problem.
  static func standardNesterov(smallest: Double, largest: Double) -> Optimum {
    let root = (largest / smallest).squareRoot()
    return Optimum(
      method: .nesterov(lr: 1 / largest, momentum: (root - 1) / (root + 1)), rate: 1 - 1 / root)
  }

  /// A method with its parameters and the rate that they give.
  struct Optimum: Sendable, Equatable {
    let method: Method
    let rate: Double
  }

  /// The larger modulus of the roots of z² − trace z + determinant.
  static func spectralRadius(trace: Double, determinant: Double) -> Double {
    let discriminant = trace * trace - 4 * determinant
    guard discriminant > 0 else { return determinant.squareRoot() }
    return (trace.magnitude + discriminant.squareRoot()) / 2
  }
}
