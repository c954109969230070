// Decompositions of matrices, by LAPACK in the precision of the matrix.

import OptimizerKit

/// Eigenvalues in ascending order with their unit eigenvectors, the columns of `vectors`:
/// A = V diag(λ) Vᵀ.
public struct SymmetricEigendecomposition<R: Scalar>: Sendable {
  public let values: Vector<R>
  public let vectors: Matrix<R>
}

extension Matrix where R: Scalar {
  /// Eigenvalues and eigenvectors of a symmetric matrix, of which the upper triangle is read (LAPACK
  /// `syevd`, O(n³)).
  ///
  /// - Throws: `LinearAlgebraError` where an element is not finite, or the iteration does not end.
  public func symmetricEigendecomposition() throws(LinearAlgebraError)
    -> SymmetricEigendecomposition<R>
  {
    precondition(rows == columns, "a square matrix")
    try checkFinite()
    var values = Vector(repeating: R.zero, count: rows)
    var vectors = self
    guard rows > 0 else { return SymmetricEigendecomposition(values: values, vectors: vectors) }
    let info = vectors.withLAPACK(values.mutablePointer()) { call in call.eigendecompose() }
    guard info == 0 else {
      throw LinearAlgebraError(description: "no eigendecomposition: syevd returned \(info)")
    }
    return SymmetricEigendecomposition(values: values, vectors: vectors.transposed)
  }

  /// A⁻¹ᐟᵖ of a symmetric positive semidefinite matrix: V diag((λ + ε)⁻¹ᐟᵖ) Vᵀ, O(n³). Eigenvalues
  /// that rounding has made negative count as 0.
  ///
  /// - Parameters:
  ///   - p: the root, above 0: 2 for Shampoo of vectors, 4 for Shampoo of matrices, 1 for the inverse.
  ///   - damping: ε, above 0 where the matrix may be singular.
  /// - Throws: `LinearAlgebraError` where the result is not finite.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func inverseRoot(_ p: Double, damping: Double = 0) throws(LinearAlgebraError) -> Matrix {
    let decomposition = try symmetricEigendecomposition()
    let vectors = decomposition.vectors
    var scaled = vectors
    let target = scaled.mutablePointer()
    for j in 0..<columns {
      let value = max(decomposition.values[j].double, 0) + damping
      guard value > 0 else {
        throw LinearAlgebraError(description: "the matrix is singular: it has no inverse root")
      }
      let factor = R(Double.exp(-Double.log(value) / p))
      for i in 0..<rows { target[i * columns + j] = factor * target[i * columns + j] }
    }
    return scaled.timesTransposed(vectors)
  }

  /// The largest singular value, the root of the largest eigenvalue of the smaller of A Aᵀ and Aᵀ A.
  ///
  /// - Throws: as `symmetricEigendecomposition`.
  public func spectralNorm() throws(LinearAlgebraError) -> Double {
    guard rows > 0, columns > 0 else { return 0 }
    let gram = rows <= columns ? timesTransposed(self) : transposedTimes(self)
    let values = try gram.symmetricEigendecomposition().values
    return max(values[values.count - 1].double, 0).squareRoot()
  }

  /// A = Q R with orthonormal columns of Q, m × k, and an upper triangular R, k × n, where
  /// k = min(m, n) (LAPACK `geqrf` and `orgqr`, about 4mn² operations). The diagonal of R may be
  /// negative, as in LAPACK.
  ///
  /// - Throws: `LinearAlgebraError` where an element is not finite.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func qr() throws(LinearAlgebraError) -> (q: Matrix, r: Matrix) {
    try checkFinite()
    let k = min(rows, columns)
    var r = Matrix(repeating: R.zero, rows: k, columns: columns)
    guard k > 0 else { return (Matrix(repeating: R.zero, rows: rows, columns: 0), r) }
    var factors = transposed  // column-major
    var reflectors = Vector(repeating: R.zero, count: k)
    var info = factors.withLAPACK(reflectors.mutablePointer()) { $0.factorise() }
    for i in 0..<k {
      for j in i..<columns { r[i, j] = factors[j, i] }
    }
    // The first k columns of Q, for which the other columns of A are not needed.
    var q = Matrix(repeating: R.zero, rows: k, columns: rows)
    q.mutablePointer().update(from: factors.elements.pointer, count: k * rows)
    if info == 0 { info = q.withLAPACK(reflectors.mutablePointer()) { $0.orthonormalise() } }
    guard info == 0 else {
      throw LinearAlgebraError(description: "no QR decomposition: LAPACK returned \(info)")
    }
    return (q.transposed, r)
  }

  /// The lower triangular L with A = L Lᵀ, of a symmetric positive definite matrix (LAPACK `potrf`,
  /// n³/3 operations).
  ///
  /// - Throws: `LinearAlgebraError` where the matrix is not positive definite.
  public func cholesky() throws(LinearAlgebraError) -> Matrix {
    precondition(rows == columns, "a square matrix")
    try checkFinite()
    guard rows > 0 else { return self }
    var factor = self
    guard factor.withLAPACK(nil, { $0.cholesky() }) == 0 else {
      throw LinearAlgebraError(description: "the matrix is not positive definite")
    }
    let elements = factor.mutablePointer()
    for i in 0..<rows {
      for j in i + 1..<max(columns, i + 1) { elements[i * columns + j] = R.zero }
    }
    return factor
  }

  /// The X with A X = B (LAPACK `gesv`, 2n³/3 operations).
  ///
  /// - Throws: `LinearAlgebraError` where A is singular or an element is not finite.
  public func solve(_ b: Matrix) throws(LinearAlgebraError) -> Matrix {
    precondition(rows == columns && b.rows == rows, "a square matrix, and as many rows")
    try checkFinite()
    try b.checkFinite()
    guard rows > 0, b.columns > 0 else { return b }
    var factors = transposed  // column-major
    var solutions = b.transposed
    let right = solutions.mutablePointer()
    guard factors.withLAPACK(right, { $0.solve(count: b.columns) }) == 0 else {
      throw LinearAlgebraError(description: "the matrix is singular")
    }
    return solutions.transposed
  }

  func checkFinite() throws(LinearAlgebraError) {
    guard largestMagnitude.isFinite else {
      throw LinearAlgebraError(description: "the matrix has an element that is not finite")
    }
  }

  /// Calls LAPACK in the precision of the matrix, on its elements and those at `other`.
  private mutating func withLAPACK(
    _ other: UnsafeMutablePointer<R>?, _ body: (any LAPACKCall) -> Int32
  ) -> Int32 {
    let a = UnsafeMutableRawPointer(mutablePointer())
    let b = other.map { UnsafeMutableRawPointer($0) }
    // As LAPACK sees it: column by column.
    if R.self == Float.self {
      return body(TypedLAPACKCall<Float>(a: a, other: b, rows: columns, columns: rows))
    }
    return body(TypedLAPACKCall<Double>(a: a, other: b, rows: columns, columns: rows))
  }
}

/// A call of LAPACK on a column-major matrix and one more array, in some precision.
private protocol LAPACKCall {
  func eigendecompose() -> Int32
  func factorise() -> Int32
  func orthonormalise() -> Int32
  func cholesky() -> Int32
  func solve(count: Int) -> Int32
}

private struct TypedLAPACKCall<T: LAPACKScalar>: LAPACKCall {
  let a: UnsafeMutablePointer<T>
  let other: UnsafeMutablePointer<T>
  let m: Int32
  let n: Int32

  init(a: UnsafeMutableRawPointer, other: UnsafeMutableRawPointer?, rows: Int, columns: Int) {
    self.a = a.assumingMemoryBound(to: T.self)
    self.other = (other ?? a).assumingMemoryBound(to: T.self)
    m = Int32(rows)
    n = Int32(columns)
  }

  func eigendecompose() -> Int32 {
    var sizes: (work: T, integers: Int32) = (0, 0)
    var info = T.syevd(n, a, other, &sizes.work, -1, &sizes.integers, -1)
    guard info == 0 else { return info }
    var work = [T](repeating: 0, count: max(Int(sizes.work.nextUp), 1))
    var integers = [Int32](repeating: 0, count: max(Int(sizes.integers), 1))
    info = T.syevd(
      n, a, other, &work, Int32(work.count), &integers, Int32(integers.count))
    return info
  }

  func factorise() -> Int32 {
    var size: T = 0
    let info = T.geqrf(m, n, a, other, &size, -1)
    guard info == 0 else { return info }
    var work = [T](repeating: 0, count: max(Int(size.nextUp), 1))
    return T.geqrf(m, n, a, other, &work, Int32(work.count))
  }

  func orthonormalise() -> Int32 {
    var size: T = 0
    let info = T.orgqr(m, n, a, other, &size, -1)
    guard info == 0 else { return info }
    var work = [T](repeating: 0, count: max(Int(size.nextUp), 1))
    return T.orgqr(m, n, a, other, &work, Int32(work.count))
  }

  func cholesky() -> Int32 { T.potrf(n, a) }

  func solve(count: Int) -> Int32 {
    var pivots = [Int32](repeating: 0, count: Int(n))
    return T.gesv(n, Int32(count), a, other, &pivots)
  }
}
