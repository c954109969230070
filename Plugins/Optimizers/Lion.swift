import OptimizerKit

/// Lion: the sign of an interpolated momentum.
///
///     c ← β₁ m + (1 − β₁) g
///     x ← x − α (sign c + λ x)
///     m ← β₂ m + (1 − β₂) g
///
/// It differs from `signum` in that the present gradient weighs more in the step than in what is
/// remembered, as with `nesterov`. Every step has the length α in every coordinate, so α must be some ten
/// times smaller than for `adamw`, and λ as many times larger. One state variable, half of Adam's.
///
/// Chen et al. 2023, arXiv 2302.06675.
public struct Lion: CoordinateRule {
  public static let name = "lion"
  public static let summary = "the sign of an interpolated momentum"
  public static let source = "Chen et al. 2023, arXiv 2302.06675"
  public static let family = Family.sign
  public static let presets = [
    Preset(
      "optax", "optax.lion: weight decay 1e-3; no default learning rate", ["weightDecay": 1e-3]),
    Preset("pytorch-optimizer", "pytorch_optimizer.Lion: the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-6...1) public var lr = 1e-4
  @Hyperparameter("weight β₁ of m in the step", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of m", in: 0..<1) public var beta2 = 0.99
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case m }

  public var invariances: Invariances { .adaptive(weightDecay: weightDecay, decoupled: true) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let c = beta1 * s[.m] + (1 - beta1) * g
    x -= lr * (c.signum + weightDecay * x)
    s[.m] = beta2 * s[.m] + (1 - beta2) * g
  }
}
