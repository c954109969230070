// Symmetric matrices: eigenvectors and linear systems, by LAPACK.

import COpenBLAS

/// Why a matrix computation failed.
public struct LinearAlgebraError: Error, CustomStringConvertible {
  public let description: String
}

/// A real symmetric n × n matrix.
public struct SymmetricMatrix: Sendable {
  /// The order n.
  public let order: Int
  /// The elements; row- or column-major alike.
  public let elements: [Double]

  /// A matrix from its n² elements.
  public init(order: Int, elements: [Double]) {
    precondition(elements.count == order * order, "n² elements are needed")
    self.order = order
    self.elements = elements
  }

  /// Eigenvalues in ascending order with their unit eigenvectors (LAPACK `dsyevd`, O(n³)).
  public func eigendecomposition() throws(LinearAlgebraError)
    -> [(value: Double, vector: [Double])]
  {
    guard order > 0 else { return [] }
    var a = elements
    var n = Int32(order)
    var values = [Double](repeating: 0, count: order)
    var info: Int32 = 0
    var workSize = 0.0
    var integerSize: Int32 = 0
    var query: Int32 = -1
    dsyevd_("V", "L", &n, &a, &n, &values, &workSize, &query, &integerSize, &query, &info)
    var work = [Double](repeating: 0, count: Int(workSize))
    var integers = [Int32](repeating: 0, count: Int(integerSize))
    var workCount = Int32(work.count)
    var integerCount = Int32(integers.count)
    dsyevd_(
      "V", "L", &n, &a, &n, &values, &work, &workCount, &integers, &integerCount, &info)
    guard info == 0 else {
      throw LinearAlgebraError(description: "no eigendecomposition: dsyevd returned \(info)")
    }
    return (0..<order).map { (values[$0], Array(a[$0 * order..<($0 + 1) * order])) }
  }

  /// Solves A x = b (LAPACK `dsysv`, Bunch–Kaufman pivoting, n³/3 flops).
  public func solve(_ b: [Double]) throws(LinearAlgebraError) -> [Double] {
    guard order > 0 else { return [] }
    var a = elements
    var x = b
    var n = Int32(order)
    var one: Int32 = 1
    var pivots = [Int32](repeating: 0, count: order)
    var info: Int32 = 0
    var workSize = 0.0
    var query: Int32 = -1
    dsysv_("L", &n, &one, &a, &n, &pivots, &x, &n, &workSize, &query, &info)
    var work = [Double](repeating: 0, count: max(Int(workSize), 1))
    var workCount = Int32(work.count)
    dsysv_("L", &n, &one, &a, &n, &pivots, &x, &n, &work, &workCount, &info)
    guard info == 0 else {
      throw LinearAlgebraError(description: "the matrix is singular")
    }
    return x
  }
}
