import OptimizerKit

/// Sophia: momentum over the Hessian's diagonal, clipped coordinate by coordinate.
///
///     h ← β₂ h + (1 − β₂) v ⊙ H v   at every k-th step, v ~ N(0, I)
///     m ← β₁ m + (1 − β₁) g
///     x ← x − α λ x
///     x ← x − α clip(m / max(γ h, ε), ρ)
///
/// Second-order clipped stochastic optimisation, with Hutchinson's estimate (Sophia-H). Where the
/// curvature is small or negative the ratio is clipped and the step is that of `signum`, α ρ in every
/// coordinate; elsewhere it is Newton's, as in `adahessian`, which takes the absolute value of the
/// curvature and does not clip. O(n) time, two vectors of state; one gradient a step, and one
/// Hessian–vector product every k steps.
///
/// The paper's other estimate, Gauss–Newton–Bartlett (Sophia-G: B ĝ ⊙ ĝ, with the gradient ĝ of a
/// minibatch whose B labels are drawn from the model's own outputs), is not here: it is a question about a
/// classifier under cross-entropy, not about a loss and its parameters, which is all that an oracle
/// answers for any problem.
///
/// Liu et al. 2023, arXiv 2305.14342.
public struct Sophia: VectorOptimizer {
  public static let name = "sophia"
  public static let summary = "momentum over the Hessian's diagonal, clipped by coordinate"
  public static let source = "Liu et al. 2023, arXiv 2305.14342"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset(
      "optax",
      "optax.contrib.sophia: signs for v, m corrected for its bias, h from the steps before",
      [
        "epsilon": 1e-8, "weightDecay": 1e-4, "probe": "signs", "biasCorrection": true,
        "hessianFirst": false,
      ]),
    Preset(
      "pytorch-optimizer", "SophiaH of pytorch_optimizer: γ 1, clipped at 0.01",
      ["lr": 0.06, "beta1": 0.96, "gamma": 1.0, "clip": 0.01, "weightDecay": 0.0]),
  ]

  /// What the Hessian is multiplied by.
  public enum Probe: String, Choice {
    /// Standard normal numbers.
    case normal
    /// 1 or −1.
    case signs
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay of m", in: 0..<1) public var beta1 = 0.965
  @Hyperparameter("decay of h", in: 0..<1) public var beta2 = 0.99
  @Hyperparameter("γ, the share of the curvature that counts", in: .positive, scale: .log)
  public var gamma = 0.01
  @Hyperparameter("ε, the least denominator", in: .positive, scale: .log)
  public var epsilon = 1e-12
  @Hyperparameter("ρ, the largest ratio", in: .positive) public var clip = 1.0
  @Hyperparameter("decoupled weight decay λ", in: 0...) public var weightDecay = 0.1
  @Hyperparameter("k, steps from one estimate to the next", in: 1.0...1e6) public var every = 10
  @Hyperparameter("what the Hessian is multiplied by") public var probe = Probe.normal
  @Hyperparameter("whether m is divided by 1 − β₁ᵗ") public var biasCorrection = false
  @Hyperparameter("whether a new estimate counts in its own step already")
  public var hessianFirst = true

  public var requirements: OracleCapabilities { [.hessianVectorProduct] }

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: true).subtracting(.permutation)
  }

  public init() {}

  private var power1 = RunningPower()

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    let zero = Vector(repeating: R.zero, count: n)
    let correction = biasCorrection ? 1 - power1(beta1, context.step) : 1
    context.state["m", default: zero].interpolate(R(1 - beta1), to: context.gradient)
    let isDue = (context.step - 1) % every == 0
    let diagonal = try isDue ? estimate(&context) : zero
    if isDue, hessianFirst {
      context.state["h", default: zero].interpolate(R(1 - beta2), to: diagonal)
    }
    let (m, h) = (context.state["m"] ?? zero, context.state["h"] ?? zero)
    let x = context.x.mutablePointer()
    let (lr, decay) = (R(context.lr), R(weightDecay))
    let (gamma, epsilon, inverse) = (R(self.gamma), R(self.epsilon), R(1 / correction))
    let (low, high) = (R(-clip), R(clip))
    for i in 0..<n {
      let ratio = inverse * m.pointer[i] / maximum(gamma * h.pointer[i], epsilon)
      let step = minimum(maximum(ratio, low), high)
      x[i] = x[i] - lr * (step + decay * x[i])
    }
    if isDue, !hessianFirst {
      context.state["h", default: zero].interpolate(R(1 - beta2), to: diagonal)
    }
  }

  /// v ⊙ H v
  private func estimate<R: Scalar>(_ context: inout StepContext<R>) throws -> Vector<R> {
    var probes = Vector(repeating: R.zero, count: context.x.count)
    switch probe {
    case .normal: context.random.fill(&probes) { $0.normal() }
    case .signs: context.random.fill(&probes) { $0.sign() }
    }
    var diagonal = try context.oracle.hessianVectorProduct(at: context.x, probes)
    let d = diagonal.mutablePointer()
    for i in probes.indices { d[i] = d[i] * probes.pointer[i] }
    return diagonal
  }
}
