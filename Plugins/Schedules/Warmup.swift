import OptimizerKit

/// Linear warm-up, before any other schedule.
///
///     α(t) = α₀ (s + (1 − s) t/T)   for t < T, then α₀
///
/// T is `steps` and s is `start`, 0 as in optax.linear_schedule(0, α₀, T): the first step is then of
/// length 0.
///
/// Goyal et al. 2017, arXiv 1706.02677; torch.optim.lr_scheduler.LinearLR.
public struct Warmup: Schedule {
  public static let name = "warmup"
  public static let summary = "linear rise, before another schedule"
  public static let source = "Goyal et al. 2017, arXiv 1706.02677"
  public static let family = Family.warmup
  public static let presets = [
    Preset(
      "torch", "torch.optim.lr_scheduler.LinearLR: from a third, over 5 steps",
      ["steps": 5, "start": "0.33333333333333331"])
  ]

  @Hyperparameter("T, how many steps the rise takes", in: 0.0...1e9) public var steps = 100
  @Hyperparameter("s, the share of the value at step 0", in: 0...1) public var start = 0.0

  public init() {}

  public var length: Int? { steps }

  public func value(base: Double, step: Int, steps _: Int) -> Double {
    guard step < steps else { return base }
    return base * (start + (1 - start) * Double(step) / Double(steps))
  }
}
