import OptimizerKit

/// LARS: momentum with a learning rate for each tensor, in proportion to its length.
///
///     r ← η ‖x‖ / (‖g + λx‖ + ε)    for each tensor; 1 where either norm is 0
///     v ← μ v + α r (g + λx)
///     x ← x − v                     (Nesterov: x ← x − α r (g + λx) − μ v)
///
/// A step changes every tensor by the same share of its length, whatever the size of its gradient, so
/// that large batches can be trained at large rates; `lamb` does the same to the steps of `adam`. With
/// the paper's `splitNorms`, ‖g‖ + λ‖x‖ divides. One vector of state; two norms of each tensor a step.
///
/// You, Gitman and Ginsburg 2017, arXiv 1708.03888.
public struct LARS: VectorOptimizer {
  public static let name = "lars"
  public static let summary = "momentum, its rate in proportion to the length of each tensor"
  public static let source = "You, Gitman and Ginsburg 2017, arXiv 1708.03888"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("optax", "optax.lars: the defaults here"),
    Preset("paper", "‖g‖ + λ‖x‖ divides", ["splitNorms": true]),
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.LARS: ‖g‖ + λ‖x‖ divides, biases and gains move by plain momentum, "
        + "and the rate, 1e-3, is outside of it",
      ["lr": 1e-3, "splitNorms": true, "vectors": false, "rateInside": false]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-3...100) public var lr = 1.0
  @Hyperparameter("momentum μ", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("trust coefficient η", in: 0..., scale: .log, search: 1e-4...1e-1)
  public var trust = 1e-3
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("ε, added to the norm that divides", in: 0..., scale: .log) public var epsilon =
    0.0
  @Hyperparameter("share of the gradient that is kept out of v", in: 0..<1)
  public var dampening = 0.0
  @Hyperparameter("look ahead with the momentum") public var nesterov = false
  @Hyperparameter("divide by ‖g‖ + λ‖x‖, and not by ‖g + λx‖") public var splitNorms = false
  @Hyperparameter("biases and gains too have a rate in proportion and a decay")
  public var vectors = true
  @Hyperparameter("v adds up steps, not gradients that α then multiplies: they differ as α does")
  public var rateInside = true

  public var invariances: Invariances {
    .adaptive(epsilon: vectors ? epsilon : .infinity, weightDecay: weightDecay)
      .union(.rotation).subtracting(.translation)
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let velocity = context.state.pointer("v", context.x.count)
    let (inside, outside) = rateInside ? (context.lr, 1) : (1, context.lr)
    let (momentum, rate) = (R(self.momentum), R(outside))
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let v = velocity + tensor.offset
      let isScaled = vectors || tensor.shape.count > 1 || tensor.role == .coordinate
      let decay = R(isScaled ? weightDecay : 0)
      let (xx, gg, decayed) = interleavedSums(
        tensor.count, { x[$0].double * x[$0].double }, { g[$0].double * g[$0].double },
        { i in
          g[i] = g[i] + decay * x[i]
          return g[i].double * g[i].double
        })
      let lengths = (xx.squareRoot(), gg.squareRoot(), decayed.squareRoot())
      let ratio = isScaled ? self.ratio(lengths.0, lengths.1, lengths.2) : 1
      let share = R(inside * ratio)
      let taken = R(inside * ratio * (1 - dampening))
      for i in 0..<tensor.count {
        v[i] = momentum * v[i] + taken * g[i]
        x[i] = x[i] - rate * (nesterov ? share * g[i] + momentum * v[i] : v[i])
      }
    }
  }

  /// r of a tensor whose weights have the length ‖x‖, and its gradient ‖g‖ and ‖g + λx‖.
  private func ratio(_ length: Double, _ gradient: Double, _ decayed: Double) -> Double {
    let divisor = splitNorms ? gradient + weightDecay * length : decayed
    return length == 0 || divisor == 0 ? 1 : trust * length / (divisor + epsilon)
  }
}
