import OptimizerKit

/// Padam: Adam with a power of the second moment between Adam's and momentum's.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     x ← x − α √(1 − β₂ᵗ)/(1 − β₁ᵗ) m / (√v + ε)^(2p)
///
/// p = ½ is `adam`, with ε before the correction; p = 0 is `momentum` with a correction. Between the two
/// α is chosen as for momentum, and adaptation is partial. With `amsgrad` the largest v so far takes
/// the place of v. Weight decay is coupled unless `decoupled`. Two state variables (three with amsgrad).
///
/// Chen et al. 2020, arXiv 1806.06763.
public struct Padam: CoordinateRule {
  public static let name = "padam"
  public static let summary = "partially adaptive: a power between Adam's and momentum's"
  public static let source = "Chen et al. 2020, arXiv 1806.06763"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "the authors' file: the largest v so far", ["amsgrad": true]),
    Preset(
      "paper", "p ⅛, with which the paper's networks are trained, and the largest v so far",
      ["partial": 0.125, "amsgrad": true]),
    Preset("pytorch-optimizer", "pytorch_optimizer.PAdam: the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 0.1
  @Hyperparameter("power p", in: 0...0.5) public var partial = 0.25
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("use the largest v so far") public var amsgrad = false
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  public enum State: Int, StateNames { case m, v, largest }
  public var slotCount: Int { amsgrad ? 3 : 2 }

  private var power1 = RunningPower()
  private var power2 = RunningPower()
  private var factor = 1.0

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func prepare(step: Int) {
    factor = (1 - power2(beta2, step)).squareRoot() / (1 - power1(beta1, step))
  }

  @inline(__always)  // for its length would keep it out of the loop
  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    if amsgrad { s[.largest] = maximum(s[.largest], s[.v]) }
    let root = (amsgrad ? s[.largest] : s[.v]).squareRoot() + epsilon
    // A quarter is by far the most used.
    let divisor = partial == 0.25 ? root.squareRoot() : exp(2 * partial * log(root))
    x -= lr * (factor * s[.m]) / divisor
  }
}
