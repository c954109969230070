import OptimizerKit

/// Simplified AdEMAMix: a slow sum of gradients plus the present one, over Adam's root.
///
///     m ← β₁ m + g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α ((m + a g) / (√(v / (1 − β₂ᵗ)) + ε) + λ x)
///
/// It has the two time scales of `ademamix` with one average less. m is a sum, so that α must be (1 − β₁)
/// times that of `adam`. Weight decay is decoupled. Two state variables.
///
/// Morwani et al. 2025, arXiv 2502.02431.
public struct SimplifiedAdEMAMix: CoordinateRule {
  public static let name = "simplified-ademamix"
  public static let summary = "a slow sum of gradients plus the present one, over Adam's root"
  public static let source = "Morwani et al. 2025, arXiv 2502.02431"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("optax", "optax.contrib.simplified_ademamix: the defaults here; no learning rate")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-7...1) public var lr = 1e-5
  @Hyperparameter("decay β₁ of the sum", in: 0..<1) public var beta1 = 0.99
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.95
  @Hyperparameter("weight a of the present gradient", in: 0...) public var alpha = 0.0
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case m, v }

  private var power2 = RunningPower()
  private var correction2 = 1.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay, decoupled: true)
  }

  public init() {}

  public mutating func prepare(step: Int) { correction2 = 1 / (1 - power2(beta2, step)) }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.m] = beta1 * s[.m] + g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let root = (correction2 * s[.v] + epsilonRoot).squareRoot() + epsilon
    x -= lr * ((s[.m] + alpha * g) / root + weightDecay * x)
  }
}
