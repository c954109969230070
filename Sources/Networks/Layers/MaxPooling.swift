// The largest value within each window.

import OptimizerKit

/// Max pooling: each channel by itself, the largest value that the window sees.
///
/// The gradient goes to where that value was: the first such place, in rows from the top. Padding
/// is never the largest; NaN is. Zhou and Chellappa 1988, doi:10.1109/ICNN.1988.23914.
public struct MaxPooling: PoolingLayer {
  public static let kind = "max-pooling"
  public static let formula =
    "the largest value of each channel in the window; padding is never the largest; the gradient "
    + "goes to the first of equals, row by row"

  public var pool: Window

  public init(pool: Window) { self.pool = pool }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    PoolingSights(input, pool).map {
      MaxPoolingOperation<R>($0, capacity: context.capacity)
    }
  }
}

/// The computation of a `MaxPooling` layer: sixteen channels of a place at a time, in registers.
/// Linear while the largest values stay where they are.
final class MaxPoolingOperation<R: NetworkScalar>: LinearOperation {
  private let sights: PoolingSights
  private let isPartition: Bool
  // For each output which of the pixels that its window sees it came from, counted from 0.
  private let winners: UnsafeMutablePointer<R>

  init(_ sights: PoolingSights, capacity: Int) {
    self.sights = sights
    isPartition = sights.isPartition
    winners = allocateAligned(capacity * sights.output.count)
  }

  deinit { free(aligned: winners) }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let channels = sights.output.channels
    let winners = winners
    sights.each(examples: pass.examples) { place, image, pixels in
      SIMD16<R>.eachGroup(channels) { first, left in
        var y = SIMD16(input + ((image &+ pixels[0]) &* channels &+ first), count: left)
        var winner = SIMD16<R>.zero
        var number: R = 0
        for pixel in pixels.dropFirst() {
          number += 1
          let x = SIMD16(input + ((image &+ pixel) &* channels &+ first), count: left)
          let isLarger = R.isLarger(x, than: y)
          y.replace(with: x, where: isLarger)
          winner.replace(with: number, where: isLarger)
        }
        y.store(output + (place &* channels &+ first), count: left)
        winner.store(winners + (place &* channels &+ first), count: left)
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
      SIMD16<R>.eachGroup(channels) { first, left in
        let dy = SIMD16(outputGradient + (place &* channels &+ first), count: left)
        let winner = SIMD16(winners + (place &* channels &+ first), count: left)
        var number: R = 0
        for pixel in pixels {
          let target = inputGradient + ((image &+ pixel) &* channels &+ first)
          var dx = dy.replacing(with: 0, where: R.isOther(winner, than: number))
          if adds { dx += SIMD16(target, count: left) }
          dx.store(target, count: left)
          number += 1
        }
      }
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    guard let inputTangent else { return }
    let channels = sights.output.channels
    let winners = winners
    sights.each(examples: pass.examples) { place, image, pixels in
      SIMD16<R>.eachGroup(channels) { first, left in
        let winner = SIMD16(winners + (place &* channels &+ first), count: left)
        var tangent = SIMD16<R>.zero
        var number: R = 0
        for pixel in pixels {
          let x = SIMD16(inputTangent + ((image &+ pixel) &* channels &+ first), count: left)
          tangent = x.replacing(with: tangent, where: R.isOther(winner, than: number))
          number += 1
        }
        tangent.store(outputTangent + (place &* channels &+ first), count: left)
      }
    }
  }
}
