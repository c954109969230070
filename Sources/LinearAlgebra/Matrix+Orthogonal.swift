// Matrices made orthogonal.

import OptimizerKit

extension Matrix {
  /// Newton–Schulz iterations towards the nearest matrix whose singular values are all 1, V W of
  /// A = V Σ W: X ← a X + (b X Xᵀ + c (X Xᵀ)²) X from X = A / ‖A‖.
  ///
  /// Five of them take singular values of [0.01, 1] into [0.68, 1.14]: Jordan's a = 3.4445,
  /// b = −4.7750, c = 2.0315. About (6 m n + 2 m²) m operations each for a matrix m × n, m ≤ n.
  ///
  /// - Parameters:
  ///   - epsilon: ε, against division by a norm of zero.
  ///   - isAdded: whether ε is added to the norm, or the norm is kept above ε.
  @inlinable
  public func orthogonalized(iterations: Int, epsilon: Double, isAdded: Bool = false) -> Matrix {
    let isTall = rows > columns
    var x = isTall ? transposed : self
    let norm = x.frobeniusNorm
    x.scale(R(1 / (isAdded ? norm + epsilon : Swift.max(norm, epsilon))))
    var square = Matrix(repeating: R(0.0), rows: x.rows, columns: x.rows)
    var polynomial = square
    var next = x
    for _ in 0..<iterations {
      // A = X Xᵀ, B = b A + c A², X ← a X + B X
      Matrix.multiplyByTranspose(x, into: &square)
      polynomial.assign(square)
      Matrix.multiplyByTranspose(square, into: &polynomial, alpha: R(2.0315), beta: R(-4.7750))
      next.assign(x)
      Matrix.multiply(polynomial, x, into: &next, beta: R(3.4445))
      swap(&x, &next)
    }
    return isTall ? x.transposed : x
  }
}
