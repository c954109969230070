// The plane that holds most of what separates points of very many coordinates.

import LinearAlgebra
import OptimizerKit

/// The plane through the mean of points along their first two principal components.
///
/// With the centred points as rows of X and XXᵀ = VΛVᵀ, point i lies at √λₖ Vᵢₖ along the direction
/// Xᵀvₖ/√λₖ; the plane holds (λ₁ + λ₂)/Σλ of the squared distances from the mean. Of n points in p
/// dimensions that takes n²p products, not p² numbers. Paths of training are drawn in such planes by
/// Li et al. 2018, arXiv 1712.09913.
public struct ParameterPlane: Sendable {
  /// The mean of the points.
  public let center: [Double]
  /// Two unit vectors at right angles.
  public let directions: (x: [Double], y: [Double])
  /// Where the points lie in the plane.
  public let coordinates: [(x: Double, y: Double)]
  /// What each direction holds of the squared distances from the mean, in 0...1.
  public let shares: (x: Double, y: Double)
  /// What the plane holds of them.
  public var share: Double { shares.x + shares.y }

  /// The plane of points of the same dimension; nil where they are fewer than three, not finite, or lie on
  /// a line.
  public init?(_ points: [[Float]]) {
    let n = points.count
    guard n > 2, let p = points.first?.count, p > 0, points.allSatisfy({ $0.count == p }) else {
      return nil
    }
    var center = [Double](repeating: 0, count: p)
    for point in points {
      for j in 0..<p { center[j] += Double(point[j]) / Double(n) }
    }
    // The products of the centred points, a few thousand coordinates at a time.
    var products = Matrix<Double>(repeating: 0, rows: n, columns: n)
    let width = 4096
    for first in stride(from: 0, to: p, by: width) {
      let columns = min(width, p - first)
      var part = [Double](repeating: 0, count: n * columns)
      for (i, point) in points.enumerated() {
        for j in 0..<columns {
          part[i * columns + j] = Double(point[first + j]) - center[first + j]
        }
      }
      let block = Matrix(Vector(part), rows: n, columns: columns)
      Matrix.multiplyByTranspose(block, into: &products, beta: 1)
    }
    let elements = (0..<n * n).map { products[$0 / n, $0 % n] }
    guard elements.allSatisfy(\.isFinite),
      let found = try? SymmetricMatrix(order: n, elements: elements).eigendecomposition()
    else { return nil }
    let total = (0..<n).map { elements[$0 * n + $0] }.reduce(0, +)
    let (first, second) = (found[n - 1], found[n - 2])
    // What rounding leaves of a line is no plane.
    guard total > 0, second.value > 1e-12 * total else { return nil }
    var directions: [[Double]] = []
    var places: [[Double]] = []
    for (value, vector) in [first, second] {
      let length = value.squareRoot()
      // An eigenvector may point either way: the point that lies farthest lies ahead.
      let farthest = vector.max { $0.magnitude < $1.magnitude } ?? 1
      let sign = farthest < 0 ? -1.0 : 1
      var direction = [Double](repeating: 0, count: p)
      for (i, point) in points.enumerated() {
        let weight = sign * vector[i] / length
        for j in 0..<p { direction[j] += weight * (Double(point[j]) - center[j]) }
      }
      directions.append(direction)
      places.append(vector.map { sign * $0 * length })
    }
    self.center = center
    self.directions = (directions[0], directions[1])
    coordinates = (0..<n).map { (places[0][$0], places[1][$0]) }
    shares = (first.value / total, second.value / total)
  }

  /// The parameters at a place of the plane.
  public func point(_ x: Double, _ y: Double) -> [Float] {
    center.indices.map { Float(center[$0] + x * directions.x[$0] + y * directions.y[$0]) }
  }
}
