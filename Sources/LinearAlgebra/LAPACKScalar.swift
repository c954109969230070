// LAPACK's routines in the two precisions, under one name each.

import COpenBLAS

/// A number type that LAPACK computes with. Matrices are column-major; `info` is LAPACK's answer, 0
/// for success.
protocol LAPACKScalar: BLASScalar {
  /// Eigenvalues in ascending order, and eigenvectors column by column in place of `a`.
  static func syevd(
    _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ values: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32,
    _ integers: UnsafeMutablePointer<Int32>, _ integerCount: Int32
  ) -> Int32
  /// R in the upper triangle, the reflections that make up Q below it.
  static func geqrf(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ tau: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32
  ) -> Int32
  /// The first `n` columns of the Q that `geqrf` has found.
  static func orgqr(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ tau: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32
  ) -> Int32
  /// The Cholesky factor in the upper triangle.
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Self>) -> Int32
  /// The solutions of A X = B in place of `b`.
  static func gesv(
    _ n: Int32, _ count: Int32, _ a: UnsafeMutablePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int32
  /// Singular values in descending order, with the first min(m, n) left singular vectors in `u` and,
  /// transposed, right ones in `vt`; `a` is lost.
  static func gesdd(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Self>, _ values: UnsafeMutablePointer<Self>,
    _ u: UnsafeMutablePointer<Self>, _ vt: UnsafeMutablePointer<Self>,
    _ work: UnsafeMutablePointer<Self>, _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32
}

extension Double: LAPACKScalar {
  static func syevd(
    _ n: Int32, _ a: UnsafeMutablePointer<Double>, _ values: UnsafeMutablePointer<Double>,
    _ work: UnsafeMutablePointer<Double>, _ workCount: Int32,
    _ integers: UnsafeMutablePointer<Int32>, _ integerCount: Int32
  ) -> Int32 {
    var (n, workCount, integerCount, info) = (n, workCount, integerCount, Int32(0))
    dsyevd_(
      "V", "L", &n, a, &n, values, work, &workCount, integers, &integerCount, &info)
    return info
  }
  static func geqrf(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Double>,
    _ tau: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>, _ workCount: Int32
  ) -> Int32 {
    var (m, n, workCount, info) = (m, n, workCount, Int32(0))
    dgeqrf_(&m, &n, a, &m, tau, work, &workCount, &info)
    return info
  }
  static func orgqr(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Double>,
    _ tau: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>, _ workCount: Int32
  ) -> Int32 {
    var (m, n, workCount, info) = (m, n, workCount, Int32(0))
    dorgqr_(&m, &n, &n, a, &m, tau, work, &workCount, &info)
    return info
  }
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Double>) -> Int32 {
    var (n, info) = (n, Int32(0))
    dpotrf_("U", &n, a, &n, &info)
    return info
  }
  static func gesv(
    _ n: Int32, _ count: Int32, _ a: UnsafeMutablePointer<Double>,
    _ b: UnsafeMutablePointer<Double>, _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    var (n, count, info) = (n, count, Int32(0))
    dgesv_(&n, &count, a, &n, pivots, b, &n, &info)
    return info
  }
  static func gesdd(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Double>,
    _ values: UnsafeMutablePointer<Double>,
    _ u: UnsafeMutablePointer<Double>, _ vt: UnsafeMutablePointer<Double>,
    _ work: UnsafeMutablePointer<Double>, _ workCount: Int32,
    _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    var (m, n, k, workCount, info) = (m, n, min(m, n), workCount, Int32(0))
    dgesdd_(
      "S", &m, &n, a, &m, values, u, &m, vt, &k, work, &workCount, integers, &info)
    return info
  }
}

extension Float: LAPACKScalar {
  static func syevd(
    _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ values: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32,
    _ integers: UnsafeMutablePointer<Int32>, _ integerCount: Int32
  ) -> Int32 {
    var (n, workCount, integerCount, info) = (n, workCount, integerCount, Int32(0))
    ssyevd_(
      "V", "L", &n, a, &n, values, work, &workCount, integers, &integerCount, &info)
    return info
  }
  static func geqrf(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ tau: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32
  ) -> Int32 {
    var (m, n, workCount, info) = (m, n, workCount, Int32(0))
    sgeqrf_(&m, &n, a, &m, tau, work, &workCount, &info)
    return info
  }
  static func orgqr(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ tau: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32
  ) -> Int32 {
    var (m, n, workCount, info) = (m, n, workCount, Int32(0))
    sorgqr_(&m, &n, &n, a, &m, tau, work, &workCount, &info)
    return info
  }
  static func potrf(_ n: Int32, _ a: UnsafeMutablePointer<Float>) -> Int32 {
    var (n, info) = (n, Int32(0))
    spotrf_("U", &n, a, &n, &info)
    return info
  }
  static func gesv(
    _ n: Int32, _ count: Int32, _ a: UnsafeMutablePointer<Float>,
    _ b: UnsafeMutablePointer<Float>, _ pivots: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    var (n, count, info) = (n, count, Int32(0))
    sgesv_(&n, &count, a, &n, pivots, b, &n, &info)
    return info
  }
  static func gesdd(
    _ m: Int32, _ n: Int32, _ a: UnsafeMutablePointer<Float>, _ values: UnsafeMutablePointer<Float>,
    _ u: UnsafeMutablePointer<Float>, _ vt: UnsafeMutablePointer<Float>,
    _ work: UnsafeMutablePointer<Float>, _ workCount: Int32, _ integers: UnsafeMutablePointer<Int32>
  ) -> Int32 {
    var (m, n, k, workCount, info) = (m, n, min(m, n), workCount, Int32(0))
    sgesdd_(
      "S", &m, &n, a, &m, values, u, &m, vt, &k, work, &workCount, integers, &info)
    return info
  }
}
