// A ranking as people say it.

import OptimizerKit

/// Sentences that say a ranking, and no more than it says.
public enum Words {
  /// How many groups have a sentence of their own.
  private static let longest = 5

  /// The ranking in one paragraph: "adamw and nadam cannot be told apart on 12 problems × 10 runs;
  /// both beat sgd, probability at least 0.97 [0.93, 0.99]."
  ///
  /// The probability is the share of runs won (`Pairwise.share`), with its interval; between
  /// groups it is that of the pair that is closest. Only neighbouring groups are compared, and from
  /// the sixth group on they are listed.
  public static func paragraph(_ ranking: Ranking) -> String {
    sentences(ranking).map { $0 + "." }.joined(separator: " ")
  }

  /// The sentences, without full stops.
  public static func sentences(_ ranking: Ranking) -> [String] {
    let groups = ranking.ranks
    var setting = " on " + extent(ranking.results)
    var sentences: [String] = []
    for (i, group) in groups.enumerated().prefix(longest) {
      let next = i + 1 < groups.count ? groups[i + 1] : nil
      var clauses: [String] = []
      if group.count > 1 {
        clauses.append(within(group, isAll: next == nil && i == 0, ranking, setting))
        setting = ""
      }
      if let next {
        let subject =
          group.count == 1 ? group[0] : group.count == 2 ? "both" : "all \(group.count)"
        let verb = group.count == 1 ? "beats" : "beat"
        clauses.append(
          "\(subject) \(verb) \(list(next))\(setting), \(chance(group, next, ranking))")
        setting = ""
      }
      if !clauses.isEmpty { sentences.append(clauses.joined(separator: "; ")) }
    }
    if groups.count > longest + 1 {
      let rest = groups.dropFirst(longest + 1).map { list($0, limit: $0.count) }
      sentences.append(
        "behind \(list(groups[longest])), in this order: \(rest.joined(separator: "; "))")
    }
    return sentences
  }

  /// "12 problems × 10 runs", or "12 problems, 85 runs" where they differ in number; of distinct
  /// runs.
  public static func extent(_ results: Results) -> String {
    let problems = count(results.problems.count, "problem")
    guard Set(results.runs).count == 1 else {
      return "\(problems), \(count(results.runs.reduce(0, +), "run"))"
    }
    return "\(problems) × \(count(results.runs[0], "run"))"
  }

  /// A group of several: that they cannot be told apart, or which of them can.
  private static func within(
    _ group: [String], isAll: Bool, _ ranking: Ranking, _ setting: String
  ) -> String {
    let winners = group.map { name in
      (name: name, losers: group.filter { ranking.pair(name, $0)?.winner == name })
    }.filter { !$0.losers.isEmpty }
    guard let best = winners.first else {
      return isAll && group.count > 2
        ? "none of the \(group.count) can be told apart\(setting)"
        : "\(list(group)) cannot be told apart\(setting)"
    }
    if group.count == 3, winners.count == 1, best.losers.count == 1 {
      let other = group.first { $0 != best.name && $0 != best.losers[0] } ?? ""
      return "\(best.name) beats \(best.losers[0])\(setting), "
        + "but \(other) cannot be told from either"
    }
    guard group.count < 5 else {
      let told = winners.reduce(0) { $0 + $1.losers.count }
      // The first of those that beat most.
      let most = winners.map(\.losers.count).max() ?? 0
      let strongest = winners.first { $0.losers.count == most } ?? best
      return
        "\(group.count) optimizers from \(group[0]) to \(group[group.count - 1]) are linked by pairs "
        + "that cannot be told apart\(setting), though \(told) of "
        + "\(count(group.count * (group.count - 1) / 2, "pair")) can: "
        + "\(strongest.name) beats \(list(strongest.losers))"
    }
    let shown = winners.prefix(3).map { "\($0.name) beats \(list($0.losers))" }
    let hidden = winners.dropFirst(3).reduce(0) { $0 + $1.losers.count }
    let rest =
      hidden > 0
      ? "\(count(hidden, "more pair")) can be told apart, the others cannot"
      : "no other two can be told apart"
    return "of \(list(group))\(setting), \(shown.joined(separator: "; ")); \(rest)"
  }

  /// "probability 0.97 [0.93, 0.99]" of the closest pair of a better and a worse group.
  private static func chance(_ better: [String], _ worse: [String], _ ranking: Ranking) -> String {
    var shares: [Estimate] = []
    for name in better {
      for other in worse {
        if let pair = ranking.pair(name, other) { shares.append(pair.comparison.share) }
      }
    }
    guard let least = shares.min(by: { $0.value < $1.value }) else { return "" }
    return "probability \(shares.count > 1 ? "at least " : "")\(probability(least))"
  }

  /// A number in 0...1 and its interval, to two decimals: "0.97 [0.93, 0.99]".
  public static func probability(_ share: Estimate) -> String {
    let value = decimals(share.value)
    guard let interval = share.interval else { return value }
    return "\(value) [\(decimals(interval.lowerBound)), \(decimals(interval.upperBound))]"
  }

  private static func decimals(_ share: Double) -> String {
    let hundredths = Int((share * 100).rounded())
    return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
  }

  /// "a", "a and b", "a, b and c"; of many, the first ones and "4 more".
  static func list(_ names: [String], limit: Int = 4) -> String {
    let isShort = names.count <= limit
    let shown =
      isShort ? names : names.prefix(limit - 1) + ["\(names.count - limit + 1) more"]
    guard shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " and " + shown[shown.count - 1]
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
