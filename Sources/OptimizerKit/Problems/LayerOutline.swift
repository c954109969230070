// A layer of a network, in the words of a table.

/// What a layer makes of one example, how many numbers it trains, and how far it sees.
public struct LayerOutline: Codable, Sendable, Equatable {
  /// The layer's name, as tensors carry it: `convolution1`.
  public var layer: String
  /// The shape of its output: channels, height and width of an image, or the features of a vector.
  public var output: [Int]
  /// How many parameters it has.
  public var parameters: Int
  /// The height and width of the part of the input, padding included, that one pixel of the output
  /// depends on; nil where the output is no image.
  public var receptiveField: Int?

  public init(layer: String, output: [Int], parameters: Int, receptiveField: Int?) {
    self.layer = layer
    self.output = output
    self.parameters = parameters
    self.receptiveField = receptiveField
  }
}
