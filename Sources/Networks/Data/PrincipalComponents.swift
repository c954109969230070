// Principal component analysis and whitening.

import LinearAlgebra

/// The principal components of examples: the directions in which they vary, uncorrelated and in
/// descending order of variance.
///
///     C = 1/n Σ (x − μ)(x − μ)ᵀ = V Λ Vᵀ
///     y = Vᵀ (x − μ)                  decorrelated: the covariance of y is Λ
///     y = (Λ + ε)^(−½) Vᵀ (x − μ)     whitened: it is Λ / (Λ + ε), nearly the identity
///
/// ε = 10⁻⁵ keeps directions in which nothing varies from being blown up. A component's largest
/// coefficient is positive, so that its sign does not depend on the library.
///
/// Hotelling 1933, doi:10.1037/h0071325.
public struct PrincipalComponents: Sendable {
  /// The variance λ of each component, in descending order.
  public let variances: [Double]
  /// ε, added to the variances where components are whitened.
  public static let epsilon = 1e-5
  /// The most features: the covariance matrix of more takes minutes.
  public static let mostFeatures = 4096

  let mean: [Float]
  /// One row for each component.
  let matrix: [Float]

  /// Finds the components of `examples`: 2 n d² + O(d³) operations for n examples of d features.
  ///
  /// - Throws: `DataError` where there are more than `mostFeatures` features.
  init(of examples: some RawExamples, isWhitening: Bool) throws(DataError) {
    let size = examples.shape.count
    try Self.check(size)
    let means = examples.moments().means
    var covariance = Covariance(order: size)
    var centred: [Double] = []
    examples.forEachBlock { features, rows in
      centred = Array(repeating: 0, count: rows * size)
      for row in 0..<rows {
        for j in 0..<size {
          centred[row * size + j] = Double(features[row * size + j]) - means[j]
        }
      }
      covariance.add(centred)
    }
    let axes = try covariance.matrix.principalAxes()
    variances = axes.map(\.variance)
    mean = means.map(Float.init)
    matrix = axes.flatMap { axis in
      let scale = isWhitening ? 1 / (axis.variance + Self.epsilon).squareRoot() : 1
      return axis.direction.map { Float(scale * $0) }
    }
  }

  /// Refuses more features than components are found of.
  static func check(_ features: Int) throws(DataError) {
    guard features <= mostFeatures else {
      throw .unsuitable(
        "principal components are found of at most \(mostFeatures) features; there are \(features)")
    }
  }

  /// The components of `examples`, as vectors.
  func project(_ examples: some RawExamples) -> FloatExamples {
    let size = examples.shape.count
    let values = [Float](unsafeUninitializedCapacity: examples.count * size) { values, filled in
      examples.forEachBlock { features, rows in
        for row in 0..<rows {
          for j in 0..<size { features[row * size + j] -= mean[j] }
        }
        matrix.withUnsafeBufferPointer { matrix in
          Float.multiply(
            features, matrix.baseAddress!, transposeB: true, into: values.baseAddress! + filled,
            rows: rows, columns: size, inner: size)
        }
        filled += rows * size
      }
    }
    return FloatExamples(
      unchecked: values, labels: examples.allLabels, range: 0..<examples.count,
      shape: [size], classes: examples.classes)
  }
}

extension SymmetricMatrix {
  /// The principal axes of a covariance matrix, in descending order of the variance along them. The
  /// largest coordinate of each is positive.
  func principalAxes() throws(DataError) -> [(variance: Double, direction: [Double])] {
    do {
      return try eigendecomposition().reversed().map { value, vector in
        let largest = vector.max { abs($0) < abs($1) } ?? 1
        // Rounding may leave a variance of 0 slightly negative.
        return (max(value, 0), largest < 0 ? vector.map { -$0 } : vector)
      }
    } catch {
      throw .unsuitable("no principal components: \(error)")
    }
  }
}
