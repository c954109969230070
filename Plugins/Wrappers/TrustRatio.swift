import OptimizerKit

/// A trust ratio over any optimizer: the step of each tensor is as long as a share of the tensor.
///
///     u ← (x − x') / α                where what is wrapped goes from x to x'
///     r ← c ‖x‖ / (‖u‖ + ε)           for each tensor; 1 where a norm is 0
///     x ← x − α r u
///
/// Around `adamw` it is LAMB. The learning rate α is the relative change of a tensor, whatever the size
/// of its gradients; around `sgd` that of normalised gradients, as in Fromage. Norms below a least one
/// count as that. One vector of state; two norms a tensor and step. It has no setting in which it
/// changes nothing.
///
/// You et al. 2020, arXiv 1904.00962 (LAMB); You, Gitman and Ginsburg 2017, arXiv 1708.03888 (LARS).
public struct TrustRatio: Wrapper {
  public static let name = "trust-ratio"
  public static let summary = "steps as long as a share of each tensor"
  public static let source = "You et al. 2020, arXiv 1904.00962"
  public static let family = Family.updates
  public static let presets = [
    Preset("optax", "optax.scale_by_trust_ratio: the defaults here"),
    Preset("weights", "biases and scales as what is wrapped has them", ["biases": false]),
  ]

  @Hyperparameter("coefficient c of the ratio", in: .positive, scale: .log, search: 1e-4...10)
  public var coefficient = 1.0
  @Hyperparameter("the least norm that counts", in: 0...) public var leastNorm = 0.0
  @Hyperparameter("ε, added to the norm of the update", in: 0..., scale: .log)
  public var epsilon = 0.0
  @Hyperparameter("biases and scales too") public var biases = true

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let lr = context.lr
    context.state["update", default: context.x].assign(context.x)
    try context.step(&inner)
    guard lr > 0 else { return }
    let x = context.x.mutablePointer()
    for tensor in context.layout.tensors
    where biases || tensor.role != .bias && tensor.role != .scale {
      let parameters = context.state["update", default: context.x].norm(over: tensor.range)
      let update = context.state["update", default: context.x].mutablePointer()
      for i in tensor.range { update[i] = x[i] - update[i] }
      let length = context.state["update", default: context.x].norm(over: tensor.range) / lr
      let (size, change) = (max(parameters, leastNorm), max(length, leastNorm))
      guard size != 0, change != 0 else { continue }
      // x' + (r − 1)(x' − x)
      let further = R(coefficient * size / (change + epsilon) - 1)
      for i in tensor.range { x[i] = x[i] + further * update[i] }
    }
  }
}
