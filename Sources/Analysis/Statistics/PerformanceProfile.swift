// How often a participant is nearly the fastest.

import OptimizerKit

/// Performance profiles: the share of problems that a participant solves within τ times the time of
/// the fastest.
///
///     r_ps = t_ps / min_s t_ps,  ρ_s(τ) = |{p : r_ps ≤ τ}| / n,  τ ≥ 1
///
/// A problem that a participant does not solve has r = ∞, and problems that nobody solves stay in
/// n. Beside a time of 0 all longer ones have r = ∞. Profiles depend on who takes part: those of
/// some of the participants are computed anew (`subset`).
///
/// Source: Dolan and Moré 2002, doi:10.1007/s101070100263.
public struct PerformanceProfile: Sendable, Equatable {
  public let participants: [String]
  public let problems: [String]
  /// `times[participant][problem]` ≥ 0 in any unit; +∞ where it is not solved.
  public let times: [[Double]]
  /// r_ps ≥ 1, `ratios[participant][problem]`; +∞ where it is not solved.
  public let ratios: [[Double]]
  /// ρ of each participant.
  public let profiles: [StepFunction]
  /// Problems that nobody solves.
  public let unsolved: [String]

  /// - Parameter times: `times[participant][problem]`, positive or 0; NaN or infinite where it is
  ///   not solved.
  /// - Throws: `ResultsError` where these are not times of the participants on the problems.
  public init(
    participants: [String], problems: [String], times: [[Double]]
  ) throws(ResultsError) {
    guard !participants.isEmpty else { throw ResultsError("there is no participant to profile") }
    guard !problems.isEmpty else { throw ResultsError("there is no problem to profile on") }
    guard times.count == participants.count else {
      throw ResultsError(
        "there are times of \(times.count) participants, but names of \(participants.count)")
    }
    for (name, own) in zip(participants, times) {
      guard own.count == problems.count else {
        throw ResultsError("\(name) has times on \(own.count) of \(problems.count) problems")
      }
      for (problem, time) in zip(problems, own) where time < 0 {
        throw ResultsError("\(problem): the time of \(name) is \(time), which is below 0")
      }
    }
    let times = times.map { $0.map { $0.isFinite ? $0 : .infinity } }
    let fastest = problems.indices.map { problem in times.map { $0[problem] }.min() ?? .infinity }
    ratios = times.map { own in
      zip(own, fastest).map { $0.isFinite ? ($0 == $1 ? 1 : $0 / $1) : .infinity }
    }
    profiles = ratios.map { StepFunction(shareOf: $0, count: problems.count) }
    unsolved = zip(problems, fastest).filter { $0.1 == .infinity }.map(\.0)
    self.participants = participants
    self.problems = problems
    self.times = times
  }

  /// The mean height of each profile from 1 to r_max, the score of AlgoPerf:
  ///
  ///     1/(r_max − 1) ∫₁^{r_max} ρ(τ) dτ,  0...1
  ///
  /// Source: Dahl et al. 2023, arXiv 2306.07179, where r_max is 4.
  public func scores(upTo largestRatio: Double = 4) -> [Double] {
    guard largestRatio > 1 else { return profiles.map { $0(1) } }
    return profiles.map { $0.integral(over: 1...largestRatio) / (largestRatio - 1) }
  }

  /// The profiles of some of the participants, among themselves.
  public func subset(_ names: [String]) throws(ResultsError) -> PerformanceProfile {
    var chosen: [[Double]] = []
    for name in names {
      guard let place = participants.firstIndex(of: name) else {
        throw ResultsError(
          "there is no participant \(name) among \(participants.joined(separator: ", "))")
      }
      chosen.append(times[place])
    }
    return try PerformanceProfile(participants: names, problems: problems, times: chosen)
  }
}
