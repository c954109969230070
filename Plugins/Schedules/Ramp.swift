import OptimizerKit

/// A straight line between two values over the budget, whatever the hyperparameter's own value.
///
///     μ(t) = (1 − t/T) a + (t/T) b
///
/// By default the momentum schedule of the lecture, 0.5 to 0.99: `momentum` starts low while
/// gradients are large and ends high when the valley has been found. optax.linear_schedule(a, b, T).
///
/// Sutskever et al. 2013, ICML 28 (momentum schedules).
public struct Ramp: Schedule {
  public static let name = "ramp"
  public static let summary = "a straight line over the budget, such as momentum 0.5 to 0.99"
  public static let source = "Sutskever et al. 2013, ICML 28; optax.linear_schedule"
  public static let family = Family.decay

  @Hyperparameter("a, the value at step 0", in: .any) public var from = 0.5
  @Hyperparameter("b, the value at the end of the budget", in: .any) public var to = 0.99

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let progress = Double(min(step, steps)) / Double(max(steps, 1))
    return (1 - progress) * from + progress * to
  }
}
