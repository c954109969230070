import OptimizerKit

/// Optimistic Adam: Adam that expects the change of its step to go on.
///
///     m ← β₁ m + (1 − β₁) g,    v ← β₂ v + (1 − β₂) g²
///     d = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///     x ← x − α ((a + b) d − b dₜ₋₁)
///
/// What `optimistic-gd` is to `sgd`, it is to `adam`: for games, such as the training of a network
/// against another. With `nesterov` the first moment looks ahead as in `nadam`. Three state variables.
///
/// Daskalakis et al. 2018, arXiv 1711.00141.
public struct OptimisticAdam: CoordinateRule {
  public static let name = "optimistic-adam"
  public static let summary = "Adam that expects the change of its step to go on"
  public static let source = "Daskalakis et al. 2018, arXiv 1711.00141"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("paper", "the defaults here"),
    Preset(
      "optax", "optax.optimistic_adam_v2: with nesterov; no default learning rate",
      ["nesterov": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("weight a of the step", in: 0...) public var alpha = 1.0
  @Hyperparameter("weight b of its change", in: 0...) public var beta = 1.0
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("let the first moment look ahead") public var nesterov = false

  public enum State: Int, StateNames { case m, v, previous }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var isFirst = true
  private var momentWeight = 1.0
  private var gradientWeight = 0.0
  private var correction2 = 1.0

  public var invariances: Invariances { .adaptive(epsilon: max(epsilon, epsilonRoot.squareRoot())) }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    let power1 = power1(beta1, step)
    momentWeight = nesterov ? beta1 / (1 - power1 * beta1) : 1 / (1 - power1)
    gradientWeight = nesterov ? (1 - beta1) / (1 - power1) : 0
    correction2 = 1 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let mean = momentWeight * s[.m] + gradientWeight * g
    let direction = mean / ((correction2 * s[.v] + epsilonRoot).squareRoot() + epsilon)
    let previous = isFirst ? direction : s[.previous]
    x -= lr * ((alpha + beta) * direction - beta * previous)
    s[.previous] = direction
  }
}
