// The singular value decomposition, by LAPACK in the precision of the matrix.

import OptimizerKit

/// A = U diag(σ) V: singular values in descending order, the left singular vectors as columns of
/// `left`, the right ones as rows of `right`.
public struct SingularValueDecomposition<R: Scalar>: Sendable {
  public let left: Matrix<R>
  public let values: Vector<R>
  public let right: Matrix<R>
}

extension Matrix where R: Scalar {
  /// The min(m, n) singular values and vectors (LAPACK `gesdd`, some 10 m n min(m, n) operations).
  ///
  /// - Throws: `LinearAlgebraError` where an element is not finite, or the iteration does not end.
  public func singularValueDecomposition() throws(LinearAlgebraError)
    -> SingularValueDecomposition<R>
  {
    try checkFinite()
    let k = Swift.min(rows, columns)
    var values = Vector(repeating: R.zero, count: k)
    var left = Matrix(repeating: R.zero, rows: rows, columns: k)
    var right = Matrix(repeating: R.zero, rows: k, columns: columns)
    guard k > 0 else {
      return SingularValueDecomposition(left: left, values: values, right: right)
    }
    // LAPACK sees the transpose, whose left singular vectors are the right ones here.
    var factors = self
    let (a, s, u, v) = (
      UnsafeMutableRawPointer(factors.mutablePointer()), values.mutablePointer(),
      right.mutablePointer(), left.mutablePointer()
    )
    func decompose<T: LAPACKScalar>(_: T.Type) -> Int32 {
      func typed(_ pointer: UnsafeMutableRawPointer) -> UnsafeMutablePointer<T> {
        pointer.assumingMemoryBound(to: T.self)
      }
      let (m, n) = (Int32(columns), Int32(rows))
      var integers = [Int32](repeating: 0, count: 8 * k)
      var size: T = 0
      let info = T.gesdd(m, n, typed(a), typed(s), typed(u), typed(v), &size, -1, &integers)
      guard info == 0 else { return info }
      var work = [T](repeating: 0, count: Swift.max(Int(size.nextUp), 1))
      return T.gesdd(
        m, n, typed(a), typed(s), typed(u), typed(v), &work, Int32(work.count), &integers)
    }
    let info = R.self == Float.self ? decompose(Float.self) : decompose(Double.self)
    guard info == 0 else {
      throw LinearAlgebraError(description: "no singular values: gesdd returned \(info)")
    }
    return SingularValueDecomposition(left: left, values: values, right: right)
  }
}
