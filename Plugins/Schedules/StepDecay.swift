import OptimizerKit

/// Drops by a factor every so many steps.
///
///     α(t) = α₀ γ^⌊t/k⌋
///
/// torch.optim.lr_scheduler.StepLR; optax.exponential_decay with staircase.
public struct StepDecay: Schedule {
  public static let name = "step"
  public static let summary = "times γ every k steps"
  public static let source = "torch.optim.lr_scheduler.StepLR"
  public static let family = Family.decay

  @Hyperparameter("γ, the factor of each drop", in: 0...1) public var gamma = 0.1
  @Hyperparameter("k, the steps between drops; 0 for a third of the budget", in: 0.0...1e9)
  public var every = 0

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let every = every > 0 ? every : (steps - 1) / 3 + 1
    return base * power(gamma, step / every)
  }
}
