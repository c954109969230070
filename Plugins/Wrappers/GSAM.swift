import OptimizerKit

/// GSAM: `sam`, with a step up the part of the gradient that is orthogonal to its own.
///
///     ĝ ← ∇f(x + ρ g / (‖g‖ + ε))
///     v ← g − ⟨g, ĝ⟩ ĝ / ‖ĝ‖²
///     what is wrapped makes its step from x with ĝ − α v
///
/// The loss nearby falls as with `sam`, and going up along v does not change it: what falls is the gap
/// between it and the loss at x, which is the sharpness. ρ usually follows the learning rate
/// (`gsam(sgd:cosine):rho=cosine`). One more gradient a step, of the same minibatch; two vectors of
/// state. With α = 0 it is `sam`, with ρ = 0 too what it wraps.
///
/// Zhuang et al. 2022, arXiv 2203.08065.
public struct GSAM: Wrapper {
  public static let name = "gsam"
  public static let summary = "sam that narrows the gap to the worst point nearby"
  public static let source = "Zhuang et al. 2022, arXiv 2203.08065"
  public static let family = Family.sharpness
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.GSAM: the defaults here; it has no default ρ")
  ]

  @Hyperparameter("distance ρ of the point nearby", in: 0..., scale: .log, search: 1e-3...2)
  public var rho = 0.05
  @Hyperparameter("share α of the way up v", in: 0..., search: 0...1) public var alpha = 0.4
  @Hyperparameter("ε, added to norms, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-12

  public var inner: any Optimizer = GradientStep()
  public var ownRequirements: OracleCapabilities { rho > 0 ? [.loss, .gradient] : [] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if rho > 0 {
      var near = context.state["near"] ?? context.x
      context.state["near"] = nil  // so that it is referenced once while it is changed
      let norm = context.gradient.norm
      near.assign(context.x)
      near.add(R(rho / (norm + epsilon)), context.gradient)
      context.state["before", default: context.gradient].assign(context.gradient)
      context.loss = try context.oracle.lossAndGradient(at: near, into: &context.gradient)
      context.state["near"] = near
      if alpha > 0, let before = context.state["before"] {
        // ĝ − α (g − c ĝ) = (1 + α c) ĝ − α g
        let size = context.gradient.norm
        let cosine = before.dot(context.gradient) / (size * norm + epsilon)
        let share = cosine * norm / (size + epsilon)
        context.gradient.scale(R(1 + alpha * share))
        context.gradient.add(R(-alpha), before)
      }
    }
    try context.step(&inner)
  }
}
