// The number types that BLAS computes with, and the product of matrices over them.

import COneDNN
import COpenBLAS

/// A number type that BLAS computes with: `Float` or `Double`.
public protocol BLASScalar: BinaryFloatingPoint, Sendable {
  /// C ← α op(A) op(B) + β C: BLAS `sgemm` or `dgemm`, row-major, 2 m n k operations.
  ///
  /// With β = 0, C is written without being read. A row of a matrix is contiguous; `strideA` is the
  /// distance from one row of A, as it is stored, to the next.
  ///
  /// - Parameters:
  ///   - rows: m, of op(A) and C.
  ///   - columns: n, of op(B) and C.
  ///   - inner: k, the columns of op(A) and the rows of op(B).
  ///   - transposeA: whether op(A) is Aᵀ.
  ///   - transposeB: whether op(B) is Bᵀ.
  static func gemm(
    rows: Int, columns: Int, inner: Int, alpha: Self,
    _ a: UnsafePointer<Self>, strideA: Int, transposeA: Bool,
    _ b: UnsafePointer<Self>, strideB: Int, transposeB: Bool, beta: Self,
    _ c: UnsafeMutablePointer<Self>, strideC: Int)

  /// C ← α A Aᵀ + β C for a symmetric C of order n and A, n × k: BLAS `ssyrk` or `dsyrk`, row-major,
  /// without gaps, n² k operations; both triangles of C are written.
  static func rankUpdate(
    order n: Int, inner k: Int, alpha: Self, _ a: UnsafePointer<Self>, beta: Self,
    _ c: UnsafeMutablePointer<Self>)
}

extension BLASScalar {
  /// Copies the lower triangle of a matrix of order n to the upper one.
  static func mirror(_ c: UnsafeMutablePointer<Self>, order n: Int) {
    // In tiles, so that rows and columns stay in the innermost cache.
    let tile = 32
    for i0 in stride(from: 0, to: n, by: tile) {
      for j0 in stride(from: 0, through: i0, by: tile) {
        for i in i0..<min(i0 + tile, n) {
          for j in j0..<min(j0 + tile, i) { c[j * n + i] = c[i * n + j] }
        }
      }
    }
  }

  /// C ← op(A) op(B), where all three are stored without gaps.
  ///
  /// - Parameters:
  ///   - a: m × k, or k × m where `transposeA`.
  ///   - b: k × n, or n × k where `transposeB`.
  ///   - c: m × n; overwritten.
  @inlinable
  public static func multiply(
    _ a: UnsafePointer<Self>, transposeA: Bool = false,
    _ b: UnsafePointer<Self>, transposeB: Bool = false,
    into c: UnsafeMutablePointer<Self>, rows m: Int, columns n: Int, inner k: Int
  ) {
    gemm(
      rows: m, columns: n, inner: k, alpha: 1,
      a, strideA: transposeA ? m : k, transposeA: transposeA,
      b, strideB: transposeB ? k : n, transposeB: transposeB, beta: 0,
      c, strideC: n)
  }
}

extension Float: BLASScalar {
  /// From so many multiplications on, oneDNN's product, which is compiled for the processor while the
  /// program runs, is the faster one by 5 to 20 % in most shapes; below, OpenBLAS's kernels for small
  /// matrices are, by as much.
  static let largeProduct = 1 << 20

  public static func gemm(
    rows: Int, columns: Int, inner: Int, alpha: Float,
    _ a: UnsafePointer<Float>, strideA: Int, transposeA: Bool,
    _ b: UnsafePointer<Float>, strideB: Int, transposeB: Bool, beta: Float,
    _ c: UnsafeMutablePointer<Float>, strideC: Int
  ) {
    if rows * columns * inner >= largeProduct {
      useOneThreadForOneDNN()
      checkOneDNN(
        dnnl_sgemm(
          letter(transposeA), letter(transposeB), dnnl_dim_t(rows), dnnl_dim_t(columns),
          dnnl_dim_t(inner), alpha, a, dnnl_dim_t(strideA), b, dnnl_dim_t(strideB), beta, c,
          dnnl_dim_t(strideC)), "dnnl_sgemm")
      return
    }
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), alpha, a, blasint(strideA),
      b, blasint(strideB), beta, c, blasint(strideC))
  }

  public static func rankUpdate(
    order n: Int, inner k: Int, alpha: Float, _ a: UnsafePointer<Float>, beta: Float,
    _ c: UnsafeMutablePointer<Float>
  ) {
    cblas_ssyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, blasint(n), blasint(k), alpha, a,
      blasint(max(k, 1)), beta, c, blasint(n))
    mirror(c, order: n)
  }

  private static func letter(_ isTransposed: Bool) -> CChar {
    CChar(UInt8(ascii: isTransposed ? "T" : "N"))
  }
}

extension Double: BLASScalar {
  public static func gemm(
    rows: Int, columns: Int, inner: Int, alpha: Double,
    _ a: UnsafePointer<Double>, strideA: Int, transposeA: Bool,
    _ b: UnsafePointer<Double>, strideB: Int, transposeB: Bool, beta: Double,
    _ c: UnsafeMutablePointer<Double>, strideC: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), alpha, a, blasint(strideA),
      b, blasint(strideB), beta, c, blasint(strideC))
  }

  public static func rankUpdate(
    order n: Int, inner k: Int, alpha: Double, _ a: UnsafePointer<Double>, beta: Double,
    _ c: UnsafeMutablePointer<Double>
  ) {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasNoTrans, blasint(n), blasint(k), alpha, a,
      blasint(max(k, 1)), beta, c, blasint(n))
    mirror(c, order: n)
  }
}
