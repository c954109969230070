import OptimizerKit

/// Gradient descent with a fixed or scheduled learning rate; stochastic where the gradient is.
///
///     x ← x − α g
///
/// The base of all others. Along a direction of curvature λ it converges for α < 2/λ, so the
/// steepest direction sets the rate and the flattest one the time; near the limit it zig-zags.
/// No state.
///
/// Robbins and Monro 1951, doi:10.1214/aoms/1177729586; Cauchy 1847.
public struct SGD: CoordinateRule {
  public static let name = "sgd"
  public static let summary = "gradient descent"
  public static let source = "Robbins and Monro 1951, doi:10.1214/aoms/1177729586"
  public static let family = Family.momentum
  public static let presets = [
    Preset("torch", "torch.optim.SGD: its default learning rate is 1e-3", ["lr": 1e-3]),
    Preset("optax", "optax.sgd: the same update; it has no default learning rate"),
    Preset("cs231n", "the lecture's form: the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public var stabilityLimit: Double? { 2 }
  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    x -= lr * (g + weightDecay * x)
  }
}
