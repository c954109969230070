import OptimizerKit

/// AccSGD: accelerated gradient descent that keeps its acceleration under noise.
///
///     y ← (1 − β) y + β (x − α c⁻¹ κ g),   β = ξ c²/κ
///     x ← ζ (x − α g) + (1 − ζ) y,          ζ = c/(c + β)
///
/// y begins at x. It differs from `nesterov` in two step lengths, a short one for x and one that is
/// κ/c times as long for its companion y: for noisy gradients, where momentum alone gains nothing over
/// `sgd`. Weight decay is coupled. One state variable.
///
/// Kidambi et al. 2018, arXiv 1803.05591.
public struct AccSGD: CoordinateRule {
  public static let name = "accsgd"
  public static let summary = "acceleration that lasts under noise, by a companion with long steps"
  public static let source = "Kidambi et al. 2018, arXiv 1803.05591"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.AccSGD: learning rate 1e-3", ["lr": 1e-3])
  ]

  @Hyperparameter("short step α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("κ, how much longer the long step is", in: 1..., scale: .log)
  public var kappa = 1000.0
  @Hyperparameter("ξ, the statistical advantage, at most √κ", in: .positive) public var xi = 10.0
  @Hyperparameter("c, the small constant", in: 0.01...1) public var constant = 0.7
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case y }

  private var isFirst = true
  private var long = 1.0
  private var share = 1.0
  private var weight = 1.0

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    isFirst = step == 1
    long = kappa / constant
    share = xi * constant * constant / kappa
    weight = constant / (constant + share)
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    let y = (1 - share) * (isFirst ? x : s[.y]) + share * (x - lr * long * g)
    x = weight * (x - lr * g) + (1 - weight) * y
    s[.y] = y
  }
}
