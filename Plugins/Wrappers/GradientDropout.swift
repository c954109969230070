import OptimizerKit

/// Gradient dropout: each element of the gradient is left out with probability p.
///
///     g ← g ∘ b / (1 − p),   bᵢ = 0 with probability p, else 1
///
/// A multiplicative noise whose mean is the gradient, where that of `noisy` is additive. What is
/// wrapped goes on with its momentum where an element is left out. No state; one random number an
/// element and step. With p = 0 it is what it wraps.
///
/// Tseng et al. 2020, arXiv 2004.05859.
public struct GradientDropout: Wrapper {
  public static let name = "gradient-dropout"
  public static let summary = "elements of gradients left out at random"
  public static let source = "Tseng et al. 2020, arXiv 2004.05859"
  public static let family = Family.gradients
  public static let presets = [
    Preset("unscaled", "what is kept stays as large as it was", ["rescale": false])
  ]

  @Hyperparameter("probability p to be left out", in: 0..<1) public var rate = 0.1
  @Hyperparameter("divide what is kept by 1 − p") public var rescale = true

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if rate > 0 {
      let factor = R(rescale ? 1 / (1 - rate) : 1)
      let g = context.gradient.mutablePointer()
      for i in context.gradient.indices {
        g[i] = context.random.uniform() < rate ? R(0.0) : factor * g[i]
      }
    }
    try context.step(&inner)
  }
}
