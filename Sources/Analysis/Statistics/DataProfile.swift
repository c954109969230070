// What a budget buys.

import OptimizerKit

/// The data profile of a participant: the share of problems that it solves within α (n + 1)
/// evaluations, the cost of α simplex gradients, on a problem of n variables.
///
///     d(α) = |{p : t_p/(n_p + 1) ≤ α}| / |P|
///
/// Unlike a performance profile it does not depend on who else takes part.
///
/// Source: Moré and Wild 2009, doi:10.1137/080724083.
public struct DataProfile: Sendable, Equatable {
  /// d, of α in units of n + 1 evaluations.
  public let share: StepFunction

  /// - Parameters:
  ///   - evaluations: t_p for each problem; NaN or infinite where it is not solved.
  ///   - dimensions: n_p, the number of variables of each.
  public init(evaluations: [Double], dimensions: [Int]) {
    precondition(evaluations.count == dimensions.count, "each problem needs its dimension")
    share = StepFunction(
      shareOf: zip(evaluations, dimensions).map { $0 / Double($1 + 1) }, count: evaluations.count)
  }
}
