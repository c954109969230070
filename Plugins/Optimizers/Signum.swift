import OptimizerKit

/// Signum: the sign of an average of the gradients.
///
///     m ← β m + (1 − β) g
///     x ← x − α (sign m + λ x)
///
/// It differs from `signsgd` in the average, which finds the sign under noise, and from `lion` in using
/// the same average for the step and for what it remembers. Weight decay is decoupled; with β 0.965 it
/// is known as Tiger. One state variable.
///
/// Bernstein et al. 2018, arXiv 1802.04434.
public struct Signum: CoordinateRule {
  public static let name = "signum"
  public static let summary = "the sign of an average of the gradients; Tiger is a preset"
  public static let source = "Bernstein et al. 2018, arXiv 1802.04434"
  public static let family = Family.sign
  public static let presets = [
    Preset("optax", "optax.signum: the same update; no default learning rate"),
    Preset("pytorch-optimizer", "pytorch_optimizer.SignSGD: the defaults here"),
    Preset(
      "tiger", "Su 2023, github.com/bojone/tiger: β 0.965, weight decay 1e-2",
      ["beta": 0.965, "weightDecay": 1e-2]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β of the average", in: 0..<1) public var beta = 0.9
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case m }

  public var invariances: Invariances { .adaptive(weightDecay: weightDecay, decoupled: true) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.m] = beta * s[.m] + (1 - beta) * g
    x -= lr * (s[.m].signum + weightDecay * x)
  }
}
