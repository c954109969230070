// Matrices of parameters: products and decompositions in both precisions.

import LinearAlgebra
import OptimizerKit
import Testing

/// Standard normal elements.
private func random<R: Scalar>(_ rows: Int, _ columns: Int, seed: UInt64 = 1, _: R.Type = R.self)
  -> Matrix<R>
{
  var source = RandomSource(seed: seed, purpose: .instance)
  return Matrix(
    Vector((0..<rows * columns).map { _ in R(source.normal()) }), rows: rows, columns: columns)
}

private func largestDifference<R: Real>(_ a: Matrix<R>, _ b: Matrix<R>) -> Double {
  var difference = a
  difference.add(R(-1.0), b)
  return difference.largestMagnitude
}

/// One rounding in the precision.
private func unit<R: Scalar>(_: R.Type) -> Double { R.self == Float.self ? 0x1p-24 : 0x1p-53 }

@Suite("matrices")
struct MatrixTests {
  static let shapes = [(1, 1), (3, 5), (5, 3), (17, 4), (4, 17), (40, 40)]

  /// Sums of k products of normal numbers: an error of at most k roundings of k times the largest
  /// product, about 9.
  @Test(arguments: shapes)
  func products(_ m: Int, _ n: Int) {
    func check<R: Scalar>(_: R.Type) {
      let a: Matrix<R> = random(m, n)
      let b: Matrix<R> = random(n, 7, seed: 2)
      func plain(_ a: Matrix<R>, _ b: Matrix<R>) -> Matrix<R> {
        var c = Matrix(repeating: R.zero, rows: a.rows, columns: b.columns)
        for i in 0..<a.rows {
          for j in 0..<b.columns {
            for k in 0..<a.columns { c[i, j] += a[i, k] * b[k, j] }
          }
        }
        return c
      }
      let tolerance = 9 * Double(max(m, n) * max(m, n)) * unit(R.self)
      let expected = plain(a, b)
      #expect(largestDifference(a * b, expected) <= tolerance)
      #expect(largestDifference(a.timesTransposed(b.transposed), expected) <= tolerance)
      #expect(largestDifference(a.transposed.transposedTimes(b), expected) <= tolerance)
      #expect(largestDifference(a.transposed.transposed, a) == 0)
    }
    check(Float.self)
    check(Double.self)
  }

  /// A product over dual numbers is that of the values, with the derivative of a product.
  @Test func anyOtherNumber() {
    let a = Matrix([[Dual(2, derivative: 1), Dual(3)]])
    let b = Matrix([[Dual(5)], [Dual(7, derivative: 1)]])
    let c = a * b
    #expect(c[0, 0].value == 31)
    #expect(c[0, 0].derivative == 8)
  }

  /// A V = V Λ and VᵀV = I, within n roundings of ‖A‖ ≤ 2n.
  @Test(arguments: [1, 2, 9, 60])
  func eigendecomposition(_ n: Int) throws {
    func check<R: Scalar>(_: R.Type) throws {
      let half: Matrix<R> = random(n, n)
      var a = half
      a.add(R(1.0), half.transposed)
      let found = try a.symmetricEigendecomposition()
      let v = found.vectors
      let tolerance = Double(4 * n * n + 20) * unit(R.self)
      var scaled = v
      for i in 0..<n {
        for j in 0..<n { scaled[i, j] = v[i, j] * found.values[j] }
      }
      #expect(largestDifference(a * v, scaled) <= tolerance)
      #expect(largestDifference(v.transposedTimes(v), .identity(n)) <= tolerance)
      for i in 1..<max(n, 1) where n > 1 {
        #expect(found.values[i - 1].double <= found.values[i].double)
      }
    }
    try check(Float.self)
    try check(Double.self)
  }

  /// R⁴ A = I for R = A⁻¹ᐟ⁴; the condition of A is about 10, and R⁴ has four times its error.
  @Test func inverseRoots() throws {
    func check<R: Scalar>(_: R.Type) throws {
      let half: Matrix<R> = random(12, 60)
      let a = half.timesTransposed(half)
      let root = try a.inverseRoot(4)
      let square = root * root
      let tolerance = 12 * 12 * 40 * unit(R.self)
      #expect(largestDifference(square * square * a, .identity(12)) <= tolerance)
      let inverse = try a.inverseRoot(1)
      #expect(largestDifference(inverse * a, .identity(12)) <= tolerance)
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test(arguments: shapes)
  func qr(_ m: Int, _ n: Int) throws {
    func check<R: Scalar>(_: R.Type) throws {
      let a: Matrix<R> = random(m, n)
      let (q, r) = try a.qr()
      let k = min(m, n)
      #expect((q.rows, q.columns) == (m, k))
      #expect((r.rows, r.columns) == (k, n))
      // Householder's QR is backward stable: a small multiple of the rows, in roundings.
      let tolerance = Double(20 * max(m, n) + 20) * unit(R.self)
      #expect(largestDifference(q * r, a) <= tolerance)
      #expect(largestDifference(q.transposedTimes(q), .identity(k)) <= tolerance)
      for i in 0..<k {
        for j in 0..<i { #expect(r[i, j].double == 0) }
      }
    }
    try check(Float.self)
    try check(Double.self)
  }

  @Test func choleskyAndSolutions() throws {
    func check<R: Scalar>(_: R.Type) throws {
      let half: Matrix<R> = random(9, 40)
      let a = half.timesTransposed(half)
      let l = try a.cholesky()
      // Elements of A are about 40; the condition is about 10.
      let tolerance = 9 * 40 * 10 * unit(R.self)
      #expect(largestDifference(l.timesTransposed(l), a) <= tolerance)
      for i in 0..<9 {
        for j in i + 1..<9 { #expect(l[i, j].double == 0) }
      }
      let x: Matrix<R> = random(9, 2, seed: 3)
      let general: Matrix<R> = random(9, 9, seed: 4)
      let solved = try general.solve(general * x)
      // The condition of a normal matrix of order 9 is a few dozen.
      #expect(largestDifference(solved, x) <= 9 * 1000 * unit(R.self))
    }
    try check(Float.self)
    try check(Double.self)
  }

  /// The largest singular value of u vᵀ is ‖u‖ ‖v‖.
  @Test(arguments: [(3, 5), (5, 3)])
  func norms(_ m: Int, _ n: Int) throws {
    let u: Matrix<Double> = random(m, 1)
    let v: Matrix<Double> = random(n, 1, seed: 2)
    let a = u.timesTransposed(v)
    let expected = u.frobeniusNorm * v.frobeniusNorm
    #expect((try a.spectralNorm() - expected).magnitude <= 1e-14 * expected)
    #expect((a.frobeniusNorm - expected).magnitude <= 1e-14 * expected)
    #expect(Matrix<Float>([[1, -3], [2, 0.5]]).largestMagnitude == 3)
  }

  /// What has no answer is refused in words.
  @Test func refusals() {
    func message(_ body: () throws -> Void) -> String? {
      do { try body() } catch { return "\(error)" }
      return nil
    }
    let singular = Matrix<Float>([[1, 2], [2, 4]])
    let x = Matrix<Float>([[1], [1]])
    #expect(message { _ = try singular.solve(x) } == "the matrix is singular")
    #expect(
      message { _ = try Matrix<Double>([[0, 0], [0, 1]]).inverseRoot(2) }
        == "the matrix is singular: it has no inverse root")
    #expect(
      message { _ = try Matrix<Double>([[1, 2], [2, 1]]).cholesky() }
        == "the matrix is not positive definite")
    for value in [Double.nan, .infinity] {
      let broken = Matrix([[value, 0], [0, 1]])
      let expected = "the matrix has an element that is not finite"
      #expect(message { _ = try broken.symmetricEigendecomposition() } == expected)
      #expect(message { _ = try broken.qr() } == expected)
      #expect(message { _ = try broken.cholesky() } == expected)
      #expect(message { _ = try broken.inverseRoot(2) } == expected)
      #expect(message { _ = try broken.solve(.identity(2)) } == expected)
    }
  }

  @Test func withoutElements() throws {
    let nothing = Matrix(repeating: 0.0, rows: 0, columns: 3)
    #expect((try nothing.qr()).r.rows == 0)
    #expect((try nothing.spectralNorm()) == 0)
    #expect(
      (Matrix(repeating: 1.0, rows: 2, columns: 0) * nothing).elements.array
        == .init(
          repeating: 0, count: 6))
  }

  /// A tensor taken out, changed and put back leaves its neighbours alone.
  @Test func tensors() {
    var layout = ParameterLayout()
    layout.append("a", shape: [2], role: .bias, fanIn: 1)
    layout.append("w", shape: [2, 3, 2], role: .weight, fanIn: 6)
    layout.append("b", shape: [1], role: .bias, fanIn: 1)
    var x = Vector((0..<15).map { Double($0) })
    let tensor = layout.tensors[1]
    #expect((tensor.rows, tensor.columns) == (2, 6))
    var w = Matrix(tensor, of: x)
    #expect(w[1, 0] == 8)
    w.scale(2)
    x.write(w, to: tensor)
    x.add(-1, w, to: tensor)
    #expect(x.array == [0, 1] + [Double](repeating: 0, count: 12) + [14])
    #expect((layout.tensors[0].rows, layout.tensors[0].columns) == (2, 1))
  }
}
