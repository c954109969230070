// What max and average pooling have in common.

/// A layer that makes one number of what a window sees of each channel.
public protocol PoolingLayer: Layer {
  /// What slides over the image.
  var pool: Window { get set }
  init(pool: Window)
}

extension PoolingLayer {
  /// Pooling over `size` × `size` pixels; windows lie side by side unless a stride is given.
  public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
    self.init(pool: Window(size: size, stride: stride ?? size, padding: padding))
  }

  public var window: Window? { pool }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    try pool.outputShape(input, channels: input.channels, name: name)
  }
}

/// Which pixels each place of a pooling window sees, worked out once.
struct PoolingSights {
  let input: Shape
  let output: Shape
  /// The pixels of place p: pixels[starts[p] ..< starts[p + 1]]; padding is left out.
  private var pixels: [Int] = []
  private var starts: [Int] = [0]

  /// Nil where the window does not fit the image.
  init?(_ input: Shape, _ window: Window) {
    guard
      let output = try? window.outputShape(input, channels: input.channels, name: "pooling")
    else { return nil }
    self.input = input
    self.output = output
    let (height, width) = (input.axes[1], input.axes[2])
    func seen(_ place: Int, _ length: Int) -> Range<Int> {
      let begin = place * window.stride - window.padding
      return max(begin, 0)..<min(begin + window.size, length)
    }
    for i in 0..<output.axes[1] {
      for j in 0..<output.axes[2] {
        for y in seen(i, height) {
          for x in seen(j, width) { pixels.append(y * width + x) }
        }
        starts.append(pixels.count)
      }
    }
  }

  /// One window that sees the whole of each image.
  init(whole input: Shape) {
    self.input = input
    output = [input.channels]
    pixels = Array(0..<input.positions)
    starts = [0, pixels.count]
  }

  /// Whether each pixel is seen from exactly one place, so that nothing adds up.
  var isPartition: Bool { pixels.count == input.positions && Set(pixels).count == pixels.count }

  /// Calls `body` for each place of the window over each example: the place, and the first pixel
  /// of the example's image, both counted through all examples; the pixels seen, within the image.
  @inline(__always)
  func each(
    examples: Int,
    _ body: (_ place: Int, _ image: Int, _ pixels: UnsafeBufferPointer<Int>) -> Void
  ) {
    let places = output.positions
    let area = input.positions
    pixels.withUnsafeBufferPointer { pixels in
      starts.withUnsafeBufferPointer { starts in
        for example in 0..<examples {
          for place in 0..<places {
            body(
              example &* places &+ place, example &* area,
              UnsafeBufferPointer(
                start: pixels.baseAddress! + starts[place],
                count: starts[place &+ 1] &- starts[place]))
          }
        }
      }
    }
  }
}
