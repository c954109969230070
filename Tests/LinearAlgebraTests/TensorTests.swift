// Singular values, orthogonal matrices, and tensors of any number of dimensions.

import LinearAlgebra
import OptimizerKit
import Testing

private func normals<R: Scalar>(_ count: Int, seed: UInt64 = 1) -> Vector<R> {
  var source = RandomSource(seed: seed, purpose: .instance)
  return Vector((0..<count).map { _ in R(source.normal()) })
}

private func normals<R: Scalar>(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix<R> {
  Matrix(normals(rows * columns, seed: seed), rows: rows, columns: columns)
}

private func largestDifference<R: Real>(_ a: Matrix<R>, _ b: Matrix<R>) -> Double {
  var difference = a
  difference.add(R(-1.0), b)
  return difference.largestMagnitude
}

@Suite("singular values and tensors")
struct TensorTests {
  /// A = U diag(σ) V with orthonormal U and V, and σ in descending order: errors of some tens of
  /// roundings of the largest singular value, below 20.
  @Test(arguments: [(1, 1), (3, 5), (5, 3), (1, 7), (7, 1), (40, 24), (24, 40)])
  func singularValues(_ m: Int, _ n: Int) throws {
    func check<R: Scalar>(_: R.Type, unit: Double) throws {
      let a: Matrix<R> = normals(m, n)
      let found = try a.singularValueDecomposition()
      let k = min(m, n)
      var scaled = found.left
      for i in 0..<m {
        for j in 0..<k { scaled[i, j] = scaled[i, j] * found.values[j] }
      }
      #expect(largestDifference(scaled * found.right, a) <= 1000 * unit)
      #expect(largestDifference(found.left.transposedTimes(found.left), .identity(k)) <= 100 * unit)
      #expect(
        largestDifference(found.right.timesTransposed(found.right), .identity(k)) <= 100 * unit)
      for i in 1..<max(k, 1) where i < k {
        #expect(found.values[i - 1].double >= found.values[i].double)
      }
      #expect((found.values[0].double - (try a.spectralNorm())).magnitude <= 1000 * unit)
    }
    try check(Float.self, unit: 0x1p-24)
    try check(Double.self, unit: 0x1p-53)
  }

  @Test func noSingularValues() throws {
    #expect(
      try Matrix<Double>(repeating: 0, rows: 0, columns: 3).singularValueDecomposition().values
        .count == 0)
    #expect(throws: LinearAlgebraError.self) {
      try Matrix<Double>(repeating: .nan, rows: 2, columns: 2).singularValueDecomposition()
    }
  }

  /// Orthogonalisation leaves singular vectors and takes σ/‖A‖ to what the iterations make of numbers.
  @Test(arguments: [(4, 4), (3, 8), (8, 3)])
  func orthogonalized(_ m: Int, _ n: Int) throws {
    let a: Matrix<Double> = normals(m, n)
    let decomposition = try a.singularValueDecomposition()
    let norm = a.frobeniusNorm
    for (iterations, isAdded) in [(0, false), (1, true), (5, false), (5, true)] {
      var scaled = decomposition.left
      for j in 0..<scaled.columns {
        var x = decomposition.values[j] / (isAdded ? norm + 0.5 : norm)
        for _ in 0..<iterations {
          let square = x * x
          x *= 3.4445 + square * (-4.7750 + 2.0315 * square)
        }
        for i in 0..<m { scaled[i, j] *= x }
      }
      let found = a.orthogonalized(iterations: iterations, epsilon: 0.5, isAdded: isAdded)
      #expect(largestDifference(found, scaled * decomposition.right) <= 1e-13)
    }
  }

  static let layout: ParameterLayout = {
    var layout = ParameterLayout()
    layout.append("before", shape: [3], role: .bias, fanIn: 1)
    layout.append("kernel", shape: [5, 1, 4, 3], role: .weight, fanIn: 12)
    return layout
  }()

  /// Boxes cover a tensor once, none is larger than allowed, and what is read can be written back.
  @Test(arguments: [1, 2, 3, 4, 5, 12, 20, 59, 60, 61], [false, true])
  func blocks(_ largest: Int, _ merging: Bool) {
    let tensor = Self.layout.tensors[1]
    let x: Vector<Double> = Vector((0..<63).map { Double($0) })
    var copy = Vector(repeating: -1.0, count: 63)
    var seen: [Double] = []
    for block in TensorBlock.blocks(of: tensor, largest: largest, merging: merging) {
      #expect(block.shape.allSatisfy { $0 <= largest })
      let matrix = block.read(x)
      #expect(matrix.rows == block.shape[0])
      seen += matrix.elements.array
      block.write(matrix, to: &copy)
    }
    #expect(seen.sorted() == (3..<63).map(Double.init))
    #expect(copy.array == [-1, -1, -1] + (3..<63).map(Double.init))
  }

  @Test func merging() {
    func shapes(_ largest: Int) -> [[Int]] {
      TensorBlock.blocks(of: Self.layout.tensors[1], largest: largest, merging: true).map(\.shape)
    }
    #expect(shapes(60) == [[60]])
    #expect(shapes(20) == [[20, 3]])
    #expect(shapes(12) == [[5, 12]])
    #expect(shapes(4) == [[4, 4, 3], [1, 4, 3]])
    // Row-major: the second box holds the last row.
    let x: Vector<Double> = Vector((0..<63).map { Double($0) })
    let last = TensorBlock.blocks(of: Self.layout.tensors[1], largest: 4, merging: true)[1]
    #expect(last.read(x).elements.array == (51..<63).map(Double.init))
  }

  /// Products and statistics along dimensions, against sums over all indices.
  @Test func alongDimensions() {
    let (a, b, c) = (2, 3, 4)
    var layout = ParameterLayout()
    layout.append("tensor", shape: [a, b, c], role: .weight, fanIn: b * c)
    let block = TensorBlock(layout.tensors[0])
    let x: Vector<Double> = normals(a * b * c)
    let tensor = block.read(x)
    let none = Matrix(repeating: 0.0, rows: 0, columns: 0)
    let factors: [Matrix<Double>] = [normals(a, a, seed: 2), none, normals(c, c, seed: 3)]
    func at(_ i: Int, _ j: Int, _ k: Int) -> Double { x[(i * b + j) * c + k] }
    for transposed in [false, true] {
      let found = block.multiply(tensor, by: factors, transposed: transposed)
      func factor(_ f: Int, _ i: Int, _ j: Int) -> Double {
        transposed ? factors[f][j, i] : factors[f][i, j]
      }
      for i in 0..<a {
        for j in 0..<b {
          for k in 0..<c {
            var sum = 0.0
            for p in 0..<a {
              for q in 0..<c { sum += factor(0, i, p) * factor(2, k, q) * at(p, j, q) }
            }
            #expect((found.elements[(i * b + j) * c + k] - sum).magnitude <= 1e-13)
          }
        }
      }
    }
    var statistics = [none, .identity(b), Matrix(repeating: 0.0, rows: c, columns: c)]
    block.addStatistics(of: tensor, alpha: 0.5, beta: 3, to: &statistics)
    #expect(statistics[0].rows == 0)
    // Diagonals, as matrices of one column.
    let diagonal = Matrix([[2.0], [-1], [0.5]])
    let full = Matrix([[2.0, 0, 0], [0, -1, 0], [0, 0, 0.5]])
    let scaled = block.multiply(tensor, by: [factors[0], diagonal, factors[2]])
    let expected = block.multiply(tensor, by: [factors[0], full, factors[2]])
    #expect(largestDifference(scaled, expected) <= 1e-14)
    var diagonals = [none, Matrix(repeating: 1.0, rows: b, columns: 1), none]
    block.addStatistics(of: tensor, alpha: 0.5, beta: 3, to: &diagonals)
    for i in 0..<b { #expect((diagonals[1][i, 0] - statistics[1][i, i]).magnitude <= 1e-13) }
    for p in 0..<b {
      for q in 0..<b {
        var sum = p == q ? 3.0 : 0
        for i in 0..<a {
          for k in 0..<c { sum += 0.5 * at(i, p, k) * at(i, q, k) }
        }
        #expect((statistics[1][p, q] - sum).magnitude <= 1e-13)
      }
    }
    for p in 0..<c {
      for q in 0..<c {
        var sum = 0.0
        for i in 0..<a {
          for j in 0..<b { sum += 0.5 * at(i, j, p) * at(i, j, q) }
        }
        #expect((statistics[2][p, q] - sum).magnitude <= 1e-13)
      }
    }
  }
}
