import LinearAlgebra
import OptimizerKit
import Testing

@Suite("orthonormal columns")
struct QRTests {
  /// QᵀQ = I and A = QR with R = QᵀA upper triangular, its diagonal positive.
  ///
  /// Householder's QR is backward stable: the errors are a small multiple of n ε, n the rows; 1e-14
  /// allows 45 roundings.
  @Test(arguments: [(1, 1), (2, 1), (5, 5), (7, 3), (70, 33)])
  func isTheQOfQR(rows: Int, columns: Int) {
    var seed: UInt64 = 7
    let a = (0..<rows * columns).map { _ in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: seed) >> 12) * 0x1p-51
    }
    let q = orthonormalColumns(of: a, rows: rows, columns: columns)
    func dot(_ x: [Double], _ i: Int, _ y: [Double], _ j: Int) -> Double {
      (0..<rows).reduce(0) { $0 + x[i * rows + $1] * y[j * rows + $1] }
    }
    for i in 0..<columns {
      for j in 0..<columns {
        #expect(abs(dot(q, i, q, j) - (i == j ? 1 : 0)) < 1e-14)
        if j < i { #expect(abs(dot(q, i, a, j)) < 1e-13) }
      }
      #expect(dot(q, i, a, i) > 0)
    }
  }

  @Test func noColumnsAreNone() {
    #expect(orthonormalColumns(of: [], rows: 3, columns: 0) == [])
  }

  /// By hand: the line through (0, 1), (1, 2), (2, 4) is 5/6 + 3/2 t.
  @Test func leastSquaresByHand() throws {
    let a = Matrix<Double>([[1, 0], [1, 1], [1, 2]])
    let x = try a.leastSquares(Vector([1, 2, 4]))
    #expect((x[0] - 5.0 / 6).magnitude < 1e-15 && (x[1] - 1.5).magnitude < 1e-15)
    let single = try Matrix<Float>([[1, 0], [1, 1], [1, 2]]).leastSquares(Vector([1, 2, 4]))
    #expect((single[1] - 1.5).magnitude < 1e-6)
    for matrix in [Matrix<Double>([[1, 0], [2, 0]]), Matrix<Double>([[1, 2, 3]])] {
      let error = #expect(throws: LinearAlgebraError.self) {
        try matrix.leastSquares(Vector(repeating: 1, count: matrix.rows))
      }
      #expect(error?.description == "the matrix has not full column rank")
    }
  }
}
