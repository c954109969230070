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
    /// How sharply the loss of the minibatch that comes next curves; nil unless
    /// `Recording.sharpness` asks for it.
    public var sharpness: Sharpness?

    public init(
      step: Int, updates: [TensorUpdate], layers: [LayerStatistics] = [],
      sharpness: Sharpness? = nil
    ) {
      self.step = step
      self.updates = updates
      self.layers = layers
      self.sharpness = sharpness
    }
  }
}

/// The largest eigenvalue of the Hessian of a training loss, plain or as an optimizer sees it.
///
/// Gradient descent with rate α is stable on a quadratic while λ_max < 2/α; an optimizer that divides its
/// steps by a diagonal P, while the largest eigenvalue of P⁻¹H is below its own limit
/// (`Optimizer.stabilityLimit`) over α. Full-batch training drives either up to that edge and stays there.
///
/// Cohen et al. 2021, arXiv 2103.00065; Cohen et al. 2022, arXiv 2207.14484 (adaptive methods).
public struct Sharpness: Codable, Sendable, Equatable {
  /// λ_max of the Hessian H.
  public var plain: Double
  /// λ_max of P^(−½) H P^(−½), which has the eigenvalues of P⁻¹H; nil where the optimizer has no P.
  public var preconditioned: Double?

  public init(plain: Double, preconditioned: Double? = nil) {
    self.plain = plain
    self.preconditioned = preconditioned
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
