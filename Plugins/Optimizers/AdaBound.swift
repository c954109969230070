import OptimizerKit

/// AdaBound: Adam whose learning rates are kept between bounds that close upon a single one.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     η = α √(1 − β₂ᵗ)/(1 − β₁ᵗ) / (√(v + ε_v) + ε)
///     x ← x − m · η kept within α*(1 − 1/(γt + 1)) ... α*(1 + 1/(γt)),   α* = α_final α/α₀
///
/// It begins as `adam` and ends, after some 1/γ steps, as `momentum` with the learning rate α*, which
/// a schedule of α lowers along with α. With `amsgrad` the largest v so far takes the place of v
/// (AMSBound). Weight decay is coupled unless `decoupled`, and then αλx; AdaBoundW, in the authors'
/// file, takes λx without α, which is `decoupled-decay@fixed` around it. Two state vectors (three with
/// amsgrad).
///
/// Luo et al. 2019, arXiv 1902.09843.
public struct AdaBound: VectorOptimizer {
  public static let name = "adabound"
  public static let summary = "Adam that turns into momentum, by closing bounds on its rates"
  public static let source = "Luo et al. 2019, arXiv 1902.09843"
  public static let family = Family.adaptive
  public static let presets = [
    Preset("author", "AdaBound in the authors' file: the defaults here"),
    Preset("amsbound", "with the largest v so far", ["amsgrad": true]),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.AdaBound: 1e-15 inside the root; decoupled decay",
      ["epsilonRoot": 1e-15, "decoupled": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("learning rate at the end, while α is unchanged", in: 0..., scale: .log)
  public var finalLr = 0.1
  @Hyperparameter("γ, how fast the bounds close", in: .positive, scale: .log)
  public var gamma = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("ε_v, added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("use the largest v so far") public var amsgrad = false
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let t = Double(context.step)
    let correction1 = 1 - power1(beta1, context.step)
    let correction2 = 1 - power2(beta2, context.step)
    let last = lr > 0 ? finalLr * context.lr / lr : 0
    let lower = R(last * (1 - 1 / (gamma * t + 1)))
    let upper = R(last * (1 + 1 / (gamma * t)))
    let rate = R(context.lr * correction2.squareRoot() / correction1)
    let (keep1, take1, keep2, take2) = (R(beta1), R(1 - beta1), R(beta2), R(1 - beta2))
    let (inside, outside) = (R(epsilonRoot), R(epsilon))
    let coupledDecay = R(decoupled ? 0 : weightDecay)
    let shrink = R(decoupled ? 1 - context.lr * weightDecay : 1)
    let g = context.gradient.pointer
    let count = context.x.count
    let x = context.x.mutablePointer()
    let m = context.state["m", default: Vector(repeating: R(0.0), count: count)].mutablePointer()
    let v = context.state["v", default: Vector(repeating: R(0.0), count: count)].mutablePointer()
    let average = { (i: Int) in
      let g = g[i] + coupledDecay * x[i]
      m[i] = keep1 * m[i] + take1 * g
      v[i] = keep2 * v[i] + take2 * g * g
    }
    let move = { (i: Int, square: R) in
      let bounded = minimum(
        maximum(rate / ((square + inside).squareRoot() + outside), lower), upper)
      x[i] = shrink * x[i] - bounded * m[i]
    }
    // Two loops: one with the case in it would touch memory under a mask, fifty times slower.
    if amsgrad {
      let largest = context.state.pointer("largest", count)
      for i in 0..<count {
        average(i)
        largest[i] = maximum(largest[i], v[i])
        move(i, largest[i])
      }
    } else {
      for i in 0..<count {
        average(i)
        move(i, v[i])
      }
    }
  }
}
