// What runs that begin alike need to measure only once.

import OptimizerKit

/// The validation metrics of initial parameters, which a problem and a seed decide: one pass serves
/// every optimizer and every learning rate that is compared on them. In a sweep of one-epoch runs
/// that is half of all validation.
public final class FirstValidations {
  private struct Beginning: Hashable {
    let problem: PluginSpec
    let seed: UInt64
  }
  private var metrics: [Beginning: ValidationMetrics] = [:]

  public init() {}

  /// The metrics of the run's initial parameters: those of an earlier run that began alike, or else
  /// what `validate` measures.
  func metrics(_ spec: RunSpec, validate: () -> ValidationMetrics) -> ValidationMetrics {
    let beginning = Beginning(problem: spec.problem, seed: spec.seed)
    if let known = metrics[beginning] { return known }
    let measured = validate()
    metrics[beginning] = measured
    return measured
  }
}
