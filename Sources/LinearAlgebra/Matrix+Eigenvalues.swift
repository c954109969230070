// Eigenvalues of matrices that need not be symmetric.

import COpenBLAS
import OptimizerKit

extension Matrix where R == Double {
  /// The eigenvalues of a square matrix, in no particular order (LAPACK `dgeev`, about 10n³). One of
  /// multiplicity k is exact to about the k-th root of ε ‖A‖.
  ///
  /// - Throws: `LinearAlgebraError` where an element is not finite, or the iteration does not end.
  public func eigenvalues() throws(LinearAlgebraError) -> [(real: Double, imaginary: Double)] {
    precondition(rows == columns, "a square matrix")
    try checkFinite()
    guard rows > 0 else { return [] }
    var factors = self  // its transpose, column by column, has the same eigenvalues
    var (n, one, info) = (Int32(rows), Int32(1), Int32(0))
    var real = [Double](repeating: 0, count: rows)
    var imaginary = real
    var work = [Double](repeating: 0, count: 8 * rows)
    var workCount = Int32(work.count)
    dgeev_(
      "N", "N", &n, factors.mutablePointer(), &n, &real, &imaginary, nil, &one, nil, &one, &work,
      &workCount, &info)
    guard info == 0 else {
      throw LinearAlgebraError(description: "no eigenvalues: dgeev returned \(info)")
    }
    return zip(real, imaginary).map { (real: $0, imaginary: $1) }
  }
}
