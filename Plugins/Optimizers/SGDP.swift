import OptimizerKit

/// SGDP: momentum whose steps do not lengthen weights that only their direction counts of.
///
///     v ← μ v + (1 − dampening) g
///     u ← v    (Nesterov: g + μ v)
///     u ← u − (x̂ᵀu) x̂   where |cos(g, x)| < δ / √n, and λ ← ρ λ there
///     x ← x − α λ x / (1 − μ) − α u
///
/// What points along x is taken out of the step where the gradient is at right angles to x, row by row
/// or for the whole matrix, as in `adamp`. Otherwise it is `momentum` with decoupled weight decay. One
/// vector of state; up to seven scalar products a row.
///
/// Heo et al. 2021, arXiv 2006.08217.
public struct SGDP: VectorOptimizer {
  public static let name = "sgdp"
  public static let summary = "momentum whose steps do not lengthen scale-invariant weights"
  public static let source = "Heo et al. 2021, arXiv 2006.08217"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("author", "clovaai/AdamP: no momentum unless it is set", ["momentum": 0.0]),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.SGDP: no momentum unless it is set",
      ["momentum": 0.0]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum μ", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("share of the gradient that is kept out of v", in: 0..<1)
  public var dampening = 0.0
  @Hyperparameter("look ahead with the momentum") public var nesterov = false
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx / (1 − μ) a step", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("δ, up to which a gradient counts as at right angles", in: 0...)
  public var delta = 0.1
  @Hyperparameter("ρ, the share of the decay where a step is projected", in: 0...1)
  public var decayRatio = 0.1
  @Hyperparameter("ε, against division by the length of x", in: 0..., scale: .log)
  public var epsilon = 1e-8

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let velocity = context.state.pointer("v", context.x.count)
    let steps = context.state.pointer("u", context.x.count)
    let (momentum, taken, rate) = (R(self.momentum), R(1 - dampening), R(context.lr))
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.pointer + tensor.offset
      let (v, u) = (velocity + tensor.offset, steps + tensor.offset)
      for i in 0..<tensor.count {
        v[i] = momentum * v[i] + taken * g[i]
        u[i] = nesterov ? momentum * v[i] + g[i] : v[i]
      }
      let isProjected =
        tensor.shape.count > 1
        && removeRadialPart(
          u, weights: x, gradient: g, rows: tensor.rows, columns: tensor.columns, delta: delta,
          epsilon: epsilon)
      let decay = weightDecay * (isProjected ? decayRatio : 1) / (1 - self.momentum)
      let kept = R(1 - context.lr * decay)
      for i in 0..<tensor.count { x[i] = kept * x[i] - rate * u[i] }
    }
  }
}
