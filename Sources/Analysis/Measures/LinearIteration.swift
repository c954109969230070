// The rate that theory gives for a rule on a quadratic, found from the rule itself.
//
// On a quadratic, along an eigenvector with eigenvalue λ, the gradient is λx. A rule that is linear
// in x, its state and the gradient (gradient descent, heavy ball, Nesterov, QHM ...) then repeats
// one small matrix, (x, s) ← M(λ) (x, s), and the asymptotic rate is the largest spectral radius
// of M(λ) over the spectrum. M is read off the rule by applying it to unit vectors, so that the lab
// need not know which rule it is; a rule that is not linear has none.

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
    return eigenvalues.isEmpty ? nil : worst
  }

  /// M(λ), in columns; nil where the rule is not linear.
  static func matrix(
    of optimizer: any Optimizer, learningRate: Double, eigenvalue: Double
  ) -> [[Double]]? {
    guard let rule = optimizer as? any CoordinateRule else { return nil }
    let layout = ParameterLayout(coordinates: 1)
    let empty = rule.makeState(at: Vector([0.0]), layout: layout)
    let order = 1 + empty.names.count
    func image(_ vector: [Double]) -> [Double]? {
      var rule: any Optimizer = rule
      var state = empty
      for (name, value) in zip(empty.names, vector.dropFirst()) {
        state[name] = Vector([value])
      }
      var context = StepContext(
        x: Vector([vector[0]]), layout: layout, state: state, oracle: .none)
      // A late step: what is special about the first ones is over.
      context.begin(step: 1_000_003, lr: learningRate)
      context.gradient[0] = eigenvalue * vector[0]
      try? rule.advance(&context)
      let result = [context.x[0]] + empty.names.map { context.state[$0]?[0] ?? .nan }
      return result.allSatisfy(\.isFinite) ? result : nil
    }
    var columns: [[Double]] = []
    for i in 0..<order {
      guard let column = image((0..<order).map { $0 == i ? 1 : 0 }) else { return nil }
      columns.append(column)
    }
    // Linear means that combinations map to combinations: checked at two of them.
    let probes: [[Double]] = [[0.7, 0.3, -0.1, -0.5, -0.9], [-2.5, -1.5, -0.5, 0.5, 1.5]]
    for probe in probes {
      let vector = Array(probe.prefix(order))
      guard let direct = image(vector) else { return nil }
      for row in 0..<order {
        var sum = 0.0
        var size = abs(direct[row])
        for i in 0..<order {
          let term: Double = columns[i][row] * vector[i]
          sum += term
          size += abs(term)
        }
        guard abs(sum - direct[row]) <= 1e-9 * max(size, 1e-300) else { return nil }
      }
    }
    return columns
  }

  /// The largest modulus of an eigenvalue of a small matrix, by Gelfand's formula
  /// ‖Mⁿ‖^(1/n) with n = 2³⁰ through repeated squaring; exact to about 1e-8.
  static func spectralRadius(_ columns: [[Double]]) -> Double {
    var power = columns
    var logarithm = 0.0
    var exponent = 1.0
    for _ in 0..<30 {
      let norm = power.joined().map(abs).max() ?? 0
      guard norm > 0, norm.isFinite else { return norm }
      logarithm += Double.log(norm) / exponent
      let scaled = power.map { column in column.map { $0 / norm } }
      for column in scaled.indices {
        for row in scaled.indices {
          var sum = 0.0
          for i in scaled.indices { sum += scaled[i][row] * scaled[column][i] }
          power[column][row] = sum
        }
      }
      exponent *= 2
    }
    return Double.exp(logarithm)
  }
}
