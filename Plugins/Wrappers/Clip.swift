import OptimizerKit

/// Clipping by the global norm: a gradient longer than c is shortened to c.
///
///     g ← g · min(1, c / (‖g‖ + 10⁻⁶))        torch
///     g ← g · c / ‖g‖  where ‖g‖ ≥ c          optax
///
/// All tensors are scaled alike, so that the direction stays. What is wrapped sees the clipped
/// gradient. No state; one norm a step. With a huge c nothing happens.
///
/// Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063.
public struct Clip: Wrapper {
  public static let name = "clip"
  public static let summary = "gradients clipped by their global norm"
  public static let source = "Pascanu, Mikolov and Bengio 2013, arXiv 1211.5063"
  public static let family = Family.gradients
  public static let presets = [
    Preset("torch", "torch.nn.utils.clip_grad_norm_: the default", ["form": "torch"]),
    Preset("optax", "optax.clip_by_global_norm: without 1e-6", ["form": "optax"]),
  ]

  /// Whose formula.
  public enum Form: String, Choice { case torch, optax }

  @Hyperparameter("the longest norm c", in: .positive, scale: .log, search: 1e-2...100)
  public var norm = 1.0
  @Hyperparameter("whose formula") public var form = Form.torch

  public var inner: any Optimizer = GradientStep()

  public var invariances: Invariances { inner.invariances.subtracting(.scale) }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let total = context.gradient.norm
    switch form {
    case .torch:
      let factor = norm / (total + 1e-6)
      // A norm that is no number spoils the gradient, and does not pass as short.
      if !(factor >= 1) { context.gradient.scale(R(factor)) }
    case .optax:
      if !(total < norm) {
        let g = context.gradient.mutablePointer()
        let (length, limit) = (R(total), R(norm))
        for i in context.gradient.indices { g[i] = g[i] / length * limit }
      }
    }
    try context.step(&inner)
  }
}
