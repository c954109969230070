import OptimizerKit

/// Rprop: steps whose sizes follow from the signs of the gradients alone.
///
///     q = sign(g) sign(gₜ₋₁)
///     δ ← δ η⁺ if q > 0,   δ η⁻ if q < 0,   kept within δmin ... δmax
///     x ← x − δ sign(g),   unless q < 0: then no step, and g counts as 0 the next time
///
/// Each δ begins at the learning rate of the first step; what comes after changes nothing. It differs
/// from `signsgd` in a size for each coordinate, which grows while the gradient keeps its sign. It is
/// for gradients without noise: in minibatches signs turn by chance, and all sizes shrink (`rmsprop`
/// was its answer). Two state variables.
///
/// Riedmiller and Braun 1993, doi:10.1109/ICNN.1993.298623.
public struct Rprop: CoordinateRule {
  public static let name = "rprop"
  public static let summary = "step sizes that grow while the gradient keeps its sign"
  public static let source = "Riedmiller and Braun 1993, doi:10.1109/ICNN.1993.298623"
  public static let family = Family.sign
  public static let presets = [
    Preset("torch", "torch.optim.Rprop: the defaults here"),
    Preset(
      "optax", "optax.rprop as of 0.2.8: every step is made one later; no default learning rate",
      ["delayed": true]),
  ]

  @Hyperparameter(
    "first step size, kept within the limits", in: 0..., scale: .log, search: 1e-5...1)
  public var lr = 1e-2
  @Hyperparameter("η⁻, the factor where the sign turns", in: 0..<1) public var shrink = 0.5
  @Hyperparameter("η⁺, the factor where it stays", in: 1...) public var grow = 1.2
  @Hyperparameter("δmin, the smallest step size", in: 0..., scale: .log)
  public var smallest = 1e-6
  @Hyperparameter("δmax, the largest step size", in: 0..., scale: .log) public var largest = 50.0
  @Hyperparameter("make each step one later, unless the sign has turned meanwhile")
  public var delayed = false

  public enum State: Int, StateNames { case size, previous }

  private var isFirst = true

  public var invariances: Invariances { .adaptive() }

  public init() {}

  public func validate() throws(HyperparameterError) {
    if smallest > largest {
      throw .inconsistent(plugin: Self.name, reason: "smallest must not be larger than largest")
    }
  }

  public mutating func prepare(step: Int) { isFirst = step == 1 }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let zero = R(0.0)
    let sign = g.signum
    let agreement = sign * s[.previous].signum
    let isTurned = agreement < zero
    let factor = select(zero < agreement, R(grow), select(isTurned, R(shrink), R(1.0)))
    let size = factor * (isFirst ? lr : s[.size])
    s[.size] = minimum(maximum(size, R(smallest)), R(largest))
    let step = select(isTurned, zero, s[.size] * sign)
    x -= delayed ? select(isTurned, zero, s[.previous]) : step
    s[.previous] = step
  }
}
