// Profiles of finished runs: who is soon at a target, on how many problems.

import OptimizerKit

/// The profiles of those who took part, by what they evaluate until a target: a share of f₀ − f* on
/// surfaces whose minimum is known, the problem's own target in training. Contests without either have no
/// part in them.
public struct Profiles: Sendable {
  /// The share of f₀ − f* that counts on surfaces.
  public let level: Double
  public let participants: [String]
  /// The places of the contests that have targets.
  public let contests: [Int]
  /// Of the times of `times`.
  public let performance: PerformanceProfile
  /// In the order of the participants.
  public let data: [DataProfile]
  /// Over all of `RunMeasures.targets` on surfaces, and the one target in training.
  public let reached: [ECDF]
  /// `running[participant][contest]`.
  public let running: [[ExpectedRunningTime]]

  /// - Parameters:
  ///   - names: what the contests are called.
  ///   - level: one of `RunMeasures.targets`.
  /// - Returns: nil where no contest has a target.
  public init?(
    _ judged: JudgedRuns, named names: [String], level: Double = 1e-4,
    over axis: CostAxis = .evaluations
  ) throws {
    let places = judged.contests.indices.filter { place in
      Criterion.anytime.meaning(on: judged.problems[place], over: axis) != nil
        || Criterion.target(nil).meaning(on: judged.problems[place], over: axis) != nil
    }
    guard !places.isEmpty else { return nil }
    func evaluations(_ outcome: Outcome, _ place: Int, _ level: Double) -> Double {
      let problem = judged.problems[place]
      return Criterion.target(problem.isTraining ? nil : level)
        .score(of: outcome, budget: judged.contests[place].budget, on: problem, over: axis)
    }
    self.level = level
    participants = judged.participants
    contests = places
    let times = participants.indices.map { own in
      places.map { place in judged.outcomes(own, place).map { evaluations($0, place, level) } }
    }
    performance = try PerformanceProfile(
      participants: participants, problems: places.map { names[$0] },
      times: times.map { $0.map { Statistics.median($0) ?? .infinity } })
    let dimensions = places.map { judged.problems[$0].parameters }
    data = performance.times.map { DataProfile(evaluations: $0, dimensions: dimensions) }
    reached = participants.indices.map { own in
      ECDF(
        evaluations: places.map { place in
          let levels = judged.problems[place].isTraining ? [level] : RunMeasures.targets
          return judged.outcomes(own, place).map { outcome in
            levels.map { evaluations(outcome, place, $0) }
          }
        })
    }
    running = participants.indices.map { participant in
      places.enumerated().map { index, place in
        let problem = judged.problems[place]
        return ExpectedRunningTime(
          evaluations: zip(times[participant][index], judged.outcomes(participant, place)).map {
            time, outcome in
            time.isFinite
              ? time
              : axis.cost(
                counts: outcome.counts, steps: outcome.steps, seconds: outcome.seconds,
                dimension: problem.dimension, stepsPerPass: problem.stepsPerPass) ?? 0
          },
          reached: times[participant][index].map(\.isFinite))
      }
    }
  }
}
