import OptimizerKit

/// AdaGrad: each coordinate's learning rate falls with the root of its summed squared gradients.
///
///     s ← s + g²
///     x ← x − α g / (√s + ε)
///
/// Steep directions are slowed down and flat ones sped up, so it does not zig-zag; but s only
/// grows, and so it slows down for good (`rmsprop` forgets instead). One state variable.
///
/// Duchi, Hazan and Singer 2011, JMLR 12:2121.
public struct Adagrad: CoordinateRule {
  public static let name = "adagrad"
  public static let summary = "learning rates that fall with the sum of squared gradients"
  public static let source = "Duchi, Hazan and Singer 2011, JMLR 12:2121"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("torch", "torch.optim.Adagrad: the defaults here"),
    Preset(
      "optax", "optax.adagrad: s starts at 0.1; ε 1e-7, inside the root",
      ["epsilon": 1e-7, "epsilonInRoot": true, "initialAccumulator": 0.1]),
    Preset("cs231n", "the lecture's form: ε 1e-7", ["epsilon": 1e-7]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 1e-2
  @Hyperparameter("ε, added to the root of s, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-10
  @Hyperparameter("add ε inside the root") public var epsilonInRoot = false
  @Hyperparameter("where s starts", in: 0...) public var initialAccumulator = 0.0
  @Hyperparameter("decay κ of the learning rate, α/(1 + κ(t − 1))", in: 0...)
  public var lrDecay = 0.0
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case s }
  public func initialValue(of slot: State) -> Double { initialAccumulator }

  private var rateFactor = 1.0
  private var inside = 0.0
  private var outside = 0.0

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(
        epsilonInRoot ? epsilon.squareRoot() : epsilon, initialAccumulator.squareRoot()),
      weightDecay: weightDecay)
  }

  public init() {}

  public mutating func prepare(step: Int) {
    rateFactor = 1 / (1 + Double(step - 1) * lrDecay)
    (inside, outside) = epsilonInRoot ? (epsilon, 0) : (0, epsilon)
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    s[.s] += g.squared
    x -= (lr * rateFactor) * g / ((s[.s] + inside).squareRoot() + outside)
  }
}
