import OptimizerKit

/// Sharpness-aware minimisation: the gradient is taken where the loss is highest nearby.
///
///     x̂ ← x + ρ g / (‖g‖ + ε)
///     ĝ ← ∇f(x̂),  and what is wrapped makes its step from x with ĝ
///
/// It avoids sharp minima: those whose loss rises steeply within the distance ρ. Adaptive (ASAM), the
/// distance is measured relative to each parameter: x̂ ← x + ρ T² g / (‖T g‖ + ε) with T = |x| + η.
/// `looksam` asks for ĝ now and then only, `gsam` takes in g too. One more gradient a step, of the same
/// minibatch, which leaves running statistics alone; one vector of state. With ρ = 0 it is what it
/// wraps.
///
/// Foret et al. 2021, arXiv 2010.01412; Kwon et al. 2021, arXiv 2102.11600 (adaptive).
public struct SAM: Wrapper {
  public static let name = "sam"
  public static let summary = "sharpness-aware: the gradient of the worst point nearby"
  public static let source = "Foret et al. 2021, arXiv 2010.01412"
  public static let family = Family.sharpness
  public static let presets = [
    Preset("davda54", "davda54/sam, the usual torch version: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer.SAM: the defaults here"),
    Preset("optax", "optax.contrib.sam with a normalised step: no ε", ["epsilon": 0.0]),
    Preset("asam", "adaptive, with the paper's ρ 0.5", ["adaptive": true, "rho": 0.5]),
    Preset(
      "samsung", "SamsungLabs/ASAM: η 0.01, biases by plain distances",
      ["adaptive": true, "rho": 0.5, "eta": 0.01, "plainBiases": true, "epsilon": 1e-16]),
  ]

  @Hyperparameter("distance ρ of the point nearby", in: 0..., scale: .log, search: 1e-3...2)
  public var rho = 0.05
  @Hyperparameter("distances relative to each parameter's size") public var adaptive = false
  @Hyperparameter("η, added to each parameter's size", in: 0...) public var eta = 0.0
  @Hyperparameter("plain distances for biases") public var plainBiases = false
  @Hyperparameter("ε, added to the norm, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-12

  public var inner: any Optimizer = GradientStep()
  public var ownRequirements: OracleCapabilities { rho > 0 ? [.loss, .gradient] : [] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if rho > 0 {
      var near = context.state["near"] ?? context.x
      context.state["near"] = nil  // so that it is referenced once while it is changed
      near.assign(context.gradient)
      if adaptive { scale(&near, context.x, context.layout) }
      let factor = R(rho / (near.norm + epsilon))
      if adaptive { scale(&near, context.x, context.layout) }
      let (y, x) = (near.mutablePointer(), context.x.pointer)
      for i in near.indices { y[i] = x[i] + factor * y[i] }
      context.loss = try context.oracle.lossAndGradient(at: near, into: &context.gradient)
      context.state["near"] = near
    }
    try context.step(&inner)
  }

  /// T times a vector.
  private func scale<R: Scalar>(
    _ vector: inout Vector<R>, _ x: Vector<R>, _ layout: ParameterLayout
  ) {
    let (v, size) = (vector.mutablePointer(), x.pointer)
    for tensor in layout.tensors
    where !(plainBiases && tensor.role == .bias) {
      for i in tensor.range { v[i] = v[i] * (size[i].magnitude + eta) }
    }
  }
}
