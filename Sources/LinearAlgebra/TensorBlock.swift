// Tensors of any number of dimensions, as matrix methods see them.

import OptimizerKit

/// A tensor of a parameter vector, or a box that is cut out of one. Its elements, taken row by row, are
/// a matrix of its first dimension × the rest.
public struct TensorBlock: Sendable {
  /// Its dimensions.
  public let shape: [Int]
  /// Where its runs of neighbouring elements begin in the parameter vector, and how long each is.
  private let runs: [Int]
  private let length: Int

  /// The whole of a tensor.
  public init(_ tensor: ParameterLayout.Tensor) {
    self.init(shape: tensor.shape.isEmpty ? [1] : tensor.shape, runs: [tensor.offset])
  }

  private init(shape: [Int], runs: [Int]) {
    self.shape = shape
    self.runs = runs
    length = runs.isEmpty ? 0 : shape.reduce(1, *) / runs.count
  }

  /// A tensor cut into boxes no dimension of which is larger than `largest`.
  ///
  /// - Parameter merging: whether neighbouring dimensions are taken together where their product is
  ///   not larger than that, and those of 1 left out.
  public static func blocks(
    of tensor: ParameterLayout.Tensor, largest: Int, merging: Bool
  ) -> [TensorBlock] {
    var shape: [Int] = []
    for size in tensor.shape where !merging || size != 1 {
      if merging, let last = shape.last, last * size <= largest {
        shape[shape.count - 1] = last * size
      } else {
        shape.append(size)
      }
    }
    if shape.isEmpty { shape = [1] }
    guard shape.contains(where: { $0 > largest }) else {
      return [TensorBlock(shape: shape, runs: [tensor.offset])]
    }
    // Boxes of the first dimensions, each with where the elements at its first index begin; the last
    // dimension gives each of them its runs.
    var boxes: [(shape: [Int], begins: [Int])] = [([], [tensor.offset])]
    var stride = tensor.count
    for size in shape {
      stride /= max(size, 1)
      boxes = boxes.flatMap { box in
        Swift.stride(from: 0, to: size, by: largest).map { first in
          let count = min(largest, size - first)
          let isLast = box.shape.count == shape.count - 1
          let begins = box.begins.flatMap { begin in
            (first..<(isLast ? first + 1 : first + count)).map { begin + $0 * stride }
          }
          return (box.shape + [count], begins)
        }
      }
    }
    return boxes.map { TensorBlock(shape: $0.shape, runs: $0.begins) }
  }

  /// Its elements in `vector`, its first dimension × the rest.
  public func read<R: Real>(_ vector: Vector<R>) -> Matrix<R> {
    let rows = shape[0]
    var matrix = Matrix(
      repeating: R.zero, rows: rows, columns: shape.dropFirst().reduce(1, *))
    let target = matrix.mutablePointer()
    for (place, run) in runs.enumerated() {
      precondition(run + length <= vector.count, "a tensor of the vector")
      (target + place * length).update(from: vector.pointer + run, count: length)
    }
    return matrix
  }

  /// Writes `matrix`, of as many elements, to where it lies in `vector`.
  public func write<R: Real>(_ matrix: Matrix<R>, to vector: inout Vector<R>) {
    precondition(matrix.elements.count == runs.count * length, "as many elements")
    let target = vector.mutablePointer()
    for (place, run) in runs.enumerated() {
      precondition(run + length <= vector.count, "a tensor of the vector")
      (target + run).update(from: matrix.elements.pointer + place * length, count: length)
    }
  }

  /// S ← α Σ g gᵀ + β S along each dimension, over all vectors g of `tensor` in that direction. A
  /// statistic of one column is the diagonal of S, one without columns is none.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func addStatistics<R: Real>(
    of tensor: Matrix<R>, alpha: R, beta: R, to statistics: inout [Matrix<R>]
  ) {
    var unfolded = tensor
    for k in shape.indices {
      if statistics[k].columns > 1 {
        Matrix.multiplyByTranspose(unfolded, into: &statistics[k], alpha: alpha, beta: beta)
      } else if statistics[k].columns == 1 {
        let diagonal = statistics[k].mutablePointer()
        let g = unfolded.elements.pointer
        for i in 0..<unfolded.rows {
          var sum = R.zero
          for j in i * unfolded.columns..<(i + 1) * unfolded.columns { sum += g[j] * g[j] }
          diagonal[i] = alpha * sum + beta * diagonal[i]
        }
      }
      if k + 1 < shape.count { unfolded = turned(unfolded.transposed, before: k + 1) }
    }
  }

  /// `tensor` with each of its vectors along dimension k multiplied by `factors[k]`, or by its
  /// transpose. A factor of one column is a diagonal, one without columns the identity. About
  /// 2 N Σ dₖ operations for N elements.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public func multiply<R: Real>(
    _ tensor: Matrix<R>, by factors: [Matrix<R>], transposed: Bool = false
  ) -> Matrix<R> {
    var result = tensor
    for k in shape.indices {
      // (d × rest) becomes (rest × d), so that the next dimension comes first.
      var product: Matrix<R>
      if factors[k].columns > 1 {
        product = Matrix(repeating: R.zero, rows: result.columns, columns: shape[k])
        Matrix.multiply(
          result, transposeA: true, factors[k], transposeB: !transposed, into: &product)
      } else {
        product = result.transposed
        if factors[k].columns == 1 {
          let elements = product.mutablePointer()
          let diagonal = factors[k].elements.pointer
          for i in 0..<product.rows {
            for j in 0..<product.columns {
              elements[i * product.columns + j] = diagonal[j] * elements[i * product.columns + j]
            }
          }
        }
      }
      result = turned(product, before: k + 1)
    }
    return result
  }

  /// A matrix of other rows with the same elements: the first of them belong to dimension `k`.
  private func turned<R: Real>(_ matrix: Matrix<R>, before k: Int) -> Matrix<R> {
    let rows = shape[k % shape.count]
    return Matrix(matrix.elements, rows: rows, columns: matrix.elements.count / max(rows, 1))
  }
}
