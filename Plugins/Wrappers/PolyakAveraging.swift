import OptimizerKit

/// Polyak–Ruppert averaging: the mean of all points, at which the loss is reported.
///
///     a ← a + (x − a) / n     for the n-th point from step `start` on
///
/// The path is that of what is wrapped; only where it is judged differs. On a noisy convex problem the
/// mean converges as fast as the best second-order method, with a learning rate that need not fall; the
/// way from a bad start stays in it, so that averaging had better begin late. `ema` forgets it, `swa`
/// takes some of the points. Where what is wrapped reports elsewhere itself, those points are averaged.
/// One vector of state.
///
/// Polyak and Juditsky 1992, doi:10.1137/0330046; Ruppert 1988.
public struct PolyakAveraging: Wrapper {
  public static let name = "polyak-averaging"
  public static let summary = "judged at the mean of the points"
  public static let source = "Polyak and Juditsky 1992, doi:10.1137/0330046"
  public static let family = Family.averaging
  public static let presets = [
    Preset("torch", "torch.optim.swa_utils.AveragedModel, updated each step: the defaults here"),
    Preset("tail", "the second half only", ["start": 0.5]),
  ]

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
    context.state["average", default: point].interpolate(R(1 / Double(gone + 1)), to: point)
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    state["average"] ?? innerEvaluationPoint(x, state: state)
  }
}
