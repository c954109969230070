// The covariance matrix of vectors.

import COpenBLAS

/// The covariance matrix of n vectors of d coordinates that come in blocks:
/// C = 1/n Σ (x − μ)(x − μ)ᵀ, by BLAS `dsyrk`, n d² operations.
public struct Covariance: Sendable {
  /// The order d.
  public let order: Int
  /// How many vectors have been added.
  public private(set) var count = 0
  /// Σ (x − μ)(x − μ)ᵀ, the lower triangle.
  private var sums: [Double]

  /// The covariance of no vectors yet.
  public init(order: Int) {
    precondition(order > 0, "vectors have coordinates")
    self.order = order
    sums = Array(repeating: 0, count: order * order)
  }

  /// Adds vectors, one after the other, from which the mean μ has been subtracted.
  public mutating func add(_ centred: [Double]) {
    precondition(centred.count.isMultiple(of: order), "whole vectors")
    let rows = centred.count / order
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, blasint(order), blasint(rows), 1, centred,
      blasint(order), 1, &sums, blasint(order))
    count += rows
  }

  /// The covariance matrix of what has been added; zeros where there is nothing.
  public var matrix: SymmetricMatrix {
    var elements = sums
    for i in 0..<order {
      for j in 0...i {
        let value = sums[i * order + j] / Double(max(count, 1))
        elements[i * order + j] = value
        elements[j * order + i] = value
      }
    }
    return SymmetricMatrix(order: order, elements: elements)
  }
}
