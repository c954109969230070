import OptimizerKit

/// Adadelta: gradients over their running root mean square, times that of the past steps.
///
///     s ← ρ s + (1 − ρ) g²
///     Δ ← g √(u + ε) / √(s + ε)
///     u ← ρ u + (1 − ρ) Δ²
///     x ← x − α Δ
///
/// It differs from `rmsprop` in that u gives the step the unit of x, so that α = 1 fits problems of
/// any scale. The first steps are of the size √ε and grow from there: it starts slowly. Weight decay
/// is coupled. Two state variables.
///
/// Zeiler 2012, arXiv 1212.5701.
public struct Adadelta: CoordinateRule {
  public static let name = "adadelta"
  public static let summary = "gradients over their root mean square, times that of past steps"
  public static let source = "Zeiler 2012, arXiv 1212.5701"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.Adadelta: the defaults here"),
    Preset("optax", "optax.adadelta: the same update; it has no default learning rate"),
    Preset("paper", "ρ 0.95", ["decay": 0.95]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-3...1e3) public var lr = 1.0
  @Hyperparameter("decay ρ of the mean squares", in: 0...1) public var decay = 0.9
  @Hyperparameter("ε, added to both inside the root: sets the first steps", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case s, u }

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    s[.s] = decay * s[.s] + (1 - decay) * g.squared
    let step = (s[.u] + epsilon).squareRoot() / (s[.s] + epsilon).squareRoot() * g
    s[.u] = decay * s[.u] + (1 - decay) * step.squared
    x -= lr * step
  }
}
