// What `rank` says, as JSON has it.

import Analysis
import Figures
import Foundation
import Harness
import OptimizerKit

/// A ranking with all that it rests on.
struct RankReport: Encodable {
  /// A number with its interval.
  struct Interval: Encodable {
    let value: Double
    let low: Double?
    let high: Double?

    init(_ estimate: Estimate) {
      value = estimate.value
      low = estimate.interval?.lowerBound
      high = estimate.interval?.upperBound
    }
  }

  /// Somebody who took part.
  struct Participant: Encodable {
    let name: String
    /// Which group it is in, from 1.
    let rank: Int
    let averageRank: Double
    /// Where its runs stand among all runs on a problem, 0 the best and 1 the worst: inter-quartile mean
    /// and median over all problems.
    let place: Interval
    let medianPlace: Interval
    let failures: Int
    /// On each problem, in its own unit.
    let medians: [Interval]
    let interquartileMeans: [Interval]
  }

  /// Two of them.
  struct Pair: Encodable {
    let first, second: String
    /// The share of runs in which the first is better than the second, ties half.
    let share: Interval
    /// The probability that a run of the first is better than any run of the second.
    let probability: Double
    let wins, losses, ties: Int
    let p, adjustedP: Double
    let isApart: Bool
    let winner: String?
    /// Median of the first's score less the second's.
    let difference: Interval
  }

  /// What was compared.
  struct Contest: Encodable {
    let problem: String
    let start: [Double]?
    let budget: String
    /// What the score is.
    let measures: String
    /// Whether scores are logarithms, to base 10, of what is meant.
    let isLogarithm: Bool
    let runs: Int
  }

  struct SelfControl: Encodable { let low, high: Double }
  struct Places: Encodable {
    let chiSquare, chiSquareP, f, fP, criticalDifference: Double
    let averageRanks: [Double]
  }

  /// By what was evaluated until a target.
  struct Profile: Encodable {
    struct Line: Encodable {
      let name: String
      /// Medians over runs, by problem; nil where more than half of them do not get there.
      let evaluations: [Double?]
      let ratios: [Double?]
      let algoPerfScore: Double
      let expectedRunningTimes: [Double?]
      let reached: [Double]
      let reachedWithin: [Double]
    }
    let target: Double
    let problems: [String]
    let unsolved: [String]
    let participants: [Line]
  }

  let suite: String
  let criterion: String
  let axis: String
  let confidence: Double
  let words: [String]
  let ranks: [[String]]
  let contests: [Contest]
  let participants: [Participant]
  let pairs: [Pair]
  let selfControl: SelfControl?
  let friedman: Places?
  let profiles: Profile?
  let remarks: [String]
  let ledger: Ledger?
  /// `scores[participant][contest][run]`; nil for a run that failed.
  let scores: [[[Double?]]]
  /// Whether anybody could be told apart at all.
  let hasEnoughRuns: Bool

  init(
    _ records: [RunRecord], suite: String, by criterion: Criterion, over axis: CostAxis,
    confidence: Double,
    level: Double, ledger: Ledger?, missing: Int,
    hasProfiles: Bool, catalogue: PluginCatalogue
  ) throws {
    let judgement = try Judgement(
      records, by: criterion, over: axis, confidence: confidence,
      problem: { try? catalogue.problem($0) }, label: { $0.label(in: catalogue) })
    let (judged, names) = (judgement.judged, judgement.names)
    let (results, ranking) = (judgement.results, judgement.ranking)
    let middles = Aggregates(of: results, confidence: confidence)
    self.suite = suite
    self.criterion = "\(criterion)"
    self.axis = axis.rawValue
    self.confidence = confidence
    self.ledger = ledger
    words = Words.sentences(ranking)
    ranks = ranking.ranks
    contests = judged.contests.indices.map { place in
      Contest(
        problem: names[place], start: judged.contests[place].start,
        budget: "\(judged.contests[place].budget)",
        measures: criterion.meaning(on: judged.problems[place], over: axis) ?? "",
        isLogarithm: criterion.isLogarithm(on: judged.problems[place]),
        runs: results.runs[place])
    }
    participants = judged.participants.indices.map { place in
      let name = judged.participants[place]
      return Participant(
        name: name, rank: 1 + (ranking.ranks.firstIndex { $0.contains(name) } ?? 0),
        averageRank: ranking.averageRanks[place],
        place: Interval(middles.overall[place].interquartileMean),
        medianPlace: Interval(middles.overall[place].median), failures: judged.failures[place],
        medians: middles.problems[place].map { Interval($0.median) },
        interquartileMeans: middles.problems[place].map { Interval($0.interquartileMean) })
    }
    pairs = ranking.pairs.map { pair in
      let one = pair.comparison
      return Pair(
        first: one.first, second: one.second, share: Interval(one.share),
        probability: one.probability, wins: one.wins, losses: one.losses, ties: one.ties,
        p: one.p, adjustedP: pair.adjustedP, isApart: pair.isApart, winner: pair.winner,
        difference: Interval(one.difference))
    }
    selfControl = ranking.selfRange.map { SelfControl(low: $0.lowerBound, high: $0.upperBound) }
    friedman = ranking.friedman.map {
      Places(
        chiSquare: $0.chiSquare, chiSquareP: $0.chiSquareP, f: $0.f, fP: $0.fP,
        criticalDifference: $0.criticalDifference, averageRanks: $0.averageRanks)
    }
    profiles =
      hasProfiles
      ? try judgement.profiles(at: level).map(Self.profile) : nil
    hasEnoughRuns = results.runs.reduce(0, +) >= ranking.runsToTell
    scores = judged.scores.map { $0.map { $0.map { $0.isFinite ? $0 : nil } } }
    let load =
      axis == .seconds ? records.map(\.outcome.concurrency).max() ?? 1 : 1
    remarks =
      Self.remarks(judged, results, ranking, ledger, missing: missing)
      + (axis == .evaluations
        ? []
        : [
          "\(axis.label) of a run are shared out evenly over its evaluations: exact where every step costs "
            + "the same"
        ])
      + (load > 1 ? ["timed with \(load) runs at a time; 'compare --jobs 1' times one alone"] : [])
  }

  private static func profile(_ profiles: Profiles) -> Profile {
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    let scores = profiles.performance.scores()
    return Profile(
      target: profiles.level, problems: profiles.performance.problems,
      unsolved: profiles.performance.unsolved,
      participants: profiles.participants.indices.map { place in
        Profile.Line(
          name: profiles.participants[place],
          evaluations: profiles.performance.times[place].map(finite),
          ratios: profiles.performance.ratios[place].map(finite), algoPerfScore: scores[place],
          expectedRunningTimes: profiles.running[place].map { finite($0.value) },
          reached: profiles.reached[place].share.values,
          reachedWithin: profiles.reached[place].share.places)
      })
  }

  /// What a reader must know.
  private static func remarks(
    _ judged: JudgedRuns, _ results: Results, _ ranking: Ranking, _ ledger: Ledger?, missing: Int
  ) -> [String] {
    var remarks = judged.remarks
    if missing > 0 {
      remarks.append(
        "\(missing) run\(missing == 1 ? "" : "s") of the suite are not done yet; this is of those that are"
      )
    }
    // Failures are equal too, and no sign that nothing is random.
    let repeated = results.problems.indices.filter { place in
      results.runs[place] < results.givenRuns[place]
        && judged.participants.indices.allSatisfy { participant in
          !judged.outcomes(participant, place).allSatisfy(\.hasFailed)
        }
    }.map { results.problems[$0] }
    if !repeated.isEmpty {
      remarks.append(
        "the runs on \(listed(repeated)) are equal to one another, and count once")
    }
    if let range = ranking.selfRange {
      remarks.append(
        "A/A control: against itself an optimizer seems to win \(percent(range.lowerBound)) to "
          + "\(percent(range.upperBound)) of its runs, and nobody is told apart within that")
    } else {
      remarks.append(
        "no A/A control: no problem has two runs that differ; the order rests on problems being many"
      )
    }
    let all = results.runs.reduce(0, +)
    if all < ranking.runsToTell {
      remarks.append(
        "\(all) runs of each are too few to tell anybody apart among \(judged.participants.count), whatever "
          + "their scores: it takes \(ranking.runsToTell); more seeds or instances, or fewer participants "
          + "(--optimizers)")
    }
    let names = Set(judged.participants.map(\.nameOfOptimizer))
    let variants = judged.participants.filter { label in
      label.contains("[")
        && judged.participants.count {
          $0.nameOfOptimizer == label.nameOfOptimizer
        } > 1
    }
    if variants.count > 2, names.count < judged.participants.count {
      remarks.append(
        "several settings of one optimizer take part: the best of them is tuned on the judged runs")
    }
    let failed = zip(judged.participants, judged.failures).filter { $0.1 > 0 }
    if !failed.isEmpty {
      remarks.append(
        "failed runs stand behind all others: "
          + failed.map { "\($0.1) of \($0.0)" }.joined(separator: ", "))
    }
    return remarks + (ledger?.warnings() ?? [])
  }
}
