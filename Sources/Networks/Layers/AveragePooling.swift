// The mean over each window, or over the whole image.

import OptimizerKit

/// Average pooling: each channel by itself, the mean over the window's F² elements, of which those
/// in the padding are zeros.
public struct AveragePooling: PoolingLayer {
  public static let kind = "average-pooling"
  public static let formula =
    "the mean of each channel over the window's size^2 pixels, those in the padding zeros"

  public var pool: Window

  public init(pool: Window) { self.pool = pool }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    PoolingSights(input, pool).map {
      AveragePoolingOperation<R>($0, area: pool.size * pool.size)
    }
  }
}

/// Global average pooling: each channel's mean over all pixels; a vector of channels.
///
/// Lin, Chen and Yan 2014, arXiv 1312.4400.
public struct GlobalAveragePooling: Layer {
  public static let kind = "global-average-pooling"
  public static let formula =
    "the mean of each channel over all pixels"

  public init() {}

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    guard input.axes.count == 3 else {
      throw ShapeError(
        layer: name, expected: "an image (channels × height × width)", found: input)
    }
    return [input.channels]
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    AveragePoolingOperation<R>(PoolingSights(whole: input), area: input.positions)
  }
}

/// The computation of both.
final class AveragePoolingOperation<R: NetworkScalar>: LinearOperation {
  private let sights: PoolingSights
  private let share: R

  init(_ sights: PoolingSights, area: Int) {
    self.sights = sights
    share = 1 / R(area)
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let channels = sights.output.channels
    let share = share
    output.update(repeating: 0, count: pass.examples * sights.output.count)
    sights.each(examples: pass.examples) { place, image, pixels in
      let y = output + place * channels
      for pixel in pixels {
        let x = input + (image + pixel) * channels
        for c in 0..<channels { y[c] += x[c] }
      }
    }
    for i in 0..<pass.examples * sights.output.count { output[i] *= share }
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
    let share = share
    inputGradient.update(repeating: 0, count: pass.examples * sights.input.count)
    sights.each(examples: pass.examples) { place, image, pixels in
      let dy = outputGradient + place * channels
      for pixel in pixels {
        let dx = inputGradient + (image + pixel) * channels
        for c in 0..<channels { dx[c] += dy[c] * share }
      }
    }
  }
}
