import OptimizerKit

/// Adam: momentum and a step equalised by the gradient's second moment, both corrected for their
/// start at zero.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// It is `rmsprop` with momentum and the correction. Without the correction the first steps are
/// gigantic, since v starts near zero and β₂ is nearer to 1 than β₁. With `amsgrad`, the largest v
/// so far takes the place of v, before its correction as in torch (optax.amsgrad takes it after).
/// Weight decay is coupled: it goes through the moments (`adamw` decouples it). Two state variables
/// (three with amsgrad).
///
/// Kingma and Ba 2015, arXiv 1412.6980; Reddi et al. 2018, arXiv 1904.09237 (amsgrad).
public struct Adam: CoordinateRule {
  public static let name = "adam"
  public static let summary = "adaptive moments, with or without bias correction"
  public static let source = "Kingma and Ba 2015, arXiv 1412.6980"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.Adam: the defaults here"),
    Preset("optax", "optax.adam: the defaults here; its eps_root is epsilonRoot"),
    Preset("cs231n", "the lecture's full form: ε 1e-7", ["epsilon": 1e-7]),
    Preset(
      "cs231n-uncorrected", "the lecture's first form: ε 1e-7, no bias correction",
      ["epsilon": 1e-7, "biasCorrection": false]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("divide the moments by 1 − βᵗ") public var biasCorrection = true
  @Hyperparameter("use the largest v so far") public var amsgrad = false

  public enum State: Int, StateNames { case m, v, largest }
  public var slotCount: Int { amsgrad ? 3 : 2 }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var correction1 = 1.0
  private var correction2 = 1.0

  public var invariances: Invariances {
    .adaptive(epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay)
  }

  public var stabilityLimit: Double? { 2 * (1 + beta1) / (1 - beta1) }

  /// (√v + ε), both corrected: what the uncorrected m is divided by.
  public func preconditioner<R: Scalar>(state: OptimizerState<R>) -> Vector<R>? {
    guard var p = state[amsgrad ? "largest" : "v"] else { return nil }
    for i in p.indices {
      p[i] = ((correction2 * p[i] + epsilonRoot).squareRoot() + epsilon) / R(correction1)
    }
    return p
  }

  public init() {}

  public mutating func prepare(step: Int) {
    guard biasCorrection else { return }
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = 1 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    if amsgrad { s[.largest] = maximum(s[.largest], s[.v]) }
    let v = correction2 * (amsgrad ? s[.largest] : s[.v])
    x -= lr * (correction1 * s[.m]) / ((v + epsilonRoot).squareRoot() + epsilon)
  }
}
