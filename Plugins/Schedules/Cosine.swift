import OptimizerKit

/// Half a cosine from the hyperparameter's own value to a final one.
///
///     w = (1 + cos(π t/T)) / 2
///     α(t) = w α₀ + (1 − w) α₁
///
/// T is the budget. The final value α₁ is given as it is (`final`, torch's eta_min) or as a share of
/// α₀ (`finalShare`, optax's alpha).
///
/// Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts.
public struct Cosine: Schedule {
  public static let name = "cosine"
  public static let summary = "half a cosine down to a final value"
  public static let source = "Loshchilov and Hutter 2017, arXiv 1608.03983"
  public static let family = Family.decay

  @Hyperparameter("α₁, the value at the end", in: 0...) public var final = 0.0
  @Hyperparameter("the value at the end as a share of the first", in: 0...1)
  public var finalShare = 0.0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if final != 0, finalShare != 0 {
      throw .inconsistent(
        plugin: Self.name, reason: "final and finalShare exclude each other; give one")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let final = final + finalShare * base
    let progress = Double(min(step, steps)) / Double(max(steps, 1))
    let weight = (1 + cos(.pi * progress)) / 2
    return weight * base + (1 - weight) * final
  }
}
