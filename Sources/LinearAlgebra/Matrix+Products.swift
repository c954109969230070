// Products and norms of matrices.

import OptimizerKit

extension Matrix {
  /// C ← α op(A) op(B) + β C, with op the transpose or nothing: BLAS for `Float` and `Double` (2 m n k
  /// operations), a plain loop for any other number.
  ///
  /// With β = 0, C is written without being read.
  @inlinable
  public static func multiply(
    _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false,
    into c: inout Matrix, alpha: R = R(1.0), beta: R = R(0.0)
  ) {
    let rows = transposeA ? a.columns : a.rows
    let inner = transposeA ? a.rows : a.columns
    let columns = transposeB ? b.rows : b.columns
    precondition(
      inner == (transposeB ? b.columns : b.rows) && c.rows == rows && c.columns == columns,
      "matrices whose shapes fit")
    guard rows > 0, columns > 0 else { return }
    multiplyElements(
      a.elements.pointer, a.columns, transposeA, b.elements.pointer, b.columns, transposeB,
      c.mutablePointer(), rows, columns, inner, alpha, beta)
    extendLifetime(a)
    extendLifetime(b)
  }

  /// A B.
  @inlinable
  public static func * (a: Matrix, b: Matrix) -> Matrix {
    var c = Matrix(repeating: R(0.0), rows: a.rows, columns: b.columns)
    multiply(a, b, into: &c)
    return c
  }

  /// A Bᵀ.
  @inlinable
  public func timesTransposed(_ b: Matrix) -> Matrix {
    var c = Matrix(repeating: R(0.0), rows: rows, columns: b.rows)
    Matrix.multiply(self, b, transposeB: true, into: &c)
    return c
  }

  /// Aᵀ B.
  @inlinable
  public func transposedTimes(_ b: Matrix) -> Matrix {
    var c = Matrix(repeating: R(0.0), rows: columns, columns: b.columns)
    Matrix.multiply(self, transposeA: true, b, into: &c)
    return c
  }

  /// C ← α A Aᵀ + β C for a symmetric C, at half the price of a product (BLAS `syrk`); a plain loop
  /// for numbers that are neither `Float` nor `Double`.
  ///
  /// With β = 0, C is written without being read.
  public static func multiplyByTranspose(
    _ a: Matrix, into c: inout Matrix, alpha: R = R(1.0), beta: R = R(0.0)
  ) {
    precondition(c.rows == a.rows && c.columns == a.rows, "matrices whose shapes fit")
    guard a.rows > 0 else { return }
    func byBLAS<T: BLASScalar>(_: T.Type) {
      T.rankUpdate(
        order: a.rows, inner: a.columns, alpha: T(alpha.double),
        UnsafeRawPointer(a.elements.pointer).assumingMemoryBound(to: T.self), beta: T(beta.double),
        UnsafeMutableRawPointer(c.mutablePointer()).assumingMemoryBound(to: T.self))
      extendLifetime(a)
    }
    if R.self == Float.self { return byBLAS(Float.self) }
    if R.self == Double.self { return byBLAS(Double.self) }
    multiply(a, a, transposeB: true, into: &c, alpha: alpha, beta: beta)
  }

  /// √Σ aᵢⱼ², summed in double precision.
  @inlinable public var frobeniusNorm: Double { elements.norm }

  /// max |aᵢⱼ|; 0 without elements, NaN where one is.
  public var largestMagnitude: Double {
    var largest = 0.0
    for i in elements.indices {
      let size = elements[i].double.magnitude
      if size.isNaN { return size }
      if size > largest { largest = size }
    }
    return largest
  }
}

/// The product that `Matrix.multiply` is made of, on elements row by row.
@usableFromInline
func multiplyElements<R: Real>(
  _ a: UnsafePointer<R>, _ strideA: Int, _ transposeA: Bool, _ b: UnsafePointer<R>, _ strideB: Int,
  _ transposeB: Bool, _ c: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int, _ inner: Int,
  _ alpha: R, _ beta: R
) {
  func byBLAS<T: BLASScalar>(_: T.Type) {
    func typed(_ pointer: UnsafePointer<R>) -> UnsafePointer<T> {
      UnsafeRawPointer(pointer).assumingMemoryBound(to: T.self)
    }
    T.gemm(
      rows: rows, columns: columns, inner: inner, alpha: T(alpha.double),
      typed(a), strideA: max(strideA, 1), transposeA: transposeA,
      typed(b), strideB: max(strideB, 1), transposeB: transposeB, beta: T(beta.double),
      UnsafeMutableRawPointer(c).assumingMemoryBound(to: T.self), strideC: columns)
  }
  if R.self == Float.self { return byBLAS(Float.self) }
  if R.self == Double.self { return byBLAS(Double.self) }
  let isWritten = beta.double == 0
  for i in 0..<rows {
    for j in 0..<columns {
      var sum = R.zero
      for k in 0..<inner {
        let left = transposeA ? a[k * strideA + i] : a[i * strideA + k]
        sum += left * (transposeB ? b[j * strideB + k] : b[k * strideB + j])
      }
      let place = i * columns + j
      c[place] = isWritten ? alpha * sum : alpha * sum + beta * c[place]
    }
  }
}
