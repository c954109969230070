// The rate that theory gives for a rule on a quadratic, found from the rule itself.
//
// On a quadratic, along an eigenvector with eigenvalue λ, the gradient is λx. A rule that is linear
// in x, its state and the gradient (gradient descent, heavy ball, Nesterov, QHM ...) then repeats
// one small matrix, (x, s) ← M(λ) (x, s), and the asymptotic rate is the largest spectral radius
// of M(λ) over the spectrum. M is read off the rule by applying it to unit vectors, so that the lab
// need not know which rule it is; a rule that is not linear has none.

import LinearAlgebra
import OptimizerKit

/// The linear iteration that a rule performs on quadratics.
public enum LinearIteration {
  /// The theoretical linear rate of a rule on a quadratic with these eigenvalues: the factor by
  /// which the distance shrinks per step in the long run.
  ///
  /// - Returns: nil where the rule is not linear. Above 1, theory says that it diverges.
  public static func rate(
    of optimizer: any Optimizer, learningRate: Double, eigenvalues: [Double]
  ) -> Double? {
    var worst = 0.0
    for eigenvalue in eigenvalues {
      guard let matrix = matrix(of: optimizer, learningRate: learningRate, eigenvalue: eigenvalue)
      else { return nil }
      worst = max(worst, spectralRadius(matrix))
    }
    return eigenvalues.isEmpty || !worst.isFinite ? nil : worst
  }

  /// The curvatures of a quadratic; nil for any other surface, and where gradients are noisy.
  public static func eigenvalues(of surface: any Surface) -> [Double]? {
    guard surface.isQuadratic, !surface.isStochastic,
      surface.dimension <= PathFrame.largestHessian
    else { return nil }
    let eigenvalues = PathFrame(for: surface).directions.compactMap(\.curvature)
    return eigenvalues.count == surface.dimension ? eigenvalues : nil
  }

  /// M(λ); nil where the rule is not linear.
  static func matrix(
    of optimizer: any Optimizer, learningRate: Double, eigenvalue: Double
  ) -> Matrix<Double>? {
    guard let rule = optimizer as? any CoordinateRule else { return nil }
    let layout = ParameterLayout(coordinates: 1)
    let empty = rule.makeState(at: Vector([0.0]), layout: layout)
    let order = 1 + empty.names.count
    var context = StepContext(
      x: Vector([0.0]), layout: layout, state: empty, oracle: .none)
    func image(_ vector: [Double]) -> [Double]? {
      var rule: any Optimizer = rule
      context.x[0] = vector[0]
      for (name, value) in zip(empty.names, vector.dropFirst()) {
        context.state[name] = Vector([value])
      }
      // A late step: what is special about the first ones is over.
      context.begin(step: 1_000_003, lr: learningRate)
      context.gradient[0] = eigenvalue * vector[0]
      try? rule.advance(&context)
      let result = [context.x[0]] + empty.names.map { context.state[$0]?[0] ?? .nan }
      return result.allSatisfy(\.isFinite) ? result : nil
    }
    var matrix = Matrix(repeating: 0.0, rows: order, columns: order)
    for j in 0..<order {
      guard let column = image((0..<order).map { $0 == j ? 1 : 0 }) else { return nil }
      for i in 0..<order { matrix[i, j] = column[i] }
    }
    // Linear means that combinations map to combinations: checked at two of them. What rounding
    // leaves is held against what was added up: a step to the minimum (α = 1/λ) ends at a 0 that is
    // the difference of two numbers as large as x.
    let probes: [[Double]] = [[0.7, 0.3, -0.1, -0.5, -0.9], [-2.5, -1.5, -0.5, 0.5, 1.5]]
    for probe in probes {
      let vector = Array(probe.prefix(order))
      guard vector.count == order, let direct = image(vector) else { return nil }
      for i in 0..<order {
        var sum = 0.0
        var size = vector.reduce(0) { $0 + $1.magnitude }
        for j in 0..<order {
          let term: Double = matrix[i, j] * vector[j]
          sum += term
          size += term.magnitude
        }
        guard abs(sum - direct[i]) <= 64 * Double.ulpOfOne * size else { return nil }
      }
    }
    return matrix
  }

  /// The largest modulus of an eigenvalue of a small matrix: in closed form up to order 2, by LAPACK
  /// beyond. Exact to a few roundings, at a double eigenvalue to their square root.
  static func spectralRadius(_ matrix: Matrix<Double>) -> Double {
    switch matrix.rows {
    case 0: return 0
    case 1: return matrix[0, 0].magnitude
    case 2:
      let mean = (matrix[0, 0] + matrix[1, 1]) / 2
      let half = (matrix[0, 0] - matrix[1, 1]) / 2
      let discriminant = half * half + matrix[0, 1] * matrix[1, 0]
      return discriminant >= 0
        ? mean.magnitude + discriminant.squareRoot()
        : (mean * mean - discriminant).squareRoot()
    default:
      let eigenvalues = (try? matrix.eigenvalues()) ?? []
      return eigenvalues.map { ($0.real * $0.real + $0.imaginary * $0.imaginary).squareRoot() }
        .max() ?? .nan
    }
  }
}
