// What a training run looks like from within, now and then.

extension Trajectory {
  /// How far updates move each tensor, and what layers compute, after a number of steps.
  public struct Diagnostics: Codable, Sendable, Equatable {
    /// The number of updates made before.
    public var step: Int
    /// What the last update did to each tensor of the layout, in its order; empty at step 0.
    public var updates: [TensorUpdate]
    /// What each layer computes for the minibatch that comes next; empty unless
    /// `Recording.layers` asks for it.
    public var layers: [LayerStatistics]

    public init(step: Int, updates: [TensorUpdate], layers: [LayerStatistics] = []) {
      self.step = step
      self.updates = updates
      self.layers = layers
    }
  }
}

/// The size of an update beside that of what it updates.
public struct TensorUpdate: Codable, Sendable, Equatable {
  /// The tensor's name in the layout: `dense1.weight`.
  public var tensor: String
  /// What it is for.
  public var role: ParameterLayout.Role
  /// ‖Δw‖ / ‖w‖ with the Euclidean norm, w as it was before the update and Δw with any projection
  /// after it; NaN where w was 0. About 1e-3 for weights when training goes well.
  public var ratio: Double

  public init(tensor: String, role: ParameterLayout.Role, ratio: Double) {
    self.tensor = tensor
    self.role = role
    self.ratio = ratio
  }
}
