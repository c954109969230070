import OptimizerKit

/// NovoGrad: momentum over gradients that are normalised tensor by tensor.
///
///     v ← β₂ v + (1 − β₂) ‖g‖²      one number for each tensor; v = ‖g‖² at first
///     m ← β₁ m + g / (√v + ε) + λ x
///     x ← x − α m
///
/// `adam` keeps a second moment for each coordinate, NovoGrad one for each tensor; its β₂ is small,
/// so that v follows the gradient at once. The decay bypasses v. One vector of state and a number for
/// each tensor, half of Adam's.
///
/// Ginsburg et al. 2019, arXiv 1905.11286.
public struct NovoGrad: VectorOptimizer {
  public static let name = "novograd"
  public static let summary = "momentum over gradients normalised tensor by tensor"
  public static let source = "Ginsburg et al. 2019, arXiv 1905.11286"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("optax", "optax.novograd: the defaults here; its eps_root is epsilonRoot"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.NovoGrad: β 0.95 and 0.98, ε 1e-8",
      ["beta1": 0.95, "beta2": 0.98, "epsilon": 1e-8]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the momentum", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the squared norm", in: 0..<1) public var beta2 = 0.25
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("added to v inside the root", in: 0..., scale: .log)
  public var epsilonRoot = 0.0
  @Hyperparameter("weight decay λ, added to the normalised gradient", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("from the second step on, only 1 − β₁ of what is added to m")
  public var averaging = false

  public var invariances: Invariances {
    .adaptive(
      epsilon: max(epsilon, epsilonRoot.squareRoot()), weightDecay: weightDecay, decoupled: true
    ).union(.rotation)
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let momenta = context.state.pointer("m", context.x.count)
    let squares = context.state.pointer("v", context.layout.tensors.count)
    let isFirst = context.step == 1
    let share = averaging && !isFirst ? 1 - beta1 : 1
    let (beta1, decay, rate) = (R(self.beta1), R(share * weightDecay), R(context.lr))
    for (index, tensor) in context.layout.tensors.enumerated() {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.pointer + tensor.offset
      let m = momenta + tensor.offset
      let square = dot(g, g, tensor.count)
      let average = isFirst ? square : beta2 * squares[index].double + (1 - beta2) * square
      squares[index] = R(average)
      let scale = R(share / ((average + epsilonRoot).squareRoot() + epsilon))
      for i in 0..<tensor.count {
        m[i] = beta1 * m[i] + (scale * g[i] + decay * x[i])
        x[i] = x[i] - rate * m[i]
      }
    }
  }
}
