import OptimizerKit

/// RMSProp: gradients divided by a running root mean square of themselves.
///
///     s ← ρ s + (1 − ρ) g²
///     x ← x − α g / (√s + ε)
///
/// It differs from `adagrad` in that s forgets, so that steps do not die away; with a constant
/// learning rate it ends in a cycle of about the size α around the minimum. Optionally with
/// momentum, v ← μ v + g / (√s + ε), x ← x − α v, and centered: s less the squared mean of g. Two
/// state variables (three when centered).
///
/// Tieleman and Hinton 2012, Coursera lecture 6.5; Graves 2013, arXiv 1308.0850 (centered).
public struct RMSProp: CoordinateRule {
  public static let name = "rmsprop"
  public static let summary = "gradients over their running root mean square"
  public static let source = "Tieleman and Hinton 2012, Coursera lecture 6.5; arXiv 1308.0850"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.RMSprop: the defaults here"),
    Preset(
      "optax", "optax.rmsprop: ρ 0.9, ε inside the root; momentum sums steps",
      ["decay": 0.9, "epsilonInRoot": true, "form": "displacement"]),
    Preset("cs231n", "the lecture's form: ε 1e-7", ["epsilon": 1e-7]),
  ]

  /// What the momentum v is.
  public enum Form: String, Choice {
    /// A sum of scaled gradients; the learning rate multiplies it when it is applied.
    case velocity
    /// A sum of past steps; the learning rate multiplies each gradient as it comes in.
    case displacement
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-2
  @Hyperparameter("decay ρ of the mean square", in: 0...1) public var decay = 0.99
  @Hyperparameter("ε, added to the root of s, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("add ε inside the root") public var epsilonInRoot = false
  @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.0
  @Hyperparameter("what the momentum sums: gradients or steps") public var form = Form.velocity
  @Hyperparameter("subtract the squared mean of g from s") public var centered = false
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case s, v, mean }
  public var slotCount: Int { centered ? 3 : 2 }

  private var inside = 0.0
  private var outside = 0.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: epsilonInRoot ? epsilon.squareRoot() : epsilon, weightDecay: weightDecay)
  }

  public var stabilityLimit: Double? { 2 * (1 + momentum) }

  public func preconditioner<R: Scalar>(state: OptimizerState<R>) -> Vector<R>? {
    guard var p = state["s"] else { return nil }
    let mean = centered ? state["mean"] : nil
    for i in p.indices {
      p[i] = (p[i] - (mean?[i].squared ?? R(0.0)) + inside).squareRoot() + outside
    }
    return p
  }

  public init() {}

  public mutating func prepare(step: Int) {
    (inside, outside) = epsilonInRoot ? (epsilon, 0) : (0, epsilon)
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    s[.s] = decay * s[.s] + (1 - decay) * g.squared
    var square = s[.s]
    if centered {
      s[.mean] = decay * s[.mean] + (1 - decay) * g
      square -= s[.mean].squared
    }
    let root = (square + inside).squareRoot() + outside
    switch form {
    case .velocity:
      s[.v] = momentum * s[.v] + g / root
      x -= lr * s[.v]
    case .displacement:
      s[.v] = momentum * s[.v] - lr * g / root
      x += s[.v]
    }
  }
}
