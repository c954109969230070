// How many targets are reached, and when.

import OptimizerKit

/// The empirical distribution of runtimes of a participant: the share of all problems, runs and
/// targets of which the target is reached within so many evaluations.
///
/// Source: Hansen et al. 2016, "COCO: performance assessment", arXiv 1605.03560.
public struct ECDF: Sendable, Equatable {
  /// The share, 0...1, of the number of evaluations, or of evaluations per dimension if such were
  /// given.
  public let share: StepFunction

  /// - Parameter evaluations: `evaluations[problem][run][target]` until a target was reached; NaN
  ///   or infinite where it was not.
  public init(evaluations: [[[Double]]]) {
    let all = evaluations.flatMap { $0.flatMap { $0 } }
    share = StepFunction(shareOf: all, count: all.count)
  }
}
