import OptimizerKit

/// A straight line between two shares of the hyperparameter's own value.
///
///     α(t) = α₀ (a + (b − a) t'/T),   t' = min(max(t − t₀, 0), T)
///
/// By default from α₀ to 0 over the budget. `ramp` goes between two values whatever α₀ is, `warmup` is the
/// rise before another schedule, `polynomial` bends the line. With T given, another schedule may
/// follow.
///
/// torch.optim.lr_scheduler.LinearLR; optax.linear_schedule.
public struct Linear: Schedule {
  public static let name = "linear"
  public static let summary = "a straight line to 0 or to a share of the value"
  public static let source = "torch.optim.lr_scheduler.LinearLR; optax.linear_schedule"
  public static let family = Family.decay
  public static let presets = [
    Preset(
      "torch", "LinearLR's defaults: up from a third, over 5 steps",
      ["start": "0.33333333333333331", "final": 1, "steps": 5])
  ]

  @Hyperparameter("a, the share at the start", in: 0...) public var start = 1.0
  @Hyperparameter("b, the share at the end", in: 0...) public var final = 0.0
  @Hyperparameter("T, the steps of the line; 0 for what is left of the budget", in: 0.0...1e9)
  public var steps = 0
  @Hyperparameter("t₀, the steps before it begins", in: 0.0...1e9) public var begin = 0

  public init() {}

  public var length: Int? { steps > 0 ? begin + steps : nil }

  public func value(base: Double, step: Int, steps budget: Int) -> Double {
    let whole = steps > 0 ? steps : max(budget - begin, 1)
    let progress = Double(min(max(step - begin, 0), whole)) / Double(whole)
    return base * ((1 - progress) * start + progress * final)
  }
}
