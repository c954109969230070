// How often a problem is evaluated in a run.

/// How often a problem was evaluated, by kind.
public struct EvaluationCounts: Sendable, Equatable, Codable {
  /// Losses alone.
  public var losses = 0
  /// Gradients, with or without the loss that comes with them.
  public var gradients = 0
  public var hessianVectorProducts = 0
  public var hessians = 0
  public init() {}

  /// All that was asked, as one number: a loss or a gradient is one evaluation, a product with the Hessian
  /// two (forward over reverse differentiation costs about two gradients: Pearlmutter 1994,
  /// doi:10.1162/neco.1994.6.1.147), a Hessian as many products as there are coordinates.
  public func evaluations(dimension: Int) -> Int {
    losses + gradients + 2 * hessianVectorProducts + 2 * dimension * hessians
  }

  /// What a budget of gradients is spent by: gradients, or, where an optimizer uses none that is handed
  /// to it, what it asks for itself: losses or gradients, whichever are more, and at least one a step.
  public func spent(by optimizer: some Optimizer, steps: Int) -> Int {
    optimizer.usesGradient ? gradients : max(losses, gradients, steps)
  }
}

/// Counts the evaluations of one run. The lab makes it, gives it to the oracle, which counts what
/// the optimizer asks for, and reads it; an optimizer does not reach it.
public final class EvaluationMeter {
  /// What was evaluated so far.
  public internal(set) var counts = EvaluationCounts()
  /// What was asked of the oracle, answered or refused.
  public internal(set) var asked: OracleCapabilities = []

  public init() {}

  /// Counts the gradient that is handed to an optimizer for a step.
  public func countHandedGradient() { counts.gradients += 1 }
}
