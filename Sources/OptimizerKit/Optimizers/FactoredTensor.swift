// Averages over the rows and columns of a tensor, in place of one for each element.

/// A tensor as matrices, of which averages over rows and over columns are kept: outer × rows ×
/// middle × columns × inner elements.
public struct FactoredTensor {
  @usableFromInline let outer: Int
  @usableFromInline let rows: Int
  @usableFromInline let middle: Int
  @usableFromInline let columns: Int
  @usableFromInline let inner: Int

  /// How many averages over rows there are, each of `columns` elements.
  public var rowCount: Int { outer * rows * middle * inner }
  /// How many averages over columns there are, each of `rows` elements.
  public var columnCount: Int { outer * middle * columns * inner }

  /// The last two dimensions of a tensor as matrices, or the two that are longest; nil where there
  /// are less than two, or one of them is shorter than `shortest`.
  public init?(_ tensor: ParameterLayout.Tensor, longest: Bool = false, shortest: Int = 0) {
    let shape = tensor.shape
    guard shape.count > 1 else { return nil }
    var axes = (shape.count - 2, shape.count - 1)
    if longest {
      let order = shape.indices.sorted { (shape[$0], $0) < (shape[$1], $1) }.suffix(2).sorted()
      axes = (order[0], order[1])
    }
    rows = shape[axes.0]
    columns = shape[axes.1]
    guard min(rows, columns) >= shortest else { return nil }
    outer = shape[..<axes.0].reduce(1, *)
    middle = shape[(axes.0 + 1)..<axes.1].reduce(1, *)
    inner = shape[(axes.1 + 1)...].reduce(1, *)
  }

  /// Each average a ← (1 − w) a + w · mean of its elements.
  ///
  /// - Parameters:
  ///   - weight: w.
  ///   - rowAverages: `rowCount` of them.
  ///   - columnAverages: `columnCount` of them.
  ///   - element: the element at an index; asked for twice.
  @inlinable @inline(__always)
  public func average<R: Real>(
    weight: Double, _ rowAverages: UnsafeMutablePointer<R>,
    _ columnAverages: UnsafeMutablePointer<R>, element: (Int) -> R
  ) {
    let (rest, share) = (R(1 - weight), R(weight / Double(rows)))
    let length = columns * inner
    for i in 0..<columnCount { columnAverages[i] = rest * columnAverages[i] }
    for row in 0..<(outer * rows * middle) {
      let start = row * length
      let averages = columnAverages + (row / (rows * middle) * middle + row % middle) * length
      for j in 0..<length { averages[j] = averages[j] + share * element(start &+ j) }
      for i in 0..<inner {
        let sum = interleavedSum(columns) { element(start &+ $0 &* inner &+ i).double }
        let average = rowAverages + (row * inner + i)
        average.pointee = rest * average.pointee + R(weight * sum / Double(columns))
      }
    }
  }

  /// x ← x / √v with v = r c / (mean of r) from the averages r over the row and c over the column of
  /// an element.
  ///
  /// - Parameters:
  ///   - x: the elements.
  ///   - leastMean: the least that the mean is taken as.
  ///   - least: the least that √v is taken as.
  @inlinable
  public func normalize<R: Real>(
    _ x: UnsafeMutablePointer<R>, _ rowAverages: UnsafePointer<R>,
    _ columnAverages: UnsafePointer<R>, leastMean: Double = 0, least: Double = 0
  ) {
    let length = columns * inner
    let most = R(1 / least)
    for matrix in 0..<(outer * middle) {
      let first = matrix / middle * rows * middle + matrix % middle
      let averages = columnAverages + matrix * length
      for i in 0..<inner {
        let rowAverages = rowAverages + (first * inner + i)
        let sum = interleavedSum(rows) { rowAverages[$0 &* middle &* inner].double }
        let mean = max(sum / Double(rows), leastMean)
        for row in 0..<rows {
          let root = R((mean / rowAverages[row * middle * inner].double).squareRoot())
          let elements = x + (first + row * middle) * length
          // A stride of one is vectorised.
          if inner == 1 {
            for j in 0..<length {
              elements[j] = elements[j] * minimum(root / averages[j].squareRoot(), most)
            }
          } else {
            for j in stride(from: i, to: length, by: inner) {
              elements[j] = elements[j] * minimum(root / averages[j].squareRoot(), most)
            }
          }
        }
      }
    }
  }
}
