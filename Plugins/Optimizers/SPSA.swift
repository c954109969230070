import OptimizerKit

/// SPSA: descent along a random direction, with a slope from two losses.
///
///     Δᵢ = ±1 with equal chances,   cₜ = c / tᵞ,   αₜ = α / (A + t)ᵉ
///     ĝ ← (f(x + cₜ Δ) − f(x − cₜ Δ)) / (2 cₜ) Δ
///     x ← x − αₜ ĝ
///
/// Stochastic approximation by simultaneous perturbation: whatever the dimension, two losses give an
/// estimate of the gradient that is right on average, up to O(c²); its variance grows with the
/// dimension. With gains that fall as t⁻ᵉ and t⁻ᵞ it converges in the presence of noise where `sgd`
/// would. The exponents 0.602 and 0.101 are the smallest that the theory allows; A is to be a tenth of
/// the steps or less, and c about the noise of the loss. Two losses a step, O(n) time, two vectors of
/// scratch, no gradient.
///
/// Spall 1992, doi:10.1109/9.119632; its gains are those of Spall 1998, doi:10.1109/7.705889.
public struct SPSA: VectorOptimizer {
  public static let name = "spsa"
  public static let summary = "a random direction, its slope from two losses"
  public static let source = "Spall 1998, doi:10.1109/7.705889"
  public static let family = Family.gradientFree

  @Hyperparameter("gain α of the steps", in: 0..., scale: .log, search: 1e-4...10)
  public var lr = 0.1
  @Hyperparameter("A, the steps that the gain waits before it falls", in: 0...)
  public var stability = 100.0
  @Hyperparameter("how fast the gain falls, the exponent of A + t", in: 0...1)
  public var decay = 0.602
  @Hyperparameter("c, how far from x the losses are taken at first", in: .positive, scale: .log)
  public var perturbation = 0.01
  @Hyperparameter("γ, how fast that distance falls", in: 0...1) public var gamma = 0.101

  public var requirements: OracleCapabilities { [.loss] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { .translation }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    let t = Double(context.step)
    let c = perturbation / exp(gamma * log(t))
    let gain = context.lr / exp(decay * log(stability + t))
    var signs = context.state["signs"] ?? Vector(repeating: R.zero, count: n)
    var trial = context.state["trial"] ?? signs
    (context.state["signs"], context.state["trial"]) = (nil, nil)
    context.random.fill(&signs) { $0.sign() }
    trial.assign(context.x)
    trial.add(R(c), signs)
    let above = try context.oracle.loss(at: trial)
    trial.assign(context.x)
    trial.add(R(-c), signs)
    let below = try context.oracle.loss(at: trial)
    context.x.add(R(-gain * (above - below) / (2 * c)), signs)
    (context.state["signs"], context.state["trial"]) = (signs, trial)
  }
}
