import OptimizerKit

/// LAMB: Adam's steps, each tensor's scaled to its length.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     u ← (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε) + λ x
///     x ← x − α u ‖x‖ / ‖u‖         for each tensor; α u where either norm is 0
///
/// It is to `adamw` what `lars` is to `momentum`: every tensor moves by the same share of its length.
/// Since u is scaled as a whole, weight decay turns a step rather than lengthening it. Two vectors of
/// state; two norms of each tensor a step.
///
/// You et al. 2020, arXiv 1904.00962.
public struct LAMB: VectorOptimizer {
  public static let name = "lamb"
  public static let summary = "Adam's steps, scaled to the length of each tensor"
  public static let source = "You et al. 2020, arXiv 1904.00962"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("optax", "optax.lamb: the defaults here; its eps_root is epsilonRoot"),
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.Lamb: α / (1 − β₁ᵗ) in place of the corrections, ‖x‖ up to 10 counts, ε "
        + "added to ‖u‖, and the decay outside of u",
      ["correction": "rate", "longest": 10.0, "ratioEpsilon": 1e-6, "decoupled": true]),
  ]

  /// What is divided by 1 − βᵗ.
  public enum Correction: String, Choice { case moments, rate, none }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("weight decay λ, a part of u", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("x shrinks by αλx before the step instead") public var decoupled = false
  @Hyperparameter("what is divided by 1 − βᵗ: both moments, the rate by that of β₁, or nothing")
  public var correction = Correction.moments
  @Hyperparameter("the longest that ‖x‖ is taken as; 0 for no limit", in: 0...)
  public var longest = 0.0
  @Hyperparameter("added to ‖u‖", in: 0..., scale: .log) public var ratioEpsilon = 0.0

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay,
      decoupled: decoupled
    ).subtracting(.translation)
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let first = context.state.pointer("m", context.x.count)
    let second = context.state.pointer("v", context.x.count)
    let bias1 = 1 - power1(beta1, context.step)
    let correction1 = R(correction == .moments ? 1 / bias1 : 1)
    let correction2 = R(correction == .moments ? 1 / (1 - power2(beta2, context.step)) : 1)
    let scale = correction == .rate ? context.lr / bias1 : context.lr
    let (beta1, rest1) = (R(self.beta1), R(1 - self.beta1))
    let (beta2, rest2) = (R(self.beta2), R(1 - self.beta2))
    let (epsilon, epsilonRoot) = (R(self.epsilon), R(self.epsilonRoot))
    let kept = R(decoupled ? 1 - context.lr * weightDecay : 1)
    let decay = R(decoupled ? 0 : weightDecay)
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let (m, v) = (first + tensor.offset, second + tensor.offset)
      for i in 0..<tensor.count {
        m[i] = beta1 * m[i] + rest1 * g[i]
        v[i] = beta2 * v[i] + rest2 * g[i].squared
        x[i] = kept * x[i]
        let root = (correction2 * v[i] + epsilonRoot).squareRoot()
        g[i] = correction1 * m[i] / (root + epsilon) + decay * x[i]
      }
      let length = norm(x, tensor.count)
      let counted = longest > 0 ? min(length, longest) : length
      let divisor = norm(g, tensor.count)
      let ratio = counted == 0 || divisor == 0 ? 1 : counted / (divisor + ratioEpsilon)
      let rate = R(scale * ratio)
      for i in 0..<tensor.count { x[i] = x[i] - rate * g[i] }
    }
  }
}
