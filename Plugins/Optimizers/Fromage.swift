import OptimizerKit

/// Fromage: steps in proportion to the length of each tensor, which does not grow by them.
///
///     x ← (x − α g ‖x‖ / ‖g‖) / √(1 + α²)     for each tensor
///
/// α is the relative change of each tensor, as in `lars`; a step at right angles to x would make it
/// longer by √(1 + α²), which is divided out. No momentum, no state; two norms of each tensor a step.
///
/// Bernstein et al. 2020, arXiv 2002.03432.
public struct Fromage: VectorOptimizer {
  public static let name = "fromage"
  public static let summary = "relative steps of a given size, tensor by tensor"
  public static let source = "Bernstein et al. 2020, arXiv 2002.03432"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("author", "jxbz/fromage: the defaults here; the plain gradient where a norm is 0"),
    Preset("optax", "optax.fromage: norms are at least 1e-6", ["leastNorm": 1e-6]),
    Preset("pytorch-optimizer", "pytorch_optimizer.Fromage: the defaults; its p_bound is bound"),
  ]

  @Hyperparameter("learning rate α: the relative change", in: 0..., scale: .log, search: 1e-5...1)
  public var lr = 1e-2
  @Hyperparameter("the least that a norm is taken as", in: 0..., scale: .log)
  public var leastNorm = 0.0
  @Hyperparameter("how many times its first length a tensor may grow to; 0 for no limit", in: 0...)
  public var bound = 0.0

  public var invariances: Invariances { [.scale, .rotation, .permutation] }

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    if bound > 0 {
      state["lengths"] = Vector(layout.tensors.map { R(norm(x.pointer + $0.offset, $0.count)) })
    }
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let factor = 1 / (1 + context.lr * context.lr).squareRoot()
    for (index, tensor) in context.layout.tensors.enumerated() {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.pointer + tensor.offset
      let length = max(norm(x, tensor.count), leastNorm)
      let slope = max(norm(g, tensor.count), leastNorm)
      let ratio = length > 0 && slope > 0 ? length / slope : 1
      let (kept, rate) = (R(factor), R(factor * context.lr * ratio))
      for i in 0..<tensor.count { x[i] = kept * x[i] - rate * g[i] }
      guard bound > 0, let first = context.state["lengths"] else { continue }
      let (longest, now) = (bound * first[index].double, norm(x, tensor.count))
      if now > longest { context.x.scale(R(longest / now), tensor) }
    }
  }
}
