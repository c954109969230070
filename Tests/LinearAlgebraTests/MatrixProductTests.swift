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

  func check<R: BLASScalar>(_ size: Size, _ transposeA: Bool, _ transposeB: Bool, over: R.Type) {
    let (m, n, k) = (size.m, size.n, size.k)
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

  /// Of op(A), m × k, and op(B), k × n.
  struct Size: CustomTestStringConvertible {
    let m, n, k: Int
    var testDescription: String { "\(m)×\(n)×\(k)" }
  }

  /// On both sides of `largeProduct`, where single precision goes from one library to the other.
  static let sizes = [
    Size(m: 5, n: 3, k: 4), Size(m: 127, n: 64, k: 128), Size(m: 128, n: 64, k: 128),
    Size(m: 16, n: 131, k: 501), Size(m: 333, n: 1024, k: 7),
  ]

  @Test(arguments: sizes, [(false, false), (false, true), (true, false), (true, true)])
  func agreesWithTheDefinition(_ size: Size, _ transpose: (a: Bool, b: Bool)) {
    check(size, transpose.a, transpose.b, over: Float.self)
    check(size, transpose.a, transpose.b, over: Double.self)
  }

  /// Rows that lie farther apart than they are long: what lies between them is left alone.
  @Test(arguments: sizes)
  func rowsApart(_ size: Size) {
    let (m, n, k) = (size.m, size.n, size.k)
    let a: [Float] = integers(m * (k + 3), 5)
    let b: [Float] = integers(k * (n + 1), 3)
    var c = [Float](repeating: 7, count: m * (n + 2))
    Float.gemm(
      rows: m, columns: n, inner: k, alpha: 1, a, strideA: k + 3, transposeA: false,
      b, strideB: n + 1, transposeB: false, beta: 0, &c, strideC: n + 2)
    var expected = [Float](repeating: 7, count: c.count)
    for i in 0..<m {
      for j in 0..<n {
        var sum: Float = 0
        for l in 0..<k { sum += a[i * (k + 3) + l] * b[l * (n + 1) + j] }
        expected[i * (n + 2) + j] = sum
      }
    }
    #expect(c == expected)
  }

  /// A number that is none spreads over its row, zeros or not, and no farther.
  @Test(arguments: sizes, [Float.nan, .infinity])
  func whatIsNoNumberSpreads(_ size: Size, _ value: Float) {
    let (m, n, k) = (size.m, size.n, size.k)
    var a = [Float](repeating: 1, count: m * k)
    a[2 * k + 1] = value
    let b = [Float](repeating: 0, count: k * n)
    var c = [Float](repeating: .nan, count: m * n)
    Float.multiply(a, b, into: &c, rows: m, columns: n, inner: k)
    for i in 0..<m {
      #expect(c[i * n..<(i + 1) * n].allSatisfy { i == 2 ? $0.isNaN : $0 == 0 })
    }
  }
}
