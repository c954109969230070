import OptimizerKit

/// AdamP: Adam whose steps do not lengthen weights that only their direction counts of.
///
///     m ← β₁ m + (1 − β₁) g
///     v ← β₂ v + (1 − β₂) g²
///     u ← (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)    (Nesterov: β₁ m + (1 − β₁) g in place of m)
///     u ← u − (x̂ᵀu) x̂   where |cos(g, x)| < δ / √n, and λ ← ρ λ there
///     x ← x − α λ x − α u
///
/// Weights before a normalisation are at right angles to their gradient, since their length has no
/// effect; momentum makes them grow nevertheless, and steps on them ever smaller. What points along x
/// is therefore taken out of u, row by row or for the whole matrix, whichever test of the gradient
/// succeeds first. Otherwise, and for biases and gains, it is `adamw`; `sgdp` does the same to
/// `momentum`. Two vectors of state; up to seven scalar products a row.
///
/// Heo et al. 2021, arXiv 2006.08217.
public struct AdamP: VectorOptimizer {
  public static let name = "adamp"
  public static let summary = "AdamW whose steps do not lengthen scale-invariant weights"
  public static let source = "Heo et al. 2021, arXiv 2006.08217"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("author", "clovaai/AdamP: the defaults here"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.AdamP: ε is added before v is corrected",
      ["epsilonFirst": true]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("add ε to √v, and correct both") public var epsilonFirst = false
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("δ, up to which a gradient counts as at right angles", in: 0...)
  public var delta = 0.1
  @Hyperparameter("ρ, the share of the decay where a step is projected", in: 0...1)
  public var decayRatio = 0.1
  @Hyperparameter("look ahead with the momentum") public var nesterov = false

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let count = context.x.count
    let first = context.state.pointer("m", count)
    let second = context.state.pointer("v", count)
    let steps = context.state.pointer("u", count)
    let rate = context.lr / (1 - power1(beta1, context.step))
    let root = (1 - power2(beta2, context.step)).squareRoot()
    let scale = R(epsilonFirst ? rate * root : rate)
    let rootScale = R(epsilonFirst ? 1 : 1 / root)
    let (beta1, rest1) = (R(self.beta1), R(1 - self.beta1))
    let (beta2, rest2) = (R(self.beta2), R(1 - self.beta2))
    let epsilon = R(self.epsilon)
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.pointer + tensor.offset
      let (m, v, u) = (first + tensor.offset, second + tensor.offset, steps + tensor.offset)
      for i in 0..<tensor.count {
        m[i] = beta1 * m[i] + rest1 * g[i]
        v[i] = beta2 * v[i] + rest2 * g[i].squared
        let ahead = nesterov ? beta1 * m[i] + rest1 * g[i] : m[i]
        u[i] = ahead / (rootScale * v[i].squareRoot() + epsilon)
      }
      let isProjected =
        tensor.shape.count > 1
        && removeRadialPart(
          u, weights: x, gradient: g, rows: tensor.rows, columns: tensor.columns, delta: delta,
          epsilon: self.epsilon)
      let kept = R(1 - context.lr * weightDecay * (isProjected ? decayRatio : 1))
      for i in 0..<tensor.count { x[i] = kept * x[i] - scale * u[i] }
    }
  }
}
