import OptimizerKit

/// Falls as a power of what is left.
///
///     w = (1 − t'/T)ᵖ,   t' = min(max(t − t₀, 0), T)
///     α(t) = w α₀ + (1 − w) α₁
///
/// A power p of 1 is `linear`; a larger one falls early, a smaller one late (0.9 is usual in
/// segmentation). The final value α₁ is given as it is (`final`, optax's end_value) or as a share of α₀
/// (`finalShare`). With T given, another schedule may follow.
///
/// torch.optim.lr_scheduler.PolynomialLR, which ends at 0; optax.polynomial_schedule.
public struct Polynomial: Schedule {
  public static let name = "polynomial"
  public static let summary = "a power of the budget that is left"
  public static let source = "torch.optim.lr_scheduler.PolynomialLR; optax.polynomial_schedule"
  public static let family = Family.decay
  public static let presets = [
    Preset("torch", "PolynomialLR's defaults: a line over 5 steps", ["power": 1, "steps": 5])
  ]

  @Hyperparameter("p, the power", in: .positive) public var power = 2.0
  @Hyperparameter("α₁, the value at the end", in: 0...) public var final = 0.0
  @Hyperparameter("the value at the end as a share of the first", in: 0...1)
  public var finalShare = 0.0
  @Hyperparameter("T, the steps of the fall; 0 for what is left of the budget", in: 0.0...1e9)
  public var steps = 0
  @Hyperparameter("t₀, the steps before it begins", in: 0.0...1e9) public var begin = 0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if final != 0, finalShare != 0 {
      throw .inconsistent(
        plugin: Self.name, reason: "final and finalShare exclude each other; give one")
    }
  }

  public var length: Int? { steps > 0 ? begin + steps : nil }

  public func value(base: Double, step: Int, steps budget: Int) -> Double {
    let final = final + finalShare * base
    let whole = steps > 0 ? steps : max(budget - begin, 1)
    let left = 1 - Double(min(max(step - begin, 0), whole)) / Double(whole)
    let weight = left > 0 ? exp(power * log(left)) : 0
    return weight * base + (1 - weight) * final
  }
}
