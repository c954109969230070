// Who is better than whom, and what cannot be told.

import OptimizerKit

/// An order of participants that is no finer than what the runs show.
///
/// Every pair is compared (`Pairwise`) and the p-values adjusted for their number, by the step-down
/// method of Holm (1979, jstor.org/stable/4615733): in ascending order, the i-th of m times m − i +
/// 1, no less than the one before and at most 1. Two participants are told apart where the adjusted
/// p is at most 1 − confidence and the share of wins is outside the range in which a participant
/// seems to differ from itself (`selfRange`).
///
/// "Not beaten by" is no order: a may beat c while b can be told from neither. The groups are the
/// strongly connected components of this relation, which have one: everybody in a group beats
/// everybody in a later one, and within a group a chain of pairs that are not told apart, or a
/// circle, leads from each to each.
public struct Ranking: Sendable {
  /// A pair, and what may be said of it beside the others.
  public struct Pair: Sendable, Equatable {
    public let comparison: Pairwise
    /// The p-value adjusted for the number of pairs, 0...1.
    public let adjustedP: Double
    /// Whether the two are told apart.
    public let isApart: Bool
    /// Who is better; nil where the two cannot be told apart.
    public var winner: String? {
      guard isApart else { return nil }
      return comparison.share.value > 0.5 ? comparison.first : comparison.second
    }
  }

  public let results: Results
  public let confidence: Double
  /// All pairs: of the first with the second, the third, ..., of the second with the third, ...
  public let pairs: [Pair]
  /// The A/A control: the central range of the share of wins of a participant against itself; nil
  /// where no problem has two distinct runs, so that it cannot be measured, and p alone decides.
  public let selfRange: ClosedRange<Double>?
  /// The mean place among the participants in a run, 1 for the best, equal ones the mean of their
  /// places; each problem weighs the same. By participant.
  public let averageRanks: [Double]
  /// The groups from the best to the worst; within a group by average rank.
  public let ranks: [[String]]
  /// The test over problems; nil of fewer than five.
  public let friedman: Friedman?

  public init(_ results: Results, confidence: Double = 0.95) {
    let count = results.participants.count
    var comparisons: [Pairwise] = []
    for i in 0..<count {
      for j in i + 1..<count {
        comparisons.append(Pairwise(results, i, j, confidence: confidence))
      }
    }
    let adjusted = Self.holm(comparisons.map(\.p))
    let selfRange = SelfComparison.range(results, confidence: confidence)
    pairs = zip(comparisons, adjusted).map { comparison, p in
      let share = comparison.share.value
      return Pair(
        comparison: comparison, adjustedP: p,
        isApart: p <= 1 - confidence && share != 0.5 && selfRange?.contains(share) != true)
    }
    self.results = results
    self.confidence = confidence
    self.selfRange = selfRange
    averageRanks = Self.averageRanks(results)
    friedman = Friedman(results, confidence: confidence)

    var isBeaten = [[Bool]](repeating: Array(repeating: false, count: count), count: count)
    var next = 0
    for i in 0..<count {
      for j in i + 1..<count {
        if pairs[next].isApart {
          let firstWins = pairs[next].comparison.share.value > 0.5
          isBeaten[firstWins ? j : i][firstWins ? i : j] = true
        }
        next += 1
      }
    }
    let names = results.participants
    let averageRanks = averageRanks
    ranks = Self.groups(isBeaten).map { group in
      group.sorted { (averageRanks[$0], $0) < (averageRanks[$1], $1) }.map { names[$0] }
    }
  }

  /// The pair of two participants, seen from the first; nil where there is none.
  public func pair(_ first: String, _ second: String) -> Pair? {
    for pair in pairs {
      if pair.comparison.first == first, pair.comparison.second == second { return pair }
      if pair.comparison.first == second, pair.comparison.second == first {
        return Pair(
          comparison: pair.comparison.reversed, adjustedP: pair.adjustedP, isApart: pair.isApart)
      }
    }
    return nil
  }

  /// Participants next to one another in an order of which no two are told apart, each stretch as long as it
  /// gets and none within another: the bars of a critical-difference diagram.
  ///
  /// - Parameter order: participants by their places in `results`.
  /// - Returns: ranges of places in `order`.
  public func cliques(in order: [Int]) -> [ClosedRange<Int>] {
    let places = Dictionary(
      uniqueKeysWithValues: results.participants.enumerated().map { ($1, $0) })
    var apart: Set<[Int]> = []
    for pair in pairs where pair.isApart {
      if let a = places[pair.comparison.first], let b = places[pair.comparison.second] {
        apart.formUnion([[a, b], [b, a]])
      }
    }
    return Self.cliques(order) { apart.contains([$0, $1]) }
  }

  /// The same for any order and any relation.
  static func cliques(_ order: [Int], _ isApart: (Int, Int) -> Bool) -> [ClosedRange<Int>] {
    var found: [ClosedRange<Int>] = []
    for first in order.indices {
      var last = first
      while last + 1 < order.count,
        (first...last).allSatisfy({ !isApart(order[$0], order[last + 1]) })
      {
        last += 1
      }
      if last > first, found.last.map({ $0.upperBound < last }) ?? true {
        found.append(first...last)
      }
    }
    return found
  }

  /// How many runs, in all, it takes before two of these participants can be told apart at all: with n runs,
  /// all won by one of them, the sign test has p = 2¹⁻ⁿ, times the number of pairs.
  public var runsToTell: Int {
    var count = 1
    var p = Double(pairs.count)
    while p > 1 - confidence {
      count += 1
      p /= 2
    }
    return count
  }

  /// p-values adjusted by the method of Holm.
  static func holm(_ values: [Double]) -> [Double] {
    var adjusted = values
    var largest = 0.0
    let order = values.indices.sorted { values[$0] < values[$1] }
    for (i, place) in order.enumerated() {
      largest = max(largest, min(1, values[place] * Double(values.count - i)))
      adjusted[place] = largest
    }
    return adjusted
  }

  private static func averageRanks(_ results: Results) -> [Double] {
    var ranks = [Double](repeating: 0, count: results.participants.count)
    for (problem, count) in results.runs.enumerated() {
      let columns = results.scores.map { $0[problem] }
      let weight = 1 / Double(count * results.runs.count)
      for run in 0..<count {
        for (i, place) in Places.mean(of: columns.map { $0[run] }).enumerated() {
          ranks[i] += place * weight
        }
      }
    }
    return ranks
  }

  /// The strongly connected components of "not beaten by", the best first.
  ///
  /// Of any two participants one is not beaten by the other, so that the components are in a line,
  /// and those of an earlier one lead to more participants.
  static func groups(_ isBeaten: [[Bool]]) -> [[Int]] {
    let all = Array(isBeaten.indices)
    var leads = isBeaten.map { $0.map { !$0 } }
    for via in all {
      for i in all where leads[i][via] {
        for j in all where leads[via][j] { leads[i][j] = true }
      }
    }
    let reach = leads.map { $0.count { $0 } }
    return Set(reach).sorted(by: >).map { size in all.filter { reach[$0] == size } }
  }
}
