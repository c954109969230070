// What a layer computes for a minibatch, in five numbers.

/// Mean and standard deviation of a layer's output and of the gradient that reaches it, over all
/// units and all examples of one minibatch.
///
/// In a network that is initialised well, neither the deviation of the outputs nor that of the
/// gradients shrinks or grows from layer to layer (Glorot and Bengio 2010,
/// https://proceedings.mlr.press/v9/glorot10a.html; He et al. 2015, arXiv 1502.01852).
public struct LayerStatistics: Codable, Sendable, Equatable {
  /// The layer's name, as tensors carry it: `dense1`.
  public var layer: String
  /// The mean of the layer's outputs.
  public var activationMean: Double
  /// The standard deviation of the layer's outputs.
  public var activationDeviation: Double
  /// The mean of ∂loss/∂(the layer's output).
  public var gradientMean: Double
  /// The standard deviation of ∂loss/∂(the layer's output).
  public var gradientDeviation: Double
  /// The share of units whose output is 0 for every example of the minibatch, in 0...1: those that a
  /// rectifier has cut off, through which no gradient passes.
  public var dead: Double

  public init(
    layer: String, activationMean: Double, activationDeviation: Double, gradientMean: Double,
    gradientDeviation: Double, dead: Double
  ) {
    self.layer = layer
    self.activationMean = activationMean
    self.activationDeviation = activationDeviation
    self.gradientMean = gradientMean
    self.gradientDeviation = gradientDeviation
    self.dead = dead
  }
}
