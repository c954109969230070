// IDX, the file format of MNIST and its successors, compressed with gzip.
//
// A magic number (0, 0, 8 for unsigned bytes, the number of axes), the length of each axis, then
// the elements, row-major; all integers big-endian, 32 bits.
// LeCun, Cortes and Burges, "The MNIST database of handwritten digits", yann.lecun.com/exdb/mnist.

/// Reads gzip-compressed IDX files of bytes.
public enum IDX {
  /// Unsigned bytes, one axis: 0x00000801.
  public static let labelsMagic: UInt32 = 2049
  /// Unsigned bytes, three axes: 0x00000803.
  public static let imagesMagic: UInt32 = 2051

  /// The pixels of `count` images of `height` × `width`, one image after the other.
  ///
  /// - Throws: `DataError`, where the file is not exactly that.
  public static func images(_ file: String, count: Int, height: Int, width: Int)
    throws(DataError) -> [UInt8]
  {
    try read(file, magic: imagesMagic, axes: [count, height, width], headerOnly: false)
  }

  /// The labels of `count` examples, each below `classes`.
  ///
  /// - Throws: `DataError`, where the file is not exactly that.
  public static func labels(_ file: String, count: Int, classes: Int)
    throws(DataError) -> [UInt8]
  {
    let labels = try read(file, magic: labelsMagic, axes: [count], headerOnly: false)
    if let wrong = labels.firstIndex(where: { Int($0) >= classes }) {
      throw .labelOutOfRange(
        file: file, example: wrong, label: Int(labels[wrong]), classes: classes)
    }
    return labels
  }

  /// Checks the header of a file of `axes`, and nothing after it.
  public static func check(_ file: String, axes: [Int]) throws(DataError) {
    let magic = axes.count == 1 ? labelsMagic : imagesMagic
    _ = try read(file, magic: magic, axes: axes, headerOnly: true)
  }

  static func read(_ file: String, magic: UInt32, axes: [Int], headerOnly: Bool)
    throws(DataError) -> [UInt8]
  {
    let stream = try GzipStream(file)
    defer { stream.close() }
    let headerSize = 4 * (1 + axes.count)
    let size = axes.reduce(1, *)
    let expected = headerSize + size

    let header = try stream.read(headerSize)
    func word(_ i: Int) -> UInt32 {
      header[4 * i..<4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    if header.count >= 4, word(0) != magic {
      throw .wrongMagic(file: file, found: word(0), expected: magic)
    }
    guard header.count == headerSize else {
      throw .truncated(file: file, found: header.count, expected: expected)
    }
    let found = axes.indices.map { Int(word(1 + $0)) }
    guard found[0] == axes[0] else {
      throw .wrongCount(file: file, found: found[0], expected: axes[0])
    }
    guard found == axes else {
      throw .wrongSize(
        file: file, found: Shape(Array(found.dropFirst())),
        expected: Shape(Array(axes.dropFirst())))
    }
    if headerOnly { return [] }

    let elements = try stream.read(size)
    guard elements.count == size else {
      throw .truncated(file: file, found: headerSize + elements.count, expected: expected)
    }
    // Reading past the end also makes zlib verify its checksum.
    guard try stream.read(1).isEmpty else { throw .tooLong(file: file, expected: expected) }
    return elements
  }
}
