// What it costs on average to reach a target, failures included.

import OptimizerKit

/// The expected running time to a target: what a participant needs that is started again until it
/// gets there.
///
///     ERT = (evaluations of all runs, successful or not) / (number of successful runs)
///
/// Source: Hansen et al. 2009, "Real-parameter black-box optimization benchmarking 2009:
/// experimental setup", INRIA RR-6828; Auger and Hansen 2005, doi:10.1109/CEC.2005.1554903.
public struct ExpectedRunningTime: Sendable, Equatable {
  /// ERT in evaluations; +∞ where no run gets there.
  public let value: Double
  /// How many runs got there.
  public let successes: Int
  /// How many runs there are.
  public let runs: Int
  /// The 10 % and 90 % quantiles of 1,000 simulated running times, each the sum of runs drawn with
  /// replacement until one that gets there, as COCO has it; nil of fewer than two runs, or where
  /// none gets there. It says how much one running time varies, not how sure ERT is.
  public let dispersion: ClosedRange<Double>?

  /// - Parameters:
  ///   - evaluations: of each run until it reached the target or ended.
  ///   - reached: whether it reached the target.
  ///   - seed: the same seed gives the same dispersion.
  public init(evaluations: [Double], reached: [Bool], seed: UInt64 = 1) {
    precondition(evaluations.count == reached.count, "each run has to say whether it succeeded")
    runs = evaluations.count
    successes = reached.count { $0 }
    guard successes > 0 else {
      value = .infinity
      dispersion = nil
      return
    }
    value = evaluations.reduce(0, +) / Double(successes)
    guard runs > 1 else {
      dispersion = nil
      return
    }
    var random = RandomSource(seed: seed, purpose: .instance)
    var times: [Double] = []
    for _ in 0..<1000 {
      var time = 0.0
      while true {
        let run = random.index(below: evaluations.count)
        time += evaluations[run]
        if reached[run] { break }
      }
      times.append(time)
    }
    times.sort()
    let lower = Statistics.quantile(0.1, ofRanked: times) ?? 0
    dispersion = lower...max(lower, Statistics.quantile(0.9, ofRanked: times) ?? 0)
  }
}
