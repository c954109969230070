// The residuals of a sum of squares.

/// The residuals of f(x) = ½ ‖r(x)‖² at a point, with their derivatives.
public struct Residuals<R: Scalar>: Sendable {
  /// r(x), of m elements.
  public var values: Vector<R>
  /// J(x), ∂rᵢ/∂xₖ in row i and column k: m × n.
  public var jacobian: Matrix<R>

  /// The most elements of a Jacobian: 400 MB in double precision.
  public static var mostElements: Int { 50_000_000 }

  /// Residuals and their derivatives, a row for each residual.
  @inlinable
  public init(values: Vector<R>, jacobian: Matrix<R>) {
    precondition(jacobian.rows == values.count, "a row for each residual")
    self.values = values
    self.jacobian = jacobian
  }

  /// f(x).
  @inlinable public var loss: Double { 0.5 * values.dot(values) }

  /// ∇f(x) = Jᵀr.
  @inlinable public var gradient: Vector<R> {
    var gradient = Vector(repeating: R.zero, count: jacobian.columns)
    let g = gradient.mutablePointer()
    for i in 0..<jacobian.rows {
      let r = values.pointer[i]
      let row = jacobian.elements.pointer + i * jacobian.columns
      for k in 0..<jacobian.columns { g[k] = g[k] + r * row[k] }
    }
    return gradient
  }
}
