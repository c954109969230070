import OptimizerKit

/// The hyperparameter's own value, at every step.
///
///     α(t) = α₀
public struct Constant: Schedule {
  public static let name = "constant"
  public static let summary = "no change"
  public static let family = Family.decay

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double { base }
}
