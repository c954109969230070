import OptimizerKit

/// Adai: momentum with an inertia for each coordinate in place of a learning rate for each.
///
///     v ← β₂ v + (1 − β₂) g²,   v̂ = v / (1 − β₂ᵗ)
///     μ = 1 − β₀ v̂ / (mean of v̂ over all coordinates), kept within 0 ... 1 − ε
///     m ← μ m + (1 − μ) g
///     x ← x − α m / (1 − μ₁ ⋯ μₜ)
///
/// It differs from `adam` in that steep coordinates get less momentum, not shorter steps: all share the
/// learning rate, as with `momentum`, which is meant to choose flat minima while leaving saddles as fast as
/// Adam. Weight decay is coupled unless `decoupled`. Three state vectors.
///
/// Xie et al. 2022, arXiv 2006.15815.
public struct Adai: VectorOptimizer {
  public static let name = "adai"
  public static let summary = "momentum with an inertia for each coordinate"
  public static let source = "Xie et al. 2022, arXiv 2006.15815"
  public static let family = Family.momentum
  public static let presets = [
    Preset("author", "the authors' file: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer.Adai: learning rate 1e-3", ["lr": 1e-3]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 1e-1
  @Hyperparameter("β₀, how far inertia is from 1", in: 0...) public var beta1 = 0.1
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.99
  @Hyperparameter("ε, the least distance of inertia from 1, and the least mean", in: .positive)
  public var epsilon = 1e-3
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the moments") public var decoupled = false

  private var power2 = RunningPower()

  public var invariances: Invariances { .coordinateWise(weightDecay: weightDecay) }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let correction2 = R(1 / (1 - power2(beta2, context.step)))
    let (keep2, take2) = (R(beta2), R(1 - beta2))
    let decay = R(decoupled ? 0 : weightDecay)
    let shrink = R(decoupled ? 1 - context.lr * weightDecay : 1)
    let g = context.gradient.pointer
    let x = context.x.mutablePointer()
    let v = context.state["v", default: Vector(repeating: R(0.0), count: count)].mutablePointer()
    let m = context.state["m", default: Vector(repeating: R(0.0), count: count)].mutablePointer()
    let product = context.state["product", default: Vector(repeating: R(1.0), count: count)]
      .mutablePointer()
    let sum = interleavedSum(count) { i in
      let g = g[i] + decay * x[i]
      v[i] = keep2 * v[i] + take2 * g * g
      return (correction2 * v[i]).double
    }
    let scale = R(beta1 / max(sum / Double(max(count, 1)), epsilon)) * correction2
    let (zero, one, most, lr) = (R(0.0), R(1.0), R(max(1 - epsilon, 0)), R(context.lr))
    for i in 0..<count {
      let g = g[i] + decay * x[i]
      let inertia = minimum(maximum(one - scale * v[i], zero), most)
      product[i] = product[i] * inertia
      m[i] = inertia * m[i] + (one - inertia) * g
      x[i] = shrink * x[i] - lr * m[i] / (one - product[i])
    }
  }
}
