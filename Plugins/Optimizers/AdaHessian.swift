import OptimizerKit

/// AdaHessian: Adam with the diagonal of the Hessian in place of the gradient's size.
///
///     D ← v ⊙ H v,   vᵢ = ±1 with equal chances, averaged over each kernel of a convolution
///     m ← β₁ m + (1 − β₁) g
///     s ← β₂ s + (1 − β₂) D²
///     x ← x − α (m̂ / (ŝᵏᐟ² + ε) + λ x),   m̂ = m / (1 − β₁ᵗ),  ŝ = s / (1 − β₂ᵗ)
///
/// Hutchinson's estimate v ⊙ Hv is the diagonal on average, with a variance from the other elements
/// that the averages over space and time reduce. The step m/|D| is Newton's for a diagonal Hessian:
/// it needs no α where `adam` does, and a negative curvature counts like a positive one. A Hessian
/// power k below 1 goes towards `momentum`. O(n) time, two vectors of state; one gradient and one
/// Hessian–vector product a step, or every few steps.
///
/// Yao et al. 2021, arXiv 2006.00719.
public struct AdaHessian: VectorOptimizer {
  public static let name = "adahessian"
  public static let summary = "Adam with Hutchinson's estimate of the Hessian's diagonal"
  public static let source = "Yao et al. 2021, arXiv 2006.00719"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset("author", "amirgholami/adahessian: the defaults here"),
    Preset(
      "pytorch-optimizer", "AdaHessian of pytorch_optimizer: no average over kernels, ε 1e-16",
      ["lr": 0.1, "epsilon": 1e-16, "averaging": false]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-3...1) public var lr = 0.15
  @Hyperparameter("decay of m", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay of s", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, beside the root", in: 0..., scale: .log) public var epsilon = 1e-4
  @Hyperparameter("decoupled weight decay λ", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("k, the power of the Hessian", in: 0...1) public var power = 1.0
  @Hyperparameter("steps from one estimate to the next", in: 1.0...1e6) public var every = 1
  @Hyperparameter("whether D is averaged over each kernel of a convolution")
  public var averaging = true

  public var requirements: OracleCapabilities { [.hessianVectorProduct] }

  public var invariances: Invariances { weightDecay == 0 ? .translation : [] }

  public init() {}

  private var power1 = RunningPower()
  private var power2 = RunningPower()

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    let zero = Vector(repeating: R.zero, count: n)
    if (context.step - 1) % every == 0 {
      let diagonal = try estimate(&context)
      let squares = context.state["s", default: zero].mutablePointer()
      let (keep, take) = (R(beta2), R(1 - beta2))
      for i in 0..<n {
        let d = diagonal.pointer[i]
        squares[i] = keep * squares[i] + take * (d * d)
      }
    }
    context.state["m", default: zero].interpolate(R(1 - beta1), to: context.gradient)
    let rate = R(context.lr / (1 - power1(beta1, context.step)))
    let decay = R(context.lr * weightDecay)
    let correction = R(1 - power2(beta2, context.step))
    let epsilon = R(self.epsilon)
    let (m, s) = (context.state["m"] ?? zero, context.state["s"] ?? zero)
    let x = context.x.mutablePointer()
    if power == 1 {
      for i in 0..<n {
        let size = (s.pointer[i] / correction).squareRoot() + epsilon
        x[i] = x[i] - (decay * x[i] + rate * m.pointer[i] / size)
      }
    } else {
      for i in 0..<n {
        let size = exp(log(s.pointer[i] / correction) * (power / 2)) + epsilon
        x[i] = x[i] - (decay * x[i] + rate * m.pointer[i] / size)
      }
    }
  }

  /// v ⊙ H v; in absolute value and averaged where a tensor has kernels.
  private func estimate<R: Scalar>(_ context: inout StepContext<R>) throws -> Vector<R> {
    var signs = Vector(repeating: R.zero, count: context.x.count)
    context.random.fill(&signs) { $0.sign() }
    var diagonal = try context.oracle.hessianVectorProduct(at: context.x, signs)
    let d = diagonal.mutablePointer()
    for i in signs.indices { d[i] = d[i] * signs.pointer[i] }
    guard averaging else { return diagonal }
    for tensor in context.layout.tensors where tensor.shape.count > 2 {
      let size = tensor.shape.dropFirst(2).reduce(1, *)
      for begin in stride(from: tensor.offset, to: tensor.offset + tensor.count, by: max(size, 1)) {
        var sum = R.zero
        for i in begin..<begin + size { sum += d[i].magnitude }
        let mean = sum / Double(size)
        for i in begin..<begin + size { d[i] = mean }
      }
    }
    return diagonal
  }
}
