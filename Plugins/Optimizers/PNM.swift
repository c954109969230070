import OptimizerKit

/// PNM: two momenta that take turns, one with a positive and one with a negative weight.
///
///     p ← β₁² p + (1 − β₁²) g,   n as two steps before; the two change names at every step
///     x ← x − α ((1 + β₀) p − β₀ n) / √((1 + β₀)² + β₀²)
///
/// It differs from `momentum` in the difference of the two, each of every other gradient: the mean of the
/// step stays, and its noise grows with β₀, which is meant to lead to flatter minima. Weight decay is
/// decoupled. Two state variables.
///
/// Xie et al. 2021, arXiv 2103.17182.
public struct PNM: CoordinateRule {
  public static let name = "pnm"
  public static let summary = "a positive and a negative momentum that take turns"
  public static let source = "Xie et al. 2021, arXiv 2103.17182"
  public static let family = Family.momentum
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.PNM: learning rate 1e-3", ["lr": 1e-3])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 0.1
  @Hyperparameter("decay β₁ of the momenta a step", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("weight β₀ of the negative momentum", in: 0...) public var noise = 1.0
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public enum State: Int, StateNames { case odd, even }

  private var isOdd = true
  private var positiveWeight = 1.0
  private var negativeWeight = 0.0

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    isOdd = step % 2 == 1
    let norm = ((1 + noise).squared + noise.squared).squareRoot()
    (positiveWeight, negativeWeight) = ((1 + noise) / norm, noise / norm)
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let present = isOdd ? State.odd : State.even
    let other = isOdd ? State.even : State.odd
    s[present] = beta1.squared * s[present] + (1 - beta1.squared) * g
    let step = positiveWeight * s[present] - negativeWeight * s[other]
    x -= lr * (step + weightDecay * x)
  }
}
