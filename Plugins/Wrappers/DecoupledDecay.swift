import OptimizerKit

/// Decoupled weight decay around any optimizer: SGDW, AdamW, and so on.
///
///     x ← x − α λ x,  and what is wrapped makes its step from there with the gradient at the old x
///
/// The decay does not go through what is wrapped, so that every parameter shrinks at the same rate
/// whatever its gradients: around `adam` it is `adamw`. The decay may follow the step instead of
/// preceding it, as in C-AdamW (`decoupled-decay[order=after](cautious(adam))`), spare biases and
/// scales, or be λ x itself, whatever the learning rate α. No state; one pass a step. With λ = 0 it is
/// what it wraps.
///
/// Loshchilov and Hutter 2019, arXiv 1711.05101.
public struct DecoupledDecay: Wrapper {
  public static let name = "decoupled-decay"
  public static let summary = "weight decay that bypasses what is wrapped"
  public static let source = "Loshchilov and Hutter 2019, arXiv 1711.05101"
  public static let family = Family.gradients
  public static let presets = [
    Preset("torch", "as torch.optim.AdamW, λ 1e-2: the defaults here"),
    Preset(
      "optax", "optax.add_decayed_weights before the learning rate, as optax.adamw: λ 1e-4",
      ["weightDecay": 1e-4]),
    Preset("fixed", "pytorch_optimizer's fixed_decay: λ x whatever α", ["scaled": false]),
  ]

  /// Which comes first.
  public enum Order: String, Choice { case before, after }

  @Hyperparameter("decay λ: x shrinks by αλx a step", in: 0..., search: 0...1)
  public var weightDecay = 1e-2
  @Hyperparameter("decay before or after the step of what is wrapped")
  public var order = Order.before
  @Hyperparameter("times the learning rate α") public var scaled = true
  @Hyperparameter("shrink biases and scales too") public var biases = true

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let rest = R(1 - (scaled ? context.lr : 1) * weightDecay)
    if order == .before { shrink(&context, to: rest) }
    try context.step(&inner)
    if order == .after { shrink(&context, to: rest) }
  }

  private func shrink<R: Scalar>(_ context: inout StepContext<R>, to rest: R) {
    if weightDecay == 0 { return }
    if biases { return context.x.scale(rest) }
    for tensor in context.layout.tensors where tensor.role != .bias && tensor.role != .scale {
      context.x.scale(rest, tensor)
    }
  }
}
