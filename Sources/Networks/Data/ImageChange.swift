// One image, changed as drawn.

import OptimizerKit

/// What was drawn for one image, and how it changes the image.
struct ImageChange {
  // The shape of the image.
  private let height: Int
  private let width: Int
  private let channels: Int
  /// The size of the enlarged image.
  var enlargedHeight: Int
  var enlargedWidth: Int
  /// Where the part that is cut out begins in the enlarged image; negative within the padding.
  var top = 0
  var left = 0
  var isFlipped = false
  var brightness: Float = 1
  var contrast: Float = 1
  /// What is added to each channel, where pixels range over 0...1.
  var colour: SIMD3<Float> = .zero

  /// No change to an image of `shape`.
  init(shape: Shape) {
    channels = shape.channels
    height = shape.axes[1]
    width = shape.axes[2]
    enlargedHeight = height
    enlargedWidth = width
  }

  /// A change drawn from `random`.
  init(
    _ augmentations: Augmentations, colours: ColourAxes?, shape: Shape,
    random: inout RandomSource
  ) {
    self.init(shape: shape)
    if augmentations.scale > 1 {
      let most = Int((augmentations.scale * Double(height)).rounded())
      enlargedHeight = height + random.index(below: most - height + 1)
      let ratio = Double(enlargedHeight) / Double(height)
      enlargedWidth = Int((ratio * Double(width)).rounded())
    }
    let padding = augmentations.crop
    if padding > 0 || augmentations.scale > 1 {
      top = random.index(below: enlargedHeight - height + 2 * padding + 1) - padding
      left = random.index(below: enlargedWidth - width + 2 * padding + 1) - padding
    }
    if augmentations.flip { isFlipped = random.uniform() < 0.5 }
    /// A factor within `strength` of 1.
    func factor(_ strength: Double) -> Float {
      Float(1 + strength * (2 * random.uniform() - 1))
    }
    if augmentations.brightness > 0 { brightness = factor(augmentations.brightness) }
    if augmentations.contrast > 0 { contrast = factor(augmentations.contrast) }
    if let colours {
      for axis in colours.axes { colour += Float(augmentations.colour * random.normal()) * axis }
    }
  }

  /// Writes the changed image; both have their channels innermost, and pixels from 0 to 255.
  func write(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Float>) {
    for y in 0..<height { writeRow(y, of: source, to: target + y * width * channels) }
    let count = height * width * channels
    if brightness != 1 {
      for j in 0..<count { target[j] = clamped(target[j] * brightness) }
    }
    if contrast != 1 {
      var sum: Float = 0
      for j in 0..<count { sum += target[j] }
      let mean = sum / Float(count)
      for j in 0..<count { target[j] = clamped(mean + contrast * (target[j] - mean)) }
    }
    if colour != .zero {
      for position in 0..<height * width {
        for channel in 0..<3 { target[3 * position + channel] += 255 * colour[channel] }
      }
    }
  }

  private func clamped(_ pixel: Float) -> Float { min(max(pixel, 0), 255) }

  /// Row y of what is cut out, mirrored where that was drawn.
  private func writeRow(
    _ y: Int, of source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<Float>
  ) {
    let row = y + top
    guard row >= 0, row < enlargedHeight else {
      target.update(repeating: 0, count: width * channels)
      return
    }
    let isEnlarged = enlargedHeight != height || enlargedWidth != width
    let (above, below, down) = isEnlarged ? neighbours(row, enlargedHeight, height) : (row, row, 0)
    for x in 0..<width {
      let target = target + (isFlipped ? width - 1 - x : x) * channels
      let column = x + left
      guard column >= 0, column < enlargedWidth else {
        for c in 0..<channels { target[c] = 0 }
        continue
      }
      if isEnlarged {
        let (before, after, right) = neighbours(column, enlargedWidth, width)
        for c in 0..<channels {
          func pixel(_ y: Int, _ x: Int) -> Float { Float(source[(y * width + x) * channels + c]) }
          let upper = pixel(above, before) + right * (pixel(above, after) - pixel(above, before))
          let lower = pixel(below, before) + right * (pixel(below, after) - pixel(below, before))
          target[c] = upper + down * (lower - upper)
        }
      } else {
        let source = source + (row * width + column) * channels
        for c in 0..<channels { target[c] = Float(source[c]) }
      }
    }
  }

  /// Which pixels of an axis of `length` lie around place `i` of the same axis enlarged, and the
  /// weight of the second: centres of pixels correspond, and the edge continues beyond itself.
  private func neighbours(_ i: Int, _ enlarged: Int, _ length: Int)
    -> (first: Int, second: Int, weight: Float)
  {
    let place = (Float(i) + 0.5) * Float(length) / Float(enlarged) - 0.5
    let inside = min(max(place, 0), Float(length - 1))
    let first = Int(inside)
    return (first, min(first + 1, length - 1), inside - Float(first))
  }
}
