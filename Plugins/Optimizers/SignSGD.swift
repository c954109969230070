import OptimizerKit

/// SignSGD: every coordinate moves by the learning rate, in the direction of its gradient's sign.
///
///     x ← x − α (sign g + λ x)
///
/// It differs from `sgd` in that the size of the gradient does not count: no scaling of the loss or of
/// a coordinate changes its path, and one bit a coordinate is all that need be sent. It ends in a cycle
/// of the size α around the minimum. `signum` takes the sign of an average, `rprop` sizes of each
/// coordinate. Weight decay is decoupled. No state.
///
/// Bernstein et al. 2018, arXiv 1802.04434.
public struct SignSGD: CoordinateRule {
  public static let name = "signsgd"
  public static let summary = "the sign of the gradient"
  public static let source = "Bernstein et al. 2018, arXiv 1802.04434"
  public static let family = Family.sign
  public static let presets = [
    Preset("optax", "optax.sign_sgd: the same update; no default learning rate"),
    Preset("pytorch-optimizer", "pytorch_optimizer.SignSGD(momentum=0): the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public var invariances: Invariances { .adaptive(weightDecay: weightDecay, decoupled: true) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    x -= lr * (g.signum + weightDecay * x)
  }
}
