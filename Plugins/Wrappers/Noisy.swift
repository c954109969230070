import OptimizerKit

/// Gradient noise: normal random numbers are added to the gradient, fewer and fewer.
///
///     g ← g + n,   n ~ N(0, σ²),   σ² = η / tᵞ    for the step t = 1, 2, ...
///
/// Noise helps out of saddles and poor minima while it lasts; with γ > 0 it dies away, and the path
/// settles. It is independent of the gradient, where `gradient-dropout` multiplies. No state; one
/// random number an element and step. With η = 0 it is what it wraps.
///
/// Neelakantan et al. 2015, arXiv 1511.06807; Welling and Teh 2011 (Langevin dynamics).
public struct Noisy: Wrapper {
  public static let name = "noisy"
  public static let summary = "normal noise added to gradients, less and less"
  public static let source = "Neelakantan et al. 2015, arXiv 1511.06807"
  public static let family = Family.gradients
  public static let presets = [
    Preset("optax", "optax.add_noise: it has no defaults, and other random numbers"),
    Preset("paper-strong", "the largest η of the paper", ["variance": 1.0]),
  ]

  @Hyperparameter("variance η at the first step", in: 0..., scale: .log, search: 1e-4...10)
  public var variance = 0.01
  @Hyperparameter("power γ of the step that it falls with", in: 0...10) public var power = 0.55

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if variance > 0 {
      let deviation = variance.squareRoot() * exp(-0.5 * power * log(Double(context.step)))
      let g = context.gradient.mutablePointer()
      for i in context.gradient.indices { g[i] = g[i] + R(deviation * context.random.normal()) }
    }
    try context.step(&inner)
  }
}
