import OptimizerKit

/// FTRL-Proximal: the minimum of all linearised losses so far, with exact zeros.
///
///     σ = (√(n + g²) − √n) / α,   n ← n + g²
///     z ← z + g − σ x
///     x ← 0                                              if |z| ≤ λ₁
///     x ← (sign(z) λ₁ − z) / ((β + √n)/α + λ₂)            else
///
/// Without λ₁ and λ₂ it takes the steps of `adagrad`; λ₁ sets coordinates with little gradient to
/// exactly 0, as needed for sparse linear models on the web. x follows from z and n alone: a coordinate
/// whose gradients have all been 0 goes to 0. A step with α = 0 is left out. Two state variables.
///
/// McMahan et al. 2013, doi:10.1145/2487575.2488200.
public struct FTRL: CoordinateRule {
  public static let name = "ftrl"
  public static let summary = "AdaGrad with exact zeros: follow the regularised leader"
  public static let source = "McMahan et al. 2013, doi:10.1145/2487575.2488200"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.FTRL: learning rate 1e-3", ["lr": 1e-3])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 0.1
  @Hyperparameter("β, added to √n", in: 0...) public var beta = 0.0
  @Hyperparameter("λ₁, the |z| below which x is 0", in: 0...) public var lambda1 = 0.0
  @Hyperparameter("λ₂, pulls x to 0", in: 0...) public var lambda2 = 0.0

  public enum State: Int, StateNames { case z, n }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let zero = R(0.0)
    let before = s[.n].squareRoot()
    let square = s[.n] + g.squared
    let root = square.squareRoot()
    let divisor = (beta + root) / lr + lambda2
    guard zero < lr else { return }
    s[.n] = square
    s[.z] += g - (root - before) / lr * x
    let size = s[.z].magnitude
    x = select(R(lambda1) < size, (lambda1 * s[.z].signum - s[.z]) / divisor, zero)
  }
}
