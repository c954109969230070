// A convolution as a matrix product over patches: one definition for any number type, against
// which the fast one is tested, and with which gradients are checked in double precision.

import LinearAlgebra

/// For each example: columns ← the patches that the filter sees, positions × patch; then
///
///     z = columns Wᵀ    ∂L/∂W = (∂L/∂z)ᵀ columns    ∂L/∂columns = ∂L/∂z W
final class PatchConvolution<R: NetworkScalar>: LinearArithmetic {
  let geometry: ConvolutionGeometry
  private let columns: UnsafeMutablePointer<R>
  private let product: UnsafeMutablePointer<R>

  init(_ geometry: ConvolutionGeometry) {
    self.geometry = geometry
    columns = allocateAligned(geometry.output.positions * geometry.patch)
    product = allocateAligned(geometry.weights)
  }

  deinit {
    free(aligned: columns)
    free(aligned: product)
  }

  func forward(
    _ input: UnsafePointer<R>, weights: UnsafePointer<R>, bias: UnsafePointer<R>?,
    output: UnsafeMutablePointer<R>, examples: Int
  ) {
    let positions = geometry.output.positions
    let channels = geometry.output.channels
    for example in 0..<examples {
      gather(input + example * geometry.input.count)
      let output = output + example * geometry.output.count
      R.multiply(
        columns, weights, transposeB: true, into: output, rows: positions, columns: channels,
        inner: geometry.patch)
      guard let bias else { continue }
      for position in 0..<positions {
        for j in 0..<channels { output[position * channels + j] += bias[j] }
      }
    }
  }

  func backward(
    _ input: UnsafePointer<R>, weights: UnsafePointer<R>, outputGradient: UnsafePointer<R>,
    weightGradient: UnsafeMutablePointer<R>?, inputGradient: UnsafeMutablePointer<R>?, examples: Int
  ) {
    let positions = geometry.output.positions
    let channels = geometry.output.channels
    weightGradient?.update(repeating: 0, count: geometry.weights)
    for example in 0..<examples {
      let outputGradient = outputGradient + example * geometry.output.count
      if let weightGradient {
        gather(input + example * geometry.input.count)
        R.multiply(
          outputGradient, transposeA: true, columns, into: product, rows: channels,
          columns: geometry.patch, inner: positions)
        add(product, to: weightGradient, count: geometry.weights)
      }
      guard let inputGradient else { continue }
      R.multiply(
        outputGradient, weights, into: columns, rows: positions, columns: geometry.patch,
        inner: channels)
      scatter(inputGradient + example * geometry.input.count)
    }
  }

  /// columns ← the patches of one image, zeros where they reach beyond it.
  private func gather(_ image: UnsafePointer<R>) {
    let channels = geometry.input.channels
    let area = geometry.filter.size * geometry.filter.size
    eachElement { place, element, pixel in
      for c in 0..<channels {
        columns[place + c * area + element] = pixel.map { image[$0 * channels + c] } ?? 0
      }
    }
  }

  /// image ← for each pixel the sum of the patches' elements that were gathered from it.
  private func scatter(_ image: UnsafeMutablePointer<R>) {
    let channels = geometry.input.channels
    let area = geometry.filter.size * geometry.filter.size
    for i in 0..<geometry.input.count { image[i] = 0 }
    eachElement { place, element, pixel in
      guard let pixel else { return }
      for c in 0..<channels { image[pixel * channels + c] += columns[place + c * area + element] }
    }
  }

  /// Calls `body` with where each patch begins, each element of the filter, and the pixel that it
  /// sees there; nil in the padding.
  private func eachElement(_ body: (_ place: Int, _ element: Int, _ pixel: Int?) -> Void) {
    let (height, width) = (geometry.input.axes[1], geometry.input.axes[2])
    let (rows, places) = (geometry.output.axes[1], geometry.output.axes[2])
    let filter = geometry.filter
    for i in 0..<rows {
      for j in 0..<places {
        for u in 0..<filter.size {
          for v in 0..<filter.size {
            let y = i * filter.stride + u - filter.padding
            let x = j * filter.stride + v - filter.padding
            let isInside = y >= 0 && y < height && x >= 0 && x < width
            body(
              (i * places + j) * geometry.patch, u * filter.size + v,
              isInside ? y * width + x : nil)
          }
        }
      }
    }
  }
}
