import OptimizerKit

/// Half a cosine from the hyperparameter's own value to a final one.
///
///     w = ((1 + cos(π t/T)) / 2)ᵖ
///     α(t) = w α₀ + (1 − w) α₁
///
/// T is the budget, or `steps`, after which another schedule may follow. The final value α₁ is given as
/// it is (`final`, torch's eta_min) or as a share of α₀ (`finalShare`, optax's alpha). The power p is 1
/// but in optax, which has it as exponent. `cosine-restarts` goes down several times.
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
  @Hyperparameter("p, the power of the half cosine", in: .positive) public var power = 1.0
  @Hyperparameter("T, the steps of the fall; 0 for what is left of the budget", in: 0.0...1e9)
  public var steps = 0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if final != 0, finalShare != 0 {
      throw .inconsistent(
        plugin: Self.name, reason: "final and finalShare exclude each other; give one")
    }
  }

  public var length: Int? { steps > 0 ? steps : nil }

  public func value(base: Double, step: Int, steps budget: Int) -> Double {
    let final = final + finalShare * base
    let whole = steps > 0 ? steps : max(budget, 1)
    let progress = Double(min(step, whole)) / Double(whole)
    var weight = (1 + cos(.pi * progress)) / 2
    if power != 1 { weight = weight > 0 ? exp(power * log(weight)) : 0 }
    return weight * base + (1 - weight) * final
  }
}
