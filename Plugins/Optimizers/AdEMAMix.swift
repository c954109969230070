import OptimizerKit

/// AdEMAMix: Adam with a second, very slow average of the gradients.
///
///     m ← β₁ m + (1 − β₁) g
///     u ← β₃ u + (1 − β₃) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α (m / (1 − β₁ᵗ) + a u) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// It differs from `adam` in u, which remembers some 1/(1 − β₃) gradients while m reacts to the last
/// ones. u is not corrected, so that it comes in slowly; with `warmup` T, a grows linearly and the
/// half-life of u from that of m to its own during T steps. Weight decay is coupled unless
/// `decoupled`. Three state variables.
///
/// Pagliardini, Ablin and Grangier 2024, arXiv 2409.03137.
public struct AdEMAMix: CoordinateRule {
  public static let name = "ademamix"
  public static let summary = "Adam with a second, very slow average of the gradients"
  public static let source = "Pagliardini, Ablin and Grangier 2024, arXiv 2409.03137"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.AdEMAMix: the defaults here, α 5"),
    Preset(
      "optax", "optax.contrib.ademamix: decoupled weight decay; no default learning rate",
      ["decoupled": true]),
    Preset(
      "author", "the authors' torch file: α 2, decoupled weight decay",
      ["alpha": 2, "decoupled": true]),
    Preset(
      "readme", "the authors' advice: α 8, decoupled weight decay",
      ["alpha": 8, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("decay β₃ of the slow average", in: 0..<1) public var beta3 = 0.9999
  @Hyperparameter("weight a of the slow average", in: 0...) public var alpha = 5.0
  @Hyperparameter("steps in which a and β₃ grow to their values; 0 for none", in: 0...)
  public var warmup = 0
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, u, v }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var correction1 = 1.0
  private var correction2 = 1.0
  private var slowDecay = 0.0
  private var slowWeight = 0.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay,
      decoupled: decoupled)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = 1 / (1 - power2(beta2, step))
    (slowDecay, slowWeight) = (beta3, alpha)
    guard step < warmup else { return }
    // Half-lives are −ln 2 / ln β.
    let share = Double(step) / Double(warmup)
    slowDecay = min(exp(1 / ((1 - share) / log(beta1) + share / log(beta3))), beta3)
    slowWeight = share * alpha
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.u] = slowDecay * s[.u] + (1 - slowDecay) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let mixed = correction1 * s[.m] + slowWeight * s[.u]
    x -= lr * mixed / ((correction2 * s[.v] + epsilonRoot).squareRoot() + epsilon)
  }
}
