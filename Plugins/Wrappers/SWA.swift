import OptimizerKit

/// Stochastic weight averaging: the mean of some points late in the path, at which the loss is
/// reported.
///
///     a ← a + (x − a) / n     every k steps from step `start` on, for the n-th time
///
/// The path is that of what is wrapped, with a constant or a cyclic learning rate from `start` on; its
/// points, k steps apart, lie around a flat region, and their mean within it. With k = 1 it is
/// `polyak-averaging`. Running statistics of normalisation layers are those of the path and not of the
/// mean. Where what is wrapped reports elsewhere itself, those points are averaged. One vector of
/// state.
///
/// Izmailov et al. 2018, arXiv 1803.05407.
public struct SWA: Wrapper {
  public static let name = "swa"
  public static let summary = "judged at the mean of points k steps apart, late in the path"
  public static let source = "Izmailov et al. 2018, arXiv 1803.05407"
  public static let family = Family.averaging
  public static let presets = [
    Preset(
      "torch", "torch.optim.swa_utils.AveragedModel, updated every k steps: the defaults here"),
    Preset("lightning", "PyTorch Lightning begins at 0.8 of the budget", ["start": 0.8]),
  ]

  @Hyperparameter("first step that counts; below 1 a share of all", in: 0...1e9)
  public var start = 0.75
  @Hyperparameter("steps k between two points", in: 1.0...1e6) public var k = 10

  public var inner: any Optimizer = GradientStep()

  public var invariances: Invariances { inner.invariances }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
    let gone = context.steps(since: start)
    guard gone >= 0, gone.isMultiple(of: k) else { return }
    let point = innerEvaluationPoint(context.x, state: context.state) ?? context.x
    context.state["average", default: point].interpolate(R(1 / Double(gone / k + 1)), to: point)
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    state["average"] ?? innerEvaluationPoint(x, state: state)
  }
}
