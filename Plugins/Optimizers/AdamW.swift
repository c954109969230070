import OptimizerKit

/// AdamW: Adam with decoupled weight decay.
///
///     x ← x − α λ x
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// It differs from `adam` in that the decay bypasses the moments, so that every parameter shrinks
/// at the same rate α λ, whatever its gradients. With λ = 0 it is Adam. Two state variables (three
/// with amsgrad).
///
/// Loshchilov and Hutter 2019, arXiv 1711.05101.
public struct AdamW: CoordinateRule {
  public static let name = "adamw"
  public static let summary = "Adam with decoupled weight decay"
  public static let source = "Loshchilov and Hutter 2019, arXiv 1711.05101"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.AdamW: the defaults here, λ 1e-2"),
    Preset("optax", "optax.adamw: λ 1e-4; its eps_root is epsilonRoot", ["weightDecay": 1e-4]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 1e-2
  @Hyperparameter("use the largest v so far") public var amsgrad = false

  public enum State: Int, StateNames { case m, v, largest }
  public var slotCount: Int { amsgrad ? 3 : 2 }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var correction1 = 1.0
  private var correction2 = 1.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay, decoupled: true)
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
    correction1 = 1 / (1 - power1(beta1, step))
    correction2 = 1 / (1 - power2(beta2, step))
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    x -= lr * weightDecay * x
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    if amsgrad { s[.largest] = maximum(s[.largest], s[.v]) }
    let v = correction2 * (amsgrad ? s[.largest] : s[.v])
    x -= lr * (correction1 * s[.m]) / ((v + epsilonRoot).squareRoot() + epsilon)
  }
}
