// The shape of one example as it passes through a network.

/// The shape of one example: `[channels, height, width]` for an image, `[features]` for a vector.
///
/// In memory the channels of an image lie innermost (height × width × channels), which is oneDNN's
/// `nhwc`. `Flatten` puts them into the order of the axes, so that the weights after it mean the
/// same as in other libraries.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The length of each axis.
  public let axes: [Int]
  /// The number of elements.
  public var count: Int { axes.reduce(1, *) }
  /// The channels of an image, the features of a vector.
  public var channels: Int { axes.first ?? 1 }
  /// The pixels of an image; 1 for a vector.
  public var positions: Int { axes.dropFirst().reduce(1, *) }

  public init(_ axes: [Int]) { self.axes = axes }
  public init(arrayLiteral axes: Int...) { self.axes = axes }

  /// Throws where this is no vector of features, which the layer of that name takes.
  func checkIsVector(for layer: String) throws(ShapeError) {
    guard axes.count == 1, count > 0 else {
      throw ShapeError(
        layer: layer, expected: "one axis (a flatten layer before it makes it so)", found: self)
    }
  }

  /// `1×28×28`.
  public var description: String { axes.map(String.init).joined(separator: "×") }
}

/// A layer cannot take what comes before it.
public struct ShapeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The layer: `dense1`.
  public var layer: String
  /// What it takes, in words: "one axis (put a flatten layer before it)".
  public var expected: String
  /// The shape that it was given.
  public var found: Shape

  public init(layer: String, expected: String, found: Shape) {
    self.layer = layer
    self.expected = expected
    self.found = found
  }

  public var description: String { "\(layer) takes \(expected); its input is \(found)" }
}
