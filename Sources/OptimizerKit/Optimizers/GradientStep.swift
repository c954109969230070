// What a wrapper wraps before anything is set.

/// A plain step against the gradient, x ← x − α g: the least that a wrapper can be around. It is no
/// plugin that can be asked for.
public struct GradientStep: CoordinateRule {
  public static let name = "gradient-step"
  public static let summary = "a plain step against the gradient"

  @Hyperparameter("learning rate α", in: 0..., scale: .log) public var lr = 1e-2

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) { x -= lr * g }
}
