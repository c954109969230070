// Labelled examples, from which minibatches are gathered.

/// A set of labelled examples.
public protocol Examples: Sendable {
  /// The number of examples.
  var count: Int { get }
  /// The shape of each.
  var shape: Shape { get }
  /// The number of classes.
  var classes: Int { get }
  /// Copies the examples with these indices, in this order, ready for the first layer.
  ///
  /// - Parameters:
  ///   - inputs: indices × `shape.count`; written.
  ///   - labels: one for each index; written.
  func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>)
}

/// Images of bytes, normalised while they are gathered: (pixel / 255 − mean) / deviation.
///
/// Kept as bytes because memory, not arithmetic, limits the gathering of random rows: a quarter of
/// the traffic of single precision.
public struct ByteImages: Examples {
  public let shape: Shape
  public let classes: Int
  public var count: Int { range.count }
  /// How a pixel becomes an input.
  public let normalization: Normalization

  let pixels: [UInt8]
  let labels: [UInt8]
  let range: Range<Int>

  /// The examples of `range`.
  ///
  /// - Parameters:
  ///   - pixels: image after image, of which `range` may be a part.
  ///   - labels: one for each image.
  public init(
    pixels: [UInt8], labels: [UInt8], range: Range<Int>, shape: Shape, classes: Int,
    normalization: Normalization
  ) {
    precondition(pixels.count == labels.count * shape.count, "as many images as labels")
    precondition(range.lowerBound >= 0 && range.upperBound <= labels.count, "within the images")
    self.pixels = pixels
    self.labels = labels
    self.range = range
    self.shape = shape
    self.classes = classes
    self.normalization = normalization
  }

  /// The first `count` of these examples.
  public func prefix(_ count: Int) -> ByteImages {
    ByteImages(
      pixels: pixels, labels: labels,
      range: range.lowerBound..<(range.lowerBound + min(count, self.count)), shape: shape,
      classes: classes, normalization: normalization)
  }

  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels labelsOut: UnsafeMutablePointer<Int32>
  ) {
    let size = shape.count
    let scale = Float(1 / (255 * normalization.deviation))
    let shift = Float(-normalization.mean / normalization.deviation)
    pixels.withUnsafeBufferPointer { pixels in
      labels.withUnsafeBufferPointer { labels in
        for (row, index) in indices.enumerated() {
          let example = range.lowerBound + Int(index)
          precondition(range.contains(example), "no such example")
          labelsOut[row] = Int32(labels[example])
          let source = pixels.baseAddress! + example * size
          let target = inputs + row * size
          for j in 0..<size { target[j] = Float(source[j]) * scale + shift }
        }
      }
    }
  }
}

/// What is subtracted from each input, and what it is divided by.
public struct Normalization: Sendable, Equatable {
  public var mean: Double
  public var deviation: Double

  public init(mean: Double, deviation: Double) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Mean and standard deviation of `bytes` / 255, from exact sums. Where all bytes are equal, the
  /// deviation is taken as 1.
  public init(of bytes: ArraySlice<UInt8>) {
    var sum: UInt64 = 0
    var squares: UInt64 = 0
    bytes.withUnsafeBufferPointer { bytes in
      for byte in bytes {
        sum &+= UInt64(byte)
        squares &+= UInt64(UInt32(byte) &* UInt32(byte))
      }
    }
    let count = Double(max(bytes.count, 1))
    let mean = Double(sum) / count
    let variance = max(Double(squares) / count - mean * mean, 0)
    self.mean = mean / 255
    deviation = variance > 0 ? variance.squareRoot() / 255 : 1
  }
}
