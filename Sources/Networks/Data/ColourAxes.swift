// In which directions the colours of images vary.

import LinearAlgebra

/// The principal axes of the pixels of colour images, each times the variance along it, where pixels
/// range over 0...1.
///
/// Krizhevsky, Sutskever and Hinton 2012, doi:10.1145/3065386, section 4.1.
struct ColourAxes: Sendable {
  /// λ p for each axis, in descending order of the variance λ.
  let axes: [SIMD3<Float>]

  /// The axes of all pixels of images of three channels.
  init(of images: ByteImages) throws(DataError) {
    var sums = [UInt64](repeating: 0, count: 3)
    var products = [UInt64](repeating: 0, count: 9)
    for index in 0..<images.count {
      images.withImage(index) { pixels, _ in
        for position in 0..<images.shape.positions {
          for a in 0..<3 {
            let first = UInt64(pixels[3 * position + a])
            sums[a] &+= first
            for b in 0..<3 { products[3 * a + b] &+= first &* UInt64(pixels[3 * position + b]) }
          }
        }
      }
    }
    let n = Double(max(images.count * images.shape.positions, 1))
    let covariance = (0..<9).map { i in
      let means = (Double(sums[i / 3]) / n) * (Double(sums[i % 3]) / n)
      return (Double(products[i]) / n - means) / (255 * 255)
    }
    axes = try SymmetricMatrix(order: 3, elements: covariance).principalAxes().map { axis in
      let scaled = axis.direction.map { Float(axis.variance * $0) }
      return SIMD3(scaled[0], scaled[1], scaled[2])
    }
  }
}
