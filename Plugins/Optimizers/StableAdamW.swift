import OptimizerKit

/// StableAdamW: AdamW whose rate falls where v has not caught up with the gradient.
///
///     m ← β̂₁ m + (1 − β̂₁) g,   v ← β̂₂ v + (1 − β̂₂) g²   with β̂ = β (1 − βᵗ⁻¹) / (1 − βᵗ)
///     r ← max(1, √(mean of g² / max(v, ε²)))          for each tensor
///     x ← x − (α/r) λ x − (α/r) m / (√v + ε)
///
/// The root mean square r is near 1 as long as v is up to date; where a gradient is suddenly larger,
/// the step is shortened by it, as `adafactor` clips its updates. With r = 1 it is `adamw`, the bias
/// correction being in β̂. Two vectors of state; one mean of each tensor a step.
///
/// Wortsman et al. 2023, arXiv 2304.13013.
public struct StableAdamW: VectorOptimizer {
  public static let name = "stable-adamw"
  public static let summary = "AdamW with steps clipped where the second moment lags behind"
  public static let source = "Wortsman et al. 2023, arXiv 2304.13013"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.StableAdamW: the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.99
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("decoupled weight decay λ: x shrinks by (α/r) λx a step", in: 0...)
  public var weightDecay = 1e-2
  @Hyperparameter("add the decay to the gradient instead, as λx") public var coupled = false

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay, decoupled: true)
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let first = context.state.pointer("m", context.x.count)
    let second = context.state.pointer("v", context.x.count)
    let share1 = (1 - beta1) / (1 - power1(beta1, context.step))
    let share2 = (1 - beta2) / (1 - power2(beta2, context.step))
    let (beta1, rest1) = (R(1 - share1), R(share1))
    let (beta2, rest2) = (R(1 - share2), R(share2))
    let added = R(coupled ? weightDecay : 0)
    let (epsilon, least) = (R(self.epsilon), R(self.epsilon * self.epsilon))
    for tensor in context.layout.tensors {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let (m, v) = (first + tensor.offset, second + tensor.offset)
      for i in 0..<tensor.count {
        let gradient = g[i] + added * x[i]
        m[i] = beta1 * m[i] + rest1 * gradient
        v[i] = beta2 * v[i] + rest2 * gradient.squared
        let floor = maximum(v[i], least)
        g[i] = R.zero < floor ? gradient.squared / floor : R.zero
      }
      let mean = interleavedSum(tensor.count) { g[$0].double } / Double(tensor.count)
      let rate = context.lr / max(mean.squareRoot(), 1)
      let (kept, scale) = (R(coupled ? 1 : 1 - rate * weightDecay), R(rate))
      for i in 0..<tensor.count {
        x[i] = kept * x[i] - scale * m[i] / (v[i].squareRoot() + epsilon)
      }
    }
  }
}
