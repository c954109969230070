import OptimizerKit

/// ASGD: gradient descent with a falling learning rate, and the average of its points.
///
///     η₁ = α,   ηₜ₊₁ = α / (1 + λ α t)^p
///     x ← (1 − λ η) x − η g
///     x̄ ← x̄ + (x − x̄) / max(1, t − 1 − t₀)
///
/// It differs from `sgd` in the average x̄, which is less noisy than x and for a well chosen p
/// converges as fast as any method can from noisy gradients; p, λ and t₀ are `power`, `lambda` and
/// `averagingStart`. The loss is that of x, as torch leaves it; with `average` it is that of x̄.
/// Schedules change α; the falling rate follows a step later. Weight decay is coupled, beside λ. One state
/// vector with `average`, else none.
///
/// Polyak and Juditsky 1992, doi:10.1137/0330046; the form of Bottou's SGD 2 and torch.optim.ASGD.
public struct ASGD: VectorOptimizer {
  public static let name = "asgd"
  public static let summary = "gradient descent with averaging of its points"
  public static let source = "Polyak and Juditsky 1992, doi:10.1137/0330046"
  public static let family = Family.momentum
  public static let presets = [
    Preset("torch", "torch.optim.ASGD: the defaults here"),
    Preset(
      "average", "the loss is that of the average from the first step on",
      ["average": true, "averagingStart": 0]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("decay λ of the points and of the rate", in: 0...) public var lambda = 1e-4
  @Hyperparameter("power p with which the rate falls", in: 0...) public var power = 0.75
  @Hyperparameter("t₀, the step after which points are averaged", in: 0...)
  public var averagingStart = 1e6
  @Hyperparameter("report the loss at the average") public var average = false
  @Hyperparameter("L2 coefficient, added to the gradient as a multiple of x", in: 0...)
  public var weightDecay = 0.0

  /// The rate of the next step.
  private var rate = 0.0

  public var invariances: Invariances { [.rotation, .permutation] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if context.step == 1 { rate = context.lr }
    let eta = R(rate)
    let shrink = R(1 - lambda * rate)
    let decay = R(weightDecay)
    let g = context.gradient.pointer
    let x = context.x.mutablePointer()
    for i in 0..<context.x.count { x[i] = shrink * x[i] - eta * (g[i] + decay * x[i]) }
    let t = Double(context.step)
    rate = context.lr / exp(power * log(1 + lambda * context.lr * t))
    if average {
      context.state["average", default: context.x]
        .interpolate(R(1 / max(1, t - 1 - averagingStart)), to: context.x)
    }
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    average ? state["average"] : nil
  }
}
