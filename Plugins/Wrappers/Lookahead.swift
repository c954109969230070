import OptimizerKit

/// Lookahead: k steps of the wrapped optimizer forward, then a part of the way back.
///
///     every k steps:   s ← s + α (x − s),   x ← s
///
/// The slow weights s follow the fast ones x. Oscillation across a valley is averaged out, and the
/// progress along it stays; the variance of noisy steps falls. One vector of state. With α = 1 it is
/// what it wraps.
///
/// Zhang et al. 2019, arXiv 1907.08610.
public struct Lookahead: Wrapper {
  public static let name = "lookahead"
  public static let summary = "k steps forward, a part of the way back"
  public static let source = "Zhang et al. 2019, arXiv 1907.08610"
  public static let family = Family.averaging
  public static let presets = [
    Preset("author", "the paper's α for CIFAR: 0.8", ["alpha": 0.8]),
    Preset("optax", "optax.lookahead: judged at the slow weights", ["judged": "slow"]),
    Preset("pytorch-optimizer", "pytorch_optimizer.Lookahead: the defaults here"),
  ]

  /// The weights at which the loss is reported.
  public enum Judged: String, Choice { case fast, slow }

  @Hyperparameter("steps k between two looks back", in: 1.0...1e6) public var k = 5
  @Hyperparameter("share α of the way that is kept", in: 0...1) public var alpha = 0.5
  @Hyperparameter("the weights at which the loss is reported") public var judged = Judged.fast

  public var inner: any Optimizer = GradientStep()

  public var invariances: Invariances { inner.invariances }

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState(wrapping: inner, at: x, layout: layout)
    state["slow"] = x
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
    guard context.step.isMultiple(of: k) else { return }
    context.state["slow", default: context.x].interpolate(R(alpha), to: context.x)
    if let slow = context.state["slow"] { context.x.assign(slow) }
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    judged == .slow ? state["slow"] : innerEvaluationPoint(x, state: state)
  }
}
