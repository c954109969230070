import OptimizerKit

/// A rise before any other schedule, by a straight line or an exponential.
///
///     α(t) = α₀ (s + (1 − s) t/T)    for t < T, then α₀
///     α(t) = α₀ (1 − e^(−k(t + 1)))  where k is given
///
/// T is `steps` and s is `start`, 0 as in optax.linear_schedule(0, α₀, T): the first step is then of
/// length 0. The untuned forms take from β₂ of `adam` what a warm-up must last: as long as the second
/// moment needs, 2/(1 − β₂) steps, or a rate of k = 1 − β₂.
///
/// Goyal et al. 2017, arXiv 1706.02677; torch.optim.lr_scheduler.LinearLR. Untuned: Ma and Yarats 2021,
/// arXiv 1910.04209.
public struct Warmup: Schedule {
  public static let name = "warmup"
  public static let summary = "a rise, before another schedule"
  public static let source = "Goyal et al. 2017, arXiv 1706.02677"
  public static let family = Family.warmup
  public static let presets = [
    Preset(
      "torch", "torch.optim.lr_scheduler.LinearLR: from a third, over 5 steps",
      ["steps": 5, "start": "0.33333333333333331"]),
    Preset(
      "untuned", "min(1, (1 − β₂) n/2) at step n = t + 1, for β₂ = 0.999",
      ["steps": 1999, "start": 5e-4]),
    Preset(
      "untuned-exponential", "1 − e^(−(1 − β₂) n) at step n = t + 1, for β₂ = 0.999",
      ["steps": 10_000, "k": 1e-3]),
  ]

  @Hyperparameter("T, how many steps the rise takes", in: 0.0...1e9) public var steps = 100
  @Hyperparameter("s, the share of the value at step 0", in: 0...1) public var start = 0.0
  @Hyperparameter("k, the rate of an exponential rise; 0 for a straight line", in: 0...)
  public var k = 0.0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if k != 0, start != 0 {
      throw .inconsistent(plugin: Self.name, reason: "k and start exclude each other; give one")
    }
  }

  public var length: Int? { steps }

  public func value(base: Double, step: Int, steps _: Int) -> Double {
    guard step < steps else { return base }
    if k > 0 { return base * (1 - exp(-k * (Double(step) + 1))) }
    return base * (start + (1 - start) * Double(step) / Double(steps))
  }
}
