// The window that a convolution or a pooling layer slides over an image, and the arithmetic of it.

/// A square window of `size` × `size` pixels that moves by `stride`, over an image with `padding`
/// zeros on each side.
public struct Window: Sendable, Hashable {
  /// The window's height and width, at least 1.
  public var size: Int
  /// How far it moves, at least 1.
  public var stride: Int
  /// The zeros on each side of the image, at least 0.
  public var padding: Int

  public init(size: Int, stride: Int = 1, padding: Int = 0) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  /// The number of places along an axis of `length` pixels: (W − F + 2P) / S + 1, rounded down;
  /// nil where the window is larger than the padded axis. Where the division leaves a remainder,
  /// the last pixels are not seen.
  public func places(along length: Int) -> Int? {
    let room = length + 2 * padding - size
    return room >= 0 ? room / stride + 1 : nil
  }

  /// Whether the places cover an axis of `length` pixels to its end: (W − F + 2P) divisible by S.
  public func fits(_ length: Int) -> Bool {
    let room = length + 2 * padding - size
    return room >= 0 && room % stride == 0
  }

  /// The output of a layer with `channels` whose window slides over `input`.
  ///
  /// - Throws: `ShapeError`, where the input is no image or smaller than the window, or where the
  ///   window itself makes no sense.
  func outputShape(_ input: Shape, channels: Int, name: String) throws(ShapeError) -> Shape {
    func fail(_ expected: String) -> ShapeError {
      ShapeError(layer: name, expected: expected, found: input)
    }
    guard size >= 1, stride >= 1, padding >= 0, padding < size, channels >= 1 else {
      throw fail(
        "a window of at least 1×1, a stride of at least 1, at least one channel and padding "
          + "below the window's size (it has window \(size), stride \(stride), padding \(padding), "
          + "\(channels) channels)")
    }
    guard input.axes.count == 3 else { throw fail("an image (channels × height × width)") }
    guard let height = places(along: input.axes[1]), let width = places(along: input.axes[2])
    else {
      let least = size - 2 * padding
      throw fail("images of at least \(least)×\(least) pixels (window \(size), padding \(padding))")
    }
    return [channels, height, width]
  }
}

/// How many input pixels along one axis an output of `layers` depends on, padding included.
///
/// Each window of size F adds (F − 1) times the product of the strides before it; L layers of K × K
/// with stride 1 see 1 + L (K − 1).
public func receptiveField(of layers: [any Layer]) -> Int {
  reach(of: layers).field
}

/// The receptive field of `layers`, and the product of their strides.
func reach(of layers: [any Layer]) -> (field: Int, stride: Int) {
  var field = 1
  var stride = 1
  for layer in layers {
    guard let window = layer.window else { continue }
    field += (window.size - 1) * stride
    stride *= window.stride
  }
  return (field, stride)
}
