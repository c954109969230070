import OptimizerKit

/// Exponential decay, by its rate or by the factor of each step.
///
///     α(t) = α₀ e^(−kt)   or   α(t) = α₀ γᵗ
///
/// Where neither is given, k is such that 1 % is left at the end of the budget. The second form is
/// torch.optim.lr_scheduler.ExponentialLR; optax.exponential_decay over T steps is k = −ln(γ)/T.
public struct Exponential: Schedule {
  public static let name = "exponential"
  public static let summary = "e^(−kt), or a factor γ each step"
  public static let source = "torch.optim.lr_scheduler.ExponentialLR"
  public static let family = Family.decay

  @Hyperparameter("k, the rate of decay; 0 for 1 % left at the end", in: 0..., scale: .log)
  public var k = 0.0
  @Hyperparameter("γ, the factor of each step; 1 where k is to be used", in: 0...1)
  public var gamma = 1.0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if k != 0, gamma != 1 {
      throw .inconsistent(plugin: Self.name, reason: "k and gamma exclude each other; give one")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    if gamma != 1 { return base * power(gamma, step) }
    let k = k > 0 ? k : log(100.0) / Double(max(steps, 1))
    return base * exp(-k * Double(step))
  }
}
