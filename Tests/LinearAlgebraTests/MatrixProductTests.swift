import LinearAlgebra
import Testing

@Suite("products of matrices")
struct MatrixProductTests {
  /// C ← α op(A) op(B) + β C by its definition.
  func product<R: BLASScalar>(
    _ a: [R], _ transposeA: Bool, _ b: [R], _ transposeB: Bool, _ c: [R], m: Int, n: Int, k: Int,
    alpha: R, beta: R
  ) -> [R] {
    var result = c
    for i in 0..<m {
      for j in 0..<n {
        var sum: R = 0
        for l in 0..<k {
          sum +=
            (transposeA ? a[l * m + i] : a[i * k + l])
            * (transposeB ? b[j * k + l] : b[l * n + j])
        }
        result[i * n + j] = alpha * sum + beta * c[i * n + j]
      }
    }
    return result
  }

  /// Small whole numbers, so that every product is exact.
  func integers<R: BLASScalar>(_ count: Int, _ factor: Int) -> [R] {
    (0..<count).map { R(($0 * factor) % 7 - 3) }
  }

  func check<R: BLASScalar>(_ type: R.Type, _ transposeA: Bool, _ transposeB: Bool) {
    let (m, n, k) = (5, 3, 4)
    let a: [R] = integers(m * k, 5)
    let b: [R] = integers(k * n, 3)
    var c: [R] = integers(m * n, 2)
    let expected = product(
      a, transposeA, b, transposeB, c, m: m, n: n, k: k, alpha: 2, beta: -1)
    R.gemm(
      rows: m, columns: n, inner: k, alpha: 2, a, strideA: transposeA ? m : k,
      transposeA: transposeA, b, strideB: transposeB ? k : n, transposeB: transposeB, beta: -1,
      &c, strideC: n)
    #expect(c == expected)

    var d = [R](repeating: .nan, count: m * n)
    R.multiply(
      a, transposeA: transposeA, b, transposeB: transposeB, into: &d, rows: m, columns: n, inner: k)
    let plain = product(
      a, transposeA, b, transposeB, [R](repeating: 0, count: m * n), m: m, n: n, k: k, alpha: 1,
      beta: 0)
    #expect(d == plain)
  }

  @Test(arguments: [false, true], [false, true])
  func agreesWithTheDefinition(_ transposeA: Bool, _ transposeB: Bool) {
    check(Float.self, transposeA, transposeB)
    check(Double.self, transposeA, transposeB)
  }
}
