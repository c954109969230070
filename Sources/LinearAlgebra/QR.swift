// Orthonormal columns out of any, by LAPACK's QR decomposition.

import COpenBLAS

/// The Q of A = QR with a positive diagonal of R (LAPACK `dgeqrf` and `dorgqr`, about 4mn² flops).
///
/// Of a matrix whose elements are independent standard normal numbers, this Q is distributed
/// uniformly (by Haar measure) over all matrices with orthonormal columns; without the condition on
/// R it is not: Mezzadri 2007, arXiv math-ph/0609050.
///
/// - Parameters:
///   - a: the elements of A, column after column, all finite.
///   - rows: at least `columns`.
/// - Returns: the elements of Q, column after column.
public func orthonormalColumns(of a: [Double], rows: Int, columns: Int) -> [Double] {
  precondition(rows >= columns && a.count == rows * columns, "a tall matrix, column by column")
  guard columns > 0 else { return [] }
  var q = a
  var m = Int32(rows)
  var n = Int32(columns)
  var reflectors = [Double](repeating: 0, count: columns)
  var info: Int32 = 0
  var sizes = (0.0, 0.0)
  var query: Int32 = -1
  dgeqrf_(&m, &n, &q, &m, &reflectors, &sizes.0, &query, &info)
  dorgqr_(&m, &n, &n, &q, &m, &reflectors, &sizes.1, &query, &info)
  var work = [Double](repeating: 0, count: max(Int(max(sizes.0, sizes.1)), 1))
  var workCount = Int32(work.count)
  dgeqrf_(&m, &n, &q, &m, &reflectors, &work, &workCount, &info)
  let isNegative = (0..<columns).map { q[$0 * rows + $0] < 0 }  // the diagonal of R
  dorgqr_(&m, &n, &n, &q, &m, &reflectors, &work, &workCount, &info)
  precondition(info == 0, "QR fails on wrong arguments only")
  for j in 0..<columns where isNegative[j] {
    for i in j * rows..<(j + 1) * rows { q[i] = -q[i] }
  }
  return q
}
