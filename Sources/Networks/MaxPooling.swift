// The largest value within each window.

import OptimizerKit

/// Max pooling: each channel by itself, the largest value that the window sees.
///
/// The gradient goes to where that value was: the first such place, in rows from the top. Padding
/// is never the largest; NaN is. Zhou and Chellappa 1988, doi:10.1109/ICNN.1988.23914.
public struct MaxPooling: Layer {
  public static let kind = "max-pooling"

  /// What slides over the image.
  public var pool: Window

  /// Pooling over `size` × `size` pixels; windows lie side by side unless a stride is given.
  public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
    pool = Window(size: size, stride: stride ?? size, padding: padding)
  }

  public var window: Window? { pool }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    try pool.outputShape(input, channels: input.channels, name: name)
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    PoolingSights(input, pool).map {
      MaxPoolingOperation<R>($0, capacity: context.capacity)
    }
  }
}

/// The computation of a `MaxPooling` layer.
final class MaxPoolingOperation<R: NetworkScalar>: LayerOperation {
  private let sights: PoolingSights
  private let isPartition: Bool
  // For each output the pixel that it came from.
  private let winners: UnsafeMutablePointer<Int32>

  init(_ sights: PoolingSights, capacity: Int) {
    self.sights = sights
    isPartition = sights.isPartition
    winners = .allocate(capacity: capacity * sights.output.count)
    winners.initialize(repeating: 0, count: capacity * sights.output.count)
  }

  deinit { winners.deallocate() }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let channels = sights.output.channels
    let winners = winners
    sights.each(examples: pass.examples) { place, image, pixels in
      let y = output + place * channels
      let winner = winners + place * channels
      y.update(from: input + (image + pixels[0]) * channels, count: channels)
      winner.update(repeating: Int32(truncatingIfNeeded: pixels[0]), count: channels)
      for pixel in pixels.dropFirst() {
        let x = input + (image + pixel) * channels
        let pixel = Int32(truncatingIfNeeded: pixel)
        for c in 0..<channels {
          let isLarger = x[c] > y[c] || x[c] != x[c]
          y[c] = isLarger ? x[c] : y[c]
          winner[c] = isLarger ? pixel : winner[c]
        }
      }
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    let channels = sights.output.channels
    let winners = winners
    let adds = !isPartition
    if adds { inputGradient.update(repeating: 0, count: pass.examples * sights.input.count) }
    sights.each(examples: pass.examples) { place, image, pixels in
      let dy = outputGradient + place * channels
      let winner = winners + place * channels
      for pixel in pixels {
        let dx = inputGradient + (image + pixel) * channels
        let pixel = Int32(truncatingIfNeeded: pixel)
        if adds {
          for c in 0..<channels { dx[c] += winner[c] == pixel ? dy[c] : 0 }
        } else {
          for c in 0..<channels { dx[c] = winner[c] == pixel ? dy[c] : 0 }
        }
      }
    }
  }
}
