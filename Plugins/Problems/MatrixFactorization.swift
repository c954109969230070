import LinearAlgebra
import OptimizerKit

/// The factorisation of a matrix into two of low rank.
///
///     f(U, V) = ½ ‖U Vᵀ − M‖²,   U is m × r, V is n × r
///
/// The singular values of M fall from 1 to 1/κ at equal ratios; the minimum is half the squares of
/// those beyond the r-th (Eckart and Young 1936). U and V are tensors of their own: methods for
/// matrices see them as such. Not convex, yet all stationary points but the minima are strict saddles,
/// at the origin and wherever U Vᵀ holds other singular values than the largest: from a small start
/// they are learnt one after the other, with a plateau before each. Of the minima, which U Q and V Q⁻ᵀ
/// share, the balanced one is declared.
///
/// Baldi and Hornik 1989, doi:10.1016/0893-6080(89)90014-2; Saxe et al. 2014, arXiv 1312.6120.
public struct MatrixFactorization: Surface {
  public static let name = "matrix-factorization"
  public static let summary = "½ ‖U Vᵀ − M‖² over two matrices of low rank"
  public static let shows = "plateaus at saddles, on parameters that are matrices"
  public static let source = "Baldi and Hornik 1989, doi:10.1016/0893-6080(89)90014-2"
  public static let family = Family.structured

  @Hyperparameter("rows m of M", in: 1.0...1000) public var rows = 6
  @Hyperparameter("columns n of M", in: 1.0...1000) public var columns = 5
  @Hyperparameter("columns r of U and V, at most m and n", in: 1.0...1000) public var rank = 2
  @Hyperparameter("ratio κ of the singular values of M", in: 1.0...1e6, scale: .log)
  public var condition = 10.0
  @Hyperparameter("size of the elements at the start", in: .positive, scale: .log)
  public var start = 0.1
  @Hyperparameter("selects M and the start", in: 0.0...1e9) public var instance = 1

  private var singularValues: [Double] = []
  /// The singular vectors, column after column.
  private var left: [Double] = []
  private var right: [Double] = []
  /// M, row by row.
  private var matrix: [Double] = []
  private var direction: [Double] = []

  public init() { resolve() }

  public func validate() throws(HyperparameterError) {
    guard rank <= min(rows, columns) else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "rank = \(rank) is more than the smaller of rows = \(rows) and columns = \(columns)"
      )
    }
  }

  public mutating func resolve() {
    let order = min(rows, columns)
    var random = RandomSource(seed: UInt64(instance), purpose: .instance)
    left = orthonormalColumns(
      of: (0..<rows * order).map { _ in random.normal() }, rows: rows, columns: order)
    right = orthonormalColumns(
      of: (0..<columns * order).map { _ in random.normal() }, rows: columns, columns: order)
    singularValues = (0..<order).map { k in
      order == 1 ? 1 : exp(-log(condition) * Double(k) / Double(order - 1))
    }
    matrix = [Double](repeating: 0, count: rows * columns)
    for k in 0..<order {
      for i in 0..<rows {
        let a = singularValues[k] * left[k * rows + i]
        for j in 0..<columns { matrix[i * columns + j] += a * right[k * columns + j] }
      }
    }
    direction = (0..<(rows + columns) * rank).map { _ in random.normal() }
  }

  public var dimension: Int { (rows + columns) * rank }
  public var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.append("u", shape: [rows, rank], role: .weight, fanIn: rank)
    layout.append("v", shape: [columns, rank], role: .weight, fanIn: rank)
    return layout
  }
  public var starts: [[Double]] { [direction.map { start * $0 }] }
  public var minima: [[Double]] {
    let roots = singularValues.prefix(rank).map { $0.squareRoot() }
    func scaled(_ vectors: [Double], _ count: Int) -> [Double] {
      (0..<count).flatMap { i in (0..<rank).map { roots[$0] * vectors[$0 * count + i] } }
    }
    return [scaled(left, rows) + scaled(right, columns)]
  }
  public var minimumLoss: Double? {
    0.5 * singularValues.dropFirst(rank).reduce(0) { $0 + $1 * $1 }
  }
  public var saddle: [Double]? { Array(repeating: 0, count: dimension) }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<rows {
      for j in 0..<columns { sum += error(x, i, j).squared }
    }
    return 0.5 * sum
  }

  public var residualCount: Int { rows * columns }

  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {
    for i in 0..<rows {
      for j in 0..<columns { r[i * columns + j] = error(x, i, j) }
    }
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count { g[i] = .zero }
    for i in 0..<rows {
      for j in 0..<columns {
        let e = error(x, i, j)
        for k in 0..<rank {
          let (u, v) = (i * rank + k, (rows + j) * rank + k)
          g[u] = g[u] + e * x[v]
          g[v] = g[v] + e * x[u]
        }
      }
    }
  }

  /// An element of U Vᵀ − M.
  private func error<X: Coordinates>(_ x: X, _ i: Int, _ j: Int) -> X.Value {
    var sum = X.Value(-matrix[i * columns + j])
    for k in 0..<rank { sum += x[i * rank + k] * x[(rows + j) * rank + k] }
    return sum
  }
}
