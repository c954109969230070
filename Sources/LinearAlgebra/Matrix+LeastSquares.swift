// Linear least squares.

import OptimizerKit

extension Matrix where R: Scalar {
  /// The x for which ‖A x − b‖ is smallest, from R x = Qᵀb with A = Q R: about 4mn² operations. The
  /// error grows with the condition number of A, where that of the normal equations grows with its square.
  ///
  /// - Throws: `LinearAlgebraError` where the columns depend on one another, or an element is not finite.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func leastSquares(_ b: Vector<R>) throws(LinearAlgebraError) -> Vector<R> {
    precondition(b.count == rows, "an element for each row")
    let (q, r) = try qr()
    let image = q.transposedTimes(Matrix(b, rows: rows, columns: 1))
    var x = Vector(repeating: R.zero, count: columns)
    for i in (0..<columns).reversed() {
      guard i < r.rows, r[i, i].double != 0 else {
        throw LinearAlgebraError(description: "the matrix has not full column rank")
      }
      var sum = image[i, 0]
      for j in i + 1..<max(columns, i + 1) { sum -= r[i, j] * x[j] }
      x[i] = sum / r[i, i]
    }
    return x
  }
}
