import OptimizerKit

/// An exponential average of the points, at which the loss is reported.
///
///     a ← β a + (1 − β) x     from step `start` on; a begins as the first x
///
/// The path is that of what is wrapped; only where it is judged differs. The average follows the last
/// 1 / (1 − β) points, so that it forgets the way there, where `polyak-averaging` does not. Debiased,
/// a begins as 0 and is divided by the sum of its weights, 1 − βᵗ. Where what is wrapped reports
/// elsewhere itself, those points are averaged. One vector of state.
///
/// Polyak and Juditsky 1992, doi:10.1137/0330046; Tarvainen and Valpola 2017, arXiv 1703.01780.
public struct EMA: Wrapper {
  public static let name = "ema"
  public static let summary = "judged at an exponential average of the points"
  public static let source = "Tarvainen and Valpola 2017, arXiv 1703.01780"
  public static let family = Family.averaging
  public static let presets = [
    Preset("torch", "torch.optim.swa_utils, get_ema_multi_avg_fn: the defaults here"),
    Preset("optax", "optax.ema of the points, debiased; it has no default β", ["debias": true]),
    Preset(
      "tensorflow", "tf.train.ExponentialMovingAverage with num_updates: β grows with the steps",
      ["warmup": true]),
  ]

  @Hyperparameter("decay β of the average", in: 0..<1) public var decay = 0.999
  @Hyperparameter("begin with 0, and divide by the sum of the weights") public var debias = false
  @Hyperparameter("a smaller decay at first: at most (1 + t) / (10 + t)") public var warmup = false
  @Hyperparameter("first step that counts; below 1 a share of all", in: 0...1e9)
  public var start = 0.0

  public var inner: any Optimizer = GradientStep()

  public var invariances: Invariances { inner.invariances }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
    let gone = context.steps(since: start)
    guard gone >= 0 else { return }
    let point = innerEvaluationPoint(context.x, state: context.state) ?? context.x
    guard gone > 0 || debias else { return context.state["average"] = point }
    if gone == 0 { context.state["average"] = Vector(repeating: R(0.0), count: point.count) }
    let t = Double(gone)
    let share = 1 - (warmup ? min(decay, (1 + t) / (10 + t)) : decay)
    context.state["average", default: point].interpolate(R(share), to: point)
    // The sum of the weights so far.
    context.state["weight", default: 0.0] += share * (1 - context.state["weight", default: 0.0])
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    guard var average = state["average"] else { return innerEvaluationPoint(x, state: state) }
    if debias, let weight = state["weight", as: Double.self] { average.scale(R(1 / weight)) }
    return average
  }
}
