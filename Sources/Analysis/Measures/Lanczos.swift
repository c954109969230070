// The largest eigenvalue of a symmetric operator of which only products are known.

import Glibc
import LinearAlgebra
import OptimizerKit

/// The method of Lanczos with full reorthogonalisation.
///
/// After k products it has an orthonormal basis q₁ … q_k of a Krylov space and the tridiagonal matrix of the
/// operator in it, whose largest eigenvalue rises towards the operator's. It has converged when the residual
/// of its vector, |β_k s_k| with the last component s_k, is below the tolerance times the eigenvalue.
///
/// Lanczos 1950, doi:10.6028/jres.045.026; Parlett 1998, doi:10.1137/1.9781611971163, chapter 13.
public enum Lanczos {
  /// The largest eigenvalue (not the largest in magnitude).
  ///
  /// - Parameters:
  ///   - order: the number of coordinates, at least 1.
  ///   - tolerance: relative.
  ///   - most: how many products at most; what has been reached by then is given.
  ///   - seed: of the vector that it begins with.
  ///   - product: the operator's product with a vector of unit length.
  /// - Returns: nil where a product is not finite.
  /// - Complexity: k products, and O(k² · order) beside them.
  public static func largestEigenvalue(
    order: Int, tolerance: Double = 1e-3, most: Int = 60, seed: UInt64 = 1,
    _ product: ([Double]) -> [Double]?
  ) -> Double? {
    var random = RandomSource(seed: seed, purpose: .search)
    var basis: [[Double]] = []
    var diagonal: [Double] = []
    var offDiagonal: [Double] = []
    var next = (0..<order).map { _ in random.normal() }
    while basis.count < min(most, order) {
      let length = norm(next)
      guard length > 0 else { break }
      let q = next.map { $0 / length }
      basis.append(q)
      guard var w = product(q), w.allSatisfy(\.isFinite) else { return nil }
      diagonal.append(dot(q, w))
      // Twice is enough (Parlett).
      for _ in 0..<2 {
        for other in basis {
          let share = dot(other, w)
          for i in w.indices { w[i] -= share * other[i] }
        }
      }
      offDiagonal.append(norm(w))
      next = w
      if let (value, residual) = top(diagonal, offDiagonal),
        residual <= tolerance * abs(value) || basis.count == min(most, order)
      {
        return value
      }
    }
    return top(diagonal, offDiagonal)?.value
  }

  /// The largest eigenvalue of the tridiagonal matrix, and the residual of its vector.
  private static func top(_ diagonal: [Double], _ offDiagonal: [Double]) -> (
    value: Double, residual: Double
  )? {
    let n = diagonal.count
    var elements = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      elements[i * n + i] = diagonal[i]
      if i + 1 < n {
        elements[i * n + i + 1] = offDiagonal[i]
        elements[(i + 1) * n + i] = offDiagonal[i]
      }
    }
    let pairs = try? SymmetricMatrix(order: n, elements: elements).eigendecomposition()
    return pairs?.last.map { ($0.value, abs(offDiagonal[n - 1] * ($0.vector.last ?? 0))) }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += a[i] * b[i] }
    return sum
  }

  private static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
}
