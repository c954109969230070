// Activation functions, and the loops that apply them together with a bias.

/// A function that is applied to each element after a linear map.
///
/// Each derivative is a function of the output y alone, so that backward needs no second buffer.
public enum Activation: String, Sendable, CaseIterable {
  /// y = z.
  case identity
  /// y = max(0, z); y' = 1 where y > 0, else 0.
  case relu
  /// y = tanh z; y' = 1 − y².
  case tanh
  /// y = 1 / (1 + e⁻ᶻ); y' = y (1 − y).
  case sigmoid

  /// values ← f(values + bias) for each row. NaN stays NaN.
  ///
  /// - Parameters:
  ///   - values: rows × columns.
  ///   - bias: one for each column; nil for none.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func apply<R: NetworkScalar>(
    _ values: UnsafeMutablePointer<R>, bias: UnsafePointer<R>?, rows: Int, columns: Int
  ) {
    @inline(__always)
    func each(_ f: (R) -> R) {
      guard let bias else {
        for i in 0..<rows * columns { values[i] = f(values[i]) }
        return
      }
      for row in 0..<rows {
        let values = values + row * columns
        for j in 0..<columns { values[j] = f(values[j] + bias[j]) }
      }
    }
    switch self {
    case .identity: if bias != nil { each { $0 } }
    // In this order of arguments NaN stays NaN, and the loop vectorises.
    case .relu: each { max($0, 0) }
    case .tanh: each { R.hyperbolicTangent($0) }
    case .sigmoid: each { 1 / (1 + R.exponential(-$0)) }
    }
  }

  /// gradient ← gradient · f'(z), and biasGradient ← its sum over rows.
  ///
  /// - Parameters:
  ///   - gradient: ∂loss/∂y, rows × columns; on return ∂loss/∂z.
  ///   - output: y, rows × columns.
  ///   - biasGradient: one for each column; written; nil where there is no bias.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func multiplyByDerivative<R: NetworkScalar>(
    _ gradient: UnsafeMutablePointer<R>, output: UnsafePointer<R>,
    biasGradient: UnsafeMutablePointer<R>?, rows: Int, columns: Int
  ) {
    @inline(__always)
    func each(_ f: (_ g: R, _ y: R) -> R) {
      guard let biasGradient else {
        for i in 0..<rows * columns { gradient[i] = f(gradient[i], output[i]) }
        return
      }
      for j in 0..<columns { biasGradient[j] = 0 }
      for row in 0..<rows {
        let gradient = gradient + row * columns
        let output = output + row * columns
        for j in 0..<columns {
          let g = f(gradient[j], output[j])
          gradient[j] = g
          biasGradient[j] += g
        }
      }
    }
    switch self {
    case .identity: if biasGradient != nil { each { g, _ in g } }
    case .relu: each { g, y in y > 0 ? g : 0 }
    case .tanh: each { g, y in g * (1 - y * y) }
    case .sigmoid: each { g, y in g * (y * (1 - y)) }
    }
  }
}
