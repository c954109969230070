import OptimizerKit

/// Sharpness-aware minimisation: the gradient is taken where the loss is highest nearby.
///
///     x̂ ← x + ρ g / (‖g‖ + ε)
///     ĝ ← ∇f(x̂),  and what is wrapped makes its step from x with ĝ
///
/// It avoids sharp minima: those whose loss rises steeply within the distance ρ. Adaptive (ASAM), the
/// distance is measured relative to each parameter: x̂ ← x + ρ x² g / (‖|x| g‖ + ε). One more
/// gradient a step, of the same minibatch, which leaves running statistics alone; no state. With
/// ρ = 0 it is what it wraps.
///
/// Foret et al. 2021, arXiv 2010.01412; Kwon et al. 2021, arXiv 2102.11600 (adaptive).
public struct SAM: Wrapper {
  public static let name = "sam"
  public static let summary = "sharpness-aware: the gradient of the worst point nearby"
  public static let source = "Foret et al. 2021, arXiv 2010.01412"
  public static let family = Family.sharpness
  public static let presets = [
    Preset("davda54", "davda54/sam, the usual torch version: the defaults here"),
    Preset("optax", "optax.contrib.sam with a normalised step: no ε", ["epsilon": 0.0]),
    Preset("asam", "adaptive, with the paper's ρ 0.5", ["adaptive": true, "rho": 0.5]),
  ]

  @Hyperparameter("distance ρ of the point nearby", in: 0..., scale: .log, search: 1e-3...2)
  public var rho = 0.05
  @Hyperparameter("distances relative to each parameter's size") public var adaptive = false
  @Hyperparameter("ε, added to the norm, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-12

  public var inner: any Optimizer = GradientStep()
  public var ownRequirements: OracleCapabilities { rho > 0 ? [.loss, .gradient] : [] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if rho > 0 {
      var near = context.x
      if adaptive {
        var scaled = context.gradient
        let s = scaled.mutablePointer()
        for i in near.indices { s[i] = s[i] * near[i].magnitude }
        let factor = R(rho / (scaled.norm + epsilon))
        for i in near.indices { s[i] = s[i] * near[i].magnitude }
        near.add(factor, scaled)
      } else {
        near.add(R(rho / (context.gradient.norm + epsilon)), context.gradient)
      }
      context.loss = try context.oracle.lossAndGradient(at: near, into: &context.gradient)
    }
    try context.step(&inner)
  }
}
