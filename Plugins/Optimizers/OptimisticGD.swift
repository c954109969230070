import OptimizerKit

/// Optimistic gradient descent: the change of the gradient is expected to go on.
///
///     x ← x − α ((a + b) g − b gₜ₋₁)
///
/// At the first step gₜ₋₁ is g. It differs from `sgd` by the term b (g − gₜ₋₁), a guess at the next
/// gradient: where two players move against each other, as in x y, it settles while `sgd` spirals
/// outwards. In a valley that term brakes, like the derivative part of `pid`. Weight decay is coupled.
/// One state variable.
///
/// Daskalakis et al. 2018, arXiv 1711.00141; Mokhtari, Ozdaglar and Pattathil 2020, arXiv 1901.08511.
public struct OptimisticGD: CoordinateRule {
  public static let name = "optimistic-gd"
  public static let summary = "gradient descent that expects the gradient's change to go on"
  public static let source = "Daskalakis et al. 2018, arXiv 1711.00141"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "optax", "optax.optimistic_gradient_descent: the same update; no default learning rate")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("weight a of the gradient", in: 0...) public var alpha = 1.0
  @Hyperparameter("weight b of its change", in: 0...) public var beta = 1.0
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case previous }

  private var isFirst = true

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) { isFirst = step == 1 }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    let previous = isFirst ? g : s[.previous]
    x -= lr * ((alpha + beta) * g - beta * previous)
    s[.previous] = g
  }
}
