// What a layer computes for a minibatch, number by number.

/// The outputs of a layer for one minibatch, and the gradients that reach it.
///
/// Their histograms, layer by layer, show signals that vanish, saturate or keep their size (Glorot and
/// Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html). `LayerStatistics` is what is left of
/// them in five numbers.
public struct LayerValues: Sendable, Equatable {
  /// The layer's name, as tensors carry it: `dense1`.
  public var layer: String
  /// The number of units: of channels, where the output is an image.
  public var units: Int
  /// The outputs, examples × positions × units, row-major.
  public var outputs: [Float]
  /// ∂loss/∂(the layer's output), likewise.
  public var gradients: [Float]

  public init(layer: String, units: Int, outputs: [Float], gradients: [Float]) {
    self.layer = layer
    self.units = units
    self.outputs = outputs
    self.gradients = gradients
  }
}
