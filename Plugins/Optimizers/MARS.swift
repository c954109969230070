import OptimizerKit

/// MARS: Adam on gradients corrected by those of the step before.
///
///     c ← g + γ β₁/(1 − β₁) (g − g₋₁),   c ← c / max(1, ‖c‖)     for each tensor
///     m ← β₁ m + (1 − β₁) c
///     v ← β₂ v + (1 − β₂) c²
///     x ← x − α λ x − α (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// c is a variance-reduced gradient as in STORM, with γ = 1, if g₋₁ were of the minibatch of this step;
/// here it is the gradient of the last one, MARS-approx, which costs no second evaluation. With γ = 0
/// it is `adamw` with every tensor's gradient clipped. With `sign` the step is the sign of m, as in
/// `lion`. Biases and gains move by AdamW with its own decays and rate, unless `vectors` is set. Three
/// vectors of state; one norm of each tensor a step.
///
/// Yuan et al. 2024, arXiv 2411.10438.
public struct MARS: VectorOptimizer {
  public static let name = "mars"
  public static let summary = "Adam on gradients corrected by those of the step before"
  public static let source = "Yuan et al. 2024, arXiv 2411.10438"
  public static let family = Family.varianceReduction
  public static let presets = [
    Preset("author", "AGI-Arena/MARS, mars-adamw: the defaults here"),
    Preset("lion", "AGI-Arena/MARS, mars-lion", ["sign": true]),
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.MARS: 1e-15 is added to v, and ε before v is corrected",
      ["epsilonRoot": 1e-15, "epsilonFirst": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 3e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.95
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.99
  @Hyperparameter("γ, the weight of the correction", in: 0...) public var gamma = 0.025
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("add ε to √v, and correct both") public var epsilonFirst = false
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("steps are the sign of m") public var sign = false
  @Hyperparameter("biases and gains move by the same rule") public var vectors = false
  @Hyperparameter("else: their rate over α", in: 0..., scale: .log) public var vectorRate = 1.0
  @Hyperparameter("else: their β₁", in: 0..<1) public var vectorBeta1 = 0.9
  @Hyperparameter("else: their β₂", in: 0..<1) public var vectorBeta2 = 0.95
  @Hyperparameter("else: their λ", in: 0...) public var vectorDecay = 0.1

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let first = context.state.pointer("m", count)
    let second = context.state.pointer("v", count)
    let last = context.state.pointer("last", count)
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let (m, v) = (first + tensor.offset, second + tensor.offset)
      if vectors || tensor.shape.count > 1 || tensor.role == .coordinate {
        correct(g, last + tensor.offset, tensor.count)
        move(
          x, g, m, v, tensor.count, step: context.step, lr: context.lr, beta1: beta1, beta2: beta2,
          decay: weightDecay, sign: sign)
      } else {
        move(
          x, g, m, v, tensor.count, step: context.step, lr: context.lr * vectorRate,
          beta1: vectorBeta1, beta2: vectorBeta2, decay: vectorDecay, sign: false)
      }
    }
  }

  /// Turns g into c, and keeps it.
  private func correct<R: Scalar>(
    _ g: UnsafeMutablePointer<R>, _ last: UnsafeMutablePointer<R>, _ count: Int
  ) {
    let weight = R(gamma * beta1 / (1 - beta1))
    for i in 0..<count {
      let gradient = g[i]
      g[i] = gradient + weight * (gradient - last[i])
      last[i] = gradient
    }
    let length = norm(g, count)
    guard length > 1 else { return }
    let scale = R(1 / length)
    for i in 0..<count { g[i] = scale * g[i] }
  }

  private func move<R: Scalar>(
    _ x: UnsafeMutablePointer<R>, _ g: UnsafePointer<R>, _ m: UnsafeMutablePointer<R>,
    _ v: UnsafeMutablePointer<R>, _ count: Int, step: Int, lr: Double, beta1: Double, beta2: Double,
    decay: Double, sign: Bool
  ) {
    let correction1 = 1 - power(beta1, step)
    let root = (1 - power(beta2, step)).squareRoot()
    let rate = R(sign ? lr : epsilonFirst ? lr * root / correction1 : lr / correction1)
    let rootScale = R(epsilonFirst ? 1 : 1 / root)
    let (kept, epsilon, epsilonRoot) = (R(1 - lr * decay), R(self.epsilon), R(self.epsilonRoot))
    let (beta1, rest1, beta2, rest2) = (R(beta1), R(1 - beta1), R(beta2), R(1 - beta2))
    for i in 0..<count {
      m[i] = beta1 * m[i] + rest1 * g[i]
      v[i] = beta2 * v[i] + rest2 * g[i].squared
      let divisor = rootScale * (v[i] + epsilonRoot).squareRoot() + epsilon
      x[i] = kept * x[i] - rate * (sign ? m[i].signum : m[i] / divisor)
    }
  }
}
