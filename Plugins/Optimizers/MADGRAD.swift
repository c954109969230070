import OptimizerKit

/// MADGRAD: dual averaging with a cube root, and momentum by averaging of the points.
///
///     λₜ = (α + ε) √t
///     s ← s + λₜ g
///     v ← v + λₜ g²
///     z = x₀ − s / (∛v + ε)
///     x ← μ x + (1 − μ) z
///
/// It differs from `adagrad` in the cube root, and in finding z anew from the sums of all gradients, of
/// which the later ones weigh more. The start pulls at x like a weight decay, so that less of it is
/// needed than with `adam`; it is coupled. Three state variables.
///
/// Defazio and Jelassi 2021, arXiv 2101.11075.
public struct MADGRAD: CoordinateRule {
  public static let name = "madgrad"
  public static let summary = "dual averaging with a cube root, and momentum"
  public static let source = "Defazio and Jelassi 2021, arXiv 2101.11075"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "facebookresearch/madgrad: the defaults here"),
    Preset("optax", "optax.contrib.madgrad: the same update; no default learning rate"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.MADGRAD: learning rate 1e-3", ["lr": 1e-3]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.9
  @Hyperparameter("ε, added to the cube root of v and to α", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case s, v, start }

  private var isFirst = true
  private var root = 1.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    root = Double(step).squareRoot()
  }

  @inline(__always)  // for its length would keep it out of the loop
  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.start] = select(isFirst, x, s[.start])
    let g = g + weightDecay * x
    let weight = (lr + epsilon) * root
    s[.s] += weight * g
    s[.v] += weight * g.squared
    let divisor = exp(log(s[.v]) * (1.0 / 3)) + epsilon
    let z = s[.start] - select(divisor > R(0.0), s[.s] / divisor, R(0.0))
    x = momentum * x + (1 - momentum) * z
  }
}
