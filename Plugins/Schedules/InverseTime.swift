import OptimizerKit

/// Decay with the inverse of time: slow enough to get anywhere, fast enough for noise to average
/// out.
///
///     α(t) = α₀ / (1 + k t)
///
/// Its sum over all steps diverges and the sum of its squares does not: the condition of Robbins and
/// Monro 1951, doi:10.1214/aoms/1177729586. Where k is not given, a tenth is left at the end of the
/// budget.
public struct InverseTime: Schedule {
  public static let name = "inverse-time"
  public static let summary = "1/(1 + kt)"
  public static let source = "Robbins and Monro 1951, doi:10.1214/aoms/1177729586"
  public static let family = Family.decay

  @Hyperparameter("k, the rate of decay; 0 for a tenth left at the end", in: 0..., scale: .log)
  public var k = 0.0

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let k = k > 0 ? k : 9 / Double(max(steps, 1))
    return base / (1 + k * Double(step))
  }
}
