// Images of bytes.

/// Images of bytes with their classes, scaled while they are gathered.
///
/// Kept as bytes because memory, not arithmetic, limits the gathering of random rows: a quarter of
/// the traffic of single precision.
public struct ByteImages: RawExamples {
  public let shape: Shape
  public let classes: Int
  public var count: Int { range.count }

  let pixels: [UInt8]
  let labels: [UInt8]
  let range: Range<Int>
  /// An input is byte × scale + shift; one number for all features, or one for each.
  private(set) var scale: [Float] = [1 / 255]
  private(set) var shift: [Float] = [0]

  /// Images whose inputs are pixel / 255.
  ///
  /// - Parameters:
  ///   - pixels: image after image, the channels of a pixel side by side.
  ///   - labels: one for each image, below `classes`.
  public init(pixels: [UInt8], labels: [UInt8], shape: Shape, classes: Int) {
    precondition(labels.allSatisfy { $0 < classes }, "labels are classes")
    self.init(
      pixels: pixels, labels: labels, range: labels.indices, shape: shape, classes: classes)
  }

  private init(
    pixels: [UInt8], labels: [UInt8], range: Range<Int>, shape: Shape, classes: Int
  ) {
    precondition(pixels.count == labels.count * shape.count, "as many images as labels")
    precondition(range.lowerBound >= 0 && range.upperBound <= labels.count, "within the images")
    self.pixels = pixels
    self.labels = labels
    self.range = range
    self.shape = shape
    self.classes = classes
  }

  func part(_ part: Range<Int>) -> ByteImages {
    let start = range.lowerBound
    return ByteImages(
      pixels: pixels, labels: labels,
      range: start + part.lowerBound..<start + part.upperBound, shape: shape, classes: classes)
  }

  func without(_ part: Range<Int>) -> ByteImages {
    let start = range.lowerBound
    let size = shape.count
    let (begin, end) = (start + part.lowerBound, start + part.upperBound)
    let kept = labels[start..<begin] + labels[end..<range.upperBound]
    return ByteImages(
      pixels: Array(
        pixels[start * size..<begin * size] + pixels[end * size..<range.upperBound * size]),
      labels: Array(kept), range: 0..<kept.count, shape: shape, classes: classes)
  }

  func followed(by others: ByteImages) -> ByteImages {
    let size = shape.count
    func pixels(_ images: ByteImages) -> ArraySlice<UInt8> {
      images.pixels[images.range.lowerBound * size..<images.range.upperBound * size]
    }
    let all = labels[range] + others.labels[others.range]
    return ByteImages(
      pixels: Array(pixels(self) + pixels(others)), labels: Array(all), range: 0..<all.count,
      shape: shape, classes: classes)
  }

  public var allLabels: [Int32] { labels[range].map(Int32.init) }

  /// From exact sums, so that the order of the images does not matter.
  func moments() -> FeatureMoments {
    let size = shape.count
    var sums = [UInt64](repeating: 0, count: size)
    var squares = [UInt64](repeating: 0, count: size)
    pixels.withUnsafeBufferPointer { pixels in
      sums.withUnsafeMutableBufferPointer { sums in
        squares.withUnsafeMutableBufferPointer { squares in
          addMoments(
            pixels.baseAddress! + range.lowerBound * size, images: range.count, size: size,
            sums: sums.baseAddress!, squares: squares.baseAddress!)
        }
      }
    }
    let n = Double(max(range.count, 1))
    return FeatureMoments(
      means: sums.map { Double($0) / n / 255 },
      variances: sums.indices.map { j in
        // n Σx² − (Σx)² in whole numbers: exactly 0 where all pixels are equal.
        let spread = UInt64(range.count) * squares[j] - sums[j] * sums[j]
        return Double(spread) / (n * n) / (255 * 255)
      })
  }

  func scaled(mean: [Double], deviation: [Double]) -> ByteImages {
    var images = self
    let count = mean.count == 1 && deviation.count == 1 ? 1 : shape.count
    images.scale = (0..<count).map { Float(1 / (255 * deviation[$0 % deviation.count])) }
    images.shift = (0..<count).map { j in
      Float(-mean[j % mean.count] / deviation[j % deviation.count])
    }
    return images
  }

  /// Images lie anywhere in memory. Copying is short enough for the processor to have several of them
  /// under way at once, where scaling waits for each in turn; so all are copied first, to the end of
  /// `inputs`, where all but the last are scaled before their bytes are written over.
  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels labelsOut: UnsafeMutablePointer<Int32>
  ) {
    let size = shape.count
    guard let last = indices.indices.last else { return }
    let bytes =
      UnsafeMutableRawPointer(inputs + indices.count * size)
      .assumingMemoryBound(to: UInt8.self) - indices.count * size
    pixels.withUnsafeBufferPointer { pixels in
      labels.withUnsafeBufferPointer { labels in
        for (row, index) in indices.enumerated() {
          let example = range.lowerBound + Int(index)
          precondition(range.contains(example), "no such example")
          labelsOut[row] = Int32(labels[example])
          (bytes + row * size).update(from: pixels.baseAddress! + example * size, count: size)
        }
      }
      for row in 0..<last { write(bytes + row * size, to: inputs + row * size) }
      let example = range.lowerBound + Int(indices[last])
      write(pixels.baseAddress! + example * size, to: inputs + last * size)
    }
  }
}

extension ByteImages {
  /// Calls `body` with the pixels of one image and its label.
  func withImage(_ index: Int, _ body: (UnsafePointer<UInt8>, Int32) -> Void) {
    let example = range.lowerBound + index
    precondition(range.contains(example), "no such example")
    pixels.withUnsafeBufferPointer { pixels in
      body(pixels.baseAddress! + example * shape.count, Int32(labels[example]))
    }
  }

  /// Writes the inputs of one image after a change, and its label.
  func write(
    _ index: Int, changed change: ImageChange, to target: UnsafeMutablePointer<Float>,
    label: UnsafeMutablePointer<Int32>
  ) {
    withImage(index) { pixels, known in
      label.pointee = known
      change.write(pixels, to: target)
    }
    write(target, to: target)
  }

  /// Writes the inputs of one image, whose pixels are bytes or numbers from 0 to 255; `target` may be
  /// `source`.
  @inline(__always)
  func write<Pixel: PixelValue>(
    _ source: UnsafePointer<Pixel>, to target: UnsafeMutablePointer<Float>
  ) {
    let size = shape.count
    if scale.count == 1 {
      let scale = scale[0]
      let shift = shift[0]
      for j in 0..<size { target[j] = source[j].float * scale + shift }
    } else {
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in
          let scale = scale.baseAddress!
          let shift = shift.baseAddress!
          for j in 0..<size { target[j] = source[j].float * scale[j] + shift[j] }
        }
      }
    }
  }
}

/// A pixel from 0 to 255.
protocol PixelValue {
  var float: Float { get }
}
extension UInt8: PixelValue {
  @inline(__always) var float: Float { Float(self) }
}
extension Float: PixelValue {
  @inline(__always) var float: Float { self }
}

/// Adds each feature's bytes and their squares.
private func addMoments(
  _ pixels: UnsafePointer<UInt8>, images: Int, size: Int, sums: UnsafeMutablePointer<UInt64>,
  squares: UnsafeMutablePointer<UInt64>
) {
  for image in 0..<images {
    let pixels = pixels + image * size
    for j in 0..<size {
      let byte = UInt64(pixels[j])
      sums[j] &+= byte
      squares[j] &+= byte &* byte
    }
  }
}
