import OptimizerKit

/// Clipping by value: no element of the gradient is larger than c.
///
///     gᵢ ← min(c, max(−c, gᵢ))
///
/// Every element is cut by itself, so that the direction turns towards the diagonal, where `clip`
/// keeps it. What is wrapped sees the clipped gradient. No state; one pass a step. With a huge c
/// nothing happens.
///
/// Mikolov 2012, "Statistical language models based on neural networks"; torch's clip_grad_value_.
public struct ClipValue: Wrapper {
  public static let name = "clip-value"
  public static let summary = "gradients clipped element by element"
  public static let source = "Mikolov 2012, Statistical language models based on neural networks"
  public static let family = Family.gradients
  public static let presets = [
    Preset("torch", "torch.nn.utils.clip_grad_value_: the default"),
    Preset("optax", "optax.clip: the default"),
  ]

  @Hyperparameter("the largest element c", in: .positive, scale: .log, search: 1e-3...100)
  public var value = 1.0

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let g = context.gradient.mutablePointer()
    let (lower, upper) = (R(-value), R(value))
    // An element that is no number stays one.
    for i in context.gradient.indices { g[i] = minimum(maximum(g[i], lower), upper) }
    try context.step(&inner)
  }
}
