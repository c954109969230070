import OptimizerKit

/// Adaptive gradient clipping: no unit's gradient is longer than a share of its weights.
///
///     G ← G · λ W* / max(‖G‖, 10⁻⁶)  where ‖G‖ > λ W*,   W* = max(‖W‖, ε)
///
/// G and W are the gradient and the weights of one unit: a row of a weight matrix or of a kernel seen
/// as outputs × the rest, else (biases, scales, the point of a surface) the whole tensor. `clip` has one
/// absolute limit for all tensors together; here each unit has its own, which grows with its weights.
/// ε lets weights that begin as zeros move. No state; two norms a unit and step. With a huge λ nothing
/// happens.
///
/// Brock et al. 2021, arXiv 2102.06171.
public struct AGC: Wrapper {
  public static let name = "agc"
  public static let summary = "gradients clipped relative to the weights, unit by unit"
  public static let source = "Brock et al. 2021, arXiv 2102.06171"
  public static let family = Family.gradients
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer's agc: the defaults here"),
    Preset("optax", "optax.adaptive_grad_clip: it has no default λ"),
    Preset("paper", "the last weights are not clipped", ["last": false]),
  ]

  @Hyperparameter("largest share λ of the weights' norm", in: 0..., scale: .log, search: 1e-3...1)
  public var ratio = 1e-2
  @Hyperparameter("ε, the least norm that weights are taken to have", in: 0..., scale: .log)
  public var epsilon = 1e-3
  @Hyperparameter("clip the last weights too") public var last = true

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let tensors = context.layout.tensors
    let spared = last ? nil : tensors.lastIndex { $0.role == .weight }
    for (index, tensor) in tensors.enumerated() where index != spared {
      let size = tensor.shape.count > 1 ? tensor.columns : tensor.count
      guard size > 0 else { continue }
      for start in stride(from: tensor.offset, to: tensor.offset + tensor.count, by: size) {
        let unit = start..<start + size
        let limit = ratio * max(context.x.norm(over: unit), epsilon)
        let norm = context.gradient.norm(over: unit)
        guard norm > limit else { continue }
        let factor = R(limit / max(norm, 1e-6))
        let g = context.gradient.mutablePointer()
        for i in unit { g[i] = g[i] * factor }
      }
    }
    try context.step(&inner)
  }
}
