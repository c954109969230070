import OptimizerKit

/// Drops by a factor at given steps.
///
///     α(t) = α₀ γⁿ,   n the number of milestones at or before t
///
/// `step` drops at equal distances, `piecewise` by a factor of its own each time. Where no milestones
/// are given, they are at a half and at three quarters of the budget, as where residual and densely
/// connected networks were trained on CIFAR.
///
/// torch.optim.lr_scheduler.MultiStepLR; optax.piecewise_constant_schedule with equal factors.
public struct MultiStep: Schedule {
  public static let name = "multistep"
  public static let summary = "times γ at given steps"
  public static let source = "torch.optim.lr_scheduler.MultiStepLR"
  public static let family = Family.decay

  @Hyperparameter("γ, the factor of each drop", in: 0...1) public var gamma = 0.1
  @Hyperparameter("the steps at which it drops; none for 1/2 and 3/4 of the budget")
  public var milestones: NumberList<Int> = []

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let milestones =
      milestones.values.isEmpty ? [steps / 2, steps - steps / 4] : milestones.values
    return base * power(gamma, milestones.count { $0 <= step })
  }
}
