// A matrix of parameters: row-major, a value. What is computed with it is in LinearAlgebra.

/// A matrix, its rows one after the other, with value semantics: a copy shares storage until one of
/// the two is changed.
public struct Matrix<R: Real>: Sendable {
  public let rows: Int
  public let columns: Int
  @usableFromInline var storage: Vector<R>

  /// The elements, row by row.
  @inlinable public var elements: Vector<R> { storage }

  /// `rows` × `columns` copies of `value`.
  public init(repeating value: R, rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    storage = Vector(repeating: value, count: rows * columns)
  }

  /// A matrix from its elements, row by row.
  public init(_ elements: Vector<R>, rows: Int, columns: Int) {
    precondition(elements.count == rows * columns, "an element for each row and column")
    self.rows = rows
    self.columns = columns
    storage = elements
  }

  /// A matrix from its rows, all of one length.
  public init(_ rows: [[R]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "rows of one length")
    self.init(Vector(rows.flatMap { $0 }), rows: rows.count, columns: columns)
  }

  /// The identity of an order.
  public static func identity(_ order: Int) -> Matrix {
    var matrix = Matrix(repeating: R.zero, rows: order, columns: order)
    for i in 0..<order { matrix[i, i] = R(1.0) }
    return matrix
  }

  @inlinable
  public subscript(i: Int, j: Int) -> R {
    get {
      precondition(i >= 0 && i < rows && j >= 0 && j < columns, "index out of range")
      return storage[i * columns + j]
    }
    set {
      precondition(i >= 0 && i < rows && j >= 0 && j < columns, "index out of range")
      storage[i * columns + j] = newValue
    }
  }

  /// The elements, row by row, for writing.
  @inlinable
  public mutating func mutablePointer() -> UnsafeMutablePointer<R> { storage.mutablePointer() }

  /// The transpose; a copy.
  @inlinable
  public var transposed: Matrix {
    var result = Matrix(repeating: R.zero, rows: columns, columns: rows)
    let from = elements.pointer
    let to = result.mutablePointer()
    // In tiles, so that both sides stay in the innermost cache.
    let tile = 32
    for i0 in stride(from: 0, to: rows, by: tile) {
      for j0 in stride(from: 0, to: columns, by: tile) {
        for i in i0..<min(i0 + tile, rows) {
          for j in j0..<min(j0 + tile, columns) { to[j * rows + i] = from[i * columns + j] }
        }
      }
    }
    return result
  }

  /// self ← self + α M.
  @inlinable
  public mutating func add(_ alpha: R, _ matrix: Matrix) {
    precondition(rows == matrix.rows && columns == matrix.columns, "matrices of different shape")
    storage.add(alpha, matrix.storage)
  }

  /// self ← α self.
  @inlinable
  public mutating func scale(_ alpha: R) { storage.scale(alpha) }

  /// Takes over the elements of a matrix of the same shape, without sharing its storage.
  @inlinable
  public mutating func assign(_ matrix: Matrix) {
    precondition(rows == matrix.rows && columns == matrix.columns, "matrices of different shape")
    storage.assign(matrix.storage)
  }

  /// self ← (1 − t) self + t M.
  @inlinable
  public mutating func interpolate(_ t: R, to matrix: Matrix) {
    precondition(rows == matrix.rows && columns == matrix.columns, "matrices of different shape")
    storage.interpolate(t, to: matrix.storage)
  }
}

// MARK: tensors of a parameter vector

extension Matrix {
  /// A tensor of a parameter vector as a matrix: its first dimension × the rest.
  public init(_ tensor: ParameterLayout.Tensor, of vector: Vector<R>) {
    self.init(repeating: R.zero, rows: tensor.rows, columns: tensor.columns)
    read(tensor, of: vector)
  }

  /// Takes over a tensor of a parameter vector, of as many elements.
  @inlinable
  public mutating func read(_ tensor: ParameterLayout.Tensor, of vector: Vector<R>) {
    precondition(
      tensor.count == elements.count && tensor.offset + tensor.count <= vector.count,
      "a tensor of the vector, of as many elements")
    mutablePointer().update(from: vector.pointer + tensor.offset, count: tensor.count)
  }
}

extension Vector {
  /// Writes a matrix to where a tensor lies.
  @inlinable
  public mutating func write(_ matrix: Matrix<R>, to tensor: ParameterLayout.Tensor) {
    precondition(
      tensor.count == matrix.elements.count && tensor.offset + tensor.count <= count,
      "a tensor of the vector, of as many elements")
    (mutablePointer() + tensor.offset).update(from: matrix.elements.pointer, count: tensor.count)
  }

  /// Multiplies a tensor by α.
  @inlinable
  public mutating func scale(_ alpha: R, _ tensor: ParameterLayout.Tensor) {
    precondition(tensor.offset + tensor.count <= count, "a tensor of the vector")
    let x = mutablePointer() + tensor.offset
    for i in 0..<tensor.count { x[i] = alpha * x[i] }
  }

  /// Adds α times a matrix to where a tensor lies.
  @inlinable
  public mutating func add(_ alpha: R, _ matrix: Matrix<R>, to tensor: ParameterLayout.Tensor) {
    precondition(
      tensor.count == matrix.elements.count && tensor.offset + tensor.count <= count,
      "a tensor of the vector, of as many elements")
    let x = mutablePointer() + tensor.offset
    let y = matrix.elements.pointer
    for i in 0..<tensor.count { x[i] = x[i] + alpha * y[i] }
  }
}
