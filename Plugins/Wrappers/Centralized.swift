import OptimizerKit

/// Gradient centralisation: the gradient of every unit has the mean 0.
///
///     Gᵢ ← Gᵢ − mean Gᵢ     for each row i of a matrix, of a kernel seen as outputs × the rest
///
/// The sum of each unit's weights stays what it was, unless what is wrapped changes it: a constraint
/// and a smoother loss at no cost. Biases, scales, the points of surfaces, and units of a single
/// weight, whose gradients would all be 0, are left alone. It differs from `normalized` in that it
/// shifts gradients and does not scale them. No state; one mean a unit and step.
///
/// Yong et al. 2020, arXiv 2004.01461.
public struct Centralized: Wrapper {
  public static let name = "centralized"
  public static let summary = "gradients of mean 0, unit by unit"
  public static let source = "Yong et al. 2020, arXiv 2004.01461"
  public static let family = Family.gradients
  public static let presets = [
    Preset("optax", "optax.centralize: the default"),
    Preset("pytorch-optimizer", "pytorch_optimizer's centralize_gradient: the default"),
    Preset("kernels", "its gc_conv_only: kernels only", ["kernelsOnly": true]),
  ]

  @Hyperparameter("kernels of convolutions only, and no matrices") public var kernelsOnly = false

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let dimensions = kernelsOnly ? 3 : 1
    for tensor in context.layout.tensors
    where tensor.shape.count > dimensions && tensor.columns > 1 {
      for row in 0..<tensor.rows {
        let start = tensor.offset + row * tensor.columns
        let unit = start..<start + tensor.columns
        let mean = R(context.gradient.sum(over: unit) / Double(tensor.columns))
        let g = context.gradient.mutablePointer()
        for i in unit { g[i] = g[i] - mean }
      }
    }
    try context.step(&inner)
  }
}
