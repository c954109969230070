// What `rank` prints.

import Foundation
import Harness
import OptimizerKit

extension RankReport {
  func print(pairs showsPairs: Bool, profiles showsProfiles: Bool) {
    let measures = contests.map(\.measures).unique
    let budgets = contests.map(\.budget).unique
    flow(
      "\(suite), by \(criterion): \(measures.joined(separator: "; ")); \(budgets.joined(separator: ", "))"
    )
    Swift.print("")
    for sentence in words { flow(sentence + ".") }
    Swift.print("")
    var table = Table(
      ["rank", "optimizer", "average rank", "place", "", "failed runs"], numeric: [0, 2, 3, 5])
    for (group, names) in ranks.enumerated() {
      for name in names {
        guard let one = participants.first(where: { $0.name == name }) else { continue }
        table.rows.append([
          "\(group + 1)", name, formatted("%.2f", one.averageRank),
          formatted("%.2f", one.place.value),
          Self.interval(one.place), one.failures == 0 ? "" : "\(one.failures)",
        ])
      }
    }
    table.expendable = ["failed runs", ""]
    table.print(indent: 2)
    if showsPairs { printPairs() }
    if showsProfiles { printProfiles() }
    Swift.print("")
    for remark in remarks { flow(remark, dim: true) }
    flow(
      "place: where runs stand among all runs on a problem, 0 the best and 1 the worst; inter-quartile "
        + "mean over problems with its \(percent(confidence)) interval", dim: true)
    if let friedman {
      flow(
        "average ranks differ beyond chance with p = \(brief(friedman.fP, digits: 2)) (Friedman); the "
          + "critical difference of medians over problems is \(formatted("%.2f", friedman.criticalDifference)) "
          + "(Nemenyi)", dim: true)
    }
    if let ledger { printLedger(ledger) }
  }

  private func printPairs() {
    Swift.print("")
    var table = Table(
      ["pair", "", "share of runs won", "", "wins", "losses", "ties", "p (Holm)", "better"],
      numeric: [2, 4, 5, 6, 7])
    table.rows = pairs.map {
      [
        $0.first, $0.second, formatted("%.2f", $0.share.value), Self.interval($0.share),
        "\($0.wins)", "\($0.losses)", "\($0.ties)", brief($0.adjustedP, digits: 2),
        $0.winner ?? "cannot be told",
      ]
    }
    table.expendable = ["ties", "losses", "wins"]
    table.print(indent: 2)
  }

  private func printProfiles() {
    guard let profiles else { return }
    Swift.print("")
    var table = Table(
      ["optimizer", "AlgoPerf score", "solved", "targets reached"], numeric: [1, 2, 3])
    table.rows = profiles.participants.map { line in
      [
        line.name, formatted("%.3f", line.algoPerfScore),
        "\(line.evaluations.count { $0 != nil })/\(line.evaluations.count)",
        percent(line.reached.last ?? 0),
      ]
    }.sorted { $0[1] > $1[1] }
    table.print(indent: 2)
    flow(
      "solved: problems on which half of the runs get to the target, \(shortest(profiles.target)) of f₀ − f*, "
        + "or the problem's own in training; score: the mean height of the performance profile up to "
        + "four times the fastest's evaluations"
        + (profiles.unsolved.isEmpty
          ? "" : "; nobody solves \(Self.listed(profiles.unsolved)), which counts all the same"),
      dim: true)
  }

  private func printLedger(_ ledger: Ledger) {
    for group in ledger.groups {
      var parts = [group.budget, "seeds \(group.seeds)"]
      if let instances = group.instances { parts.append("instances \(instances)") }
      let tuned = ledger.tuning.filter { $0.group == group.name }
      if let first = tuned.first {
        let counts = Set(tuned.map(\.trials)).sorted().map(String.init)
        parts.append(
          "tuned with \(counts.joined(separator: " or ")) trials each by \(first.method) on "
            + (first.instances.map { "instances \($0)" } ?? "seeds \(first.seeds)"))
      } else {
        parts.append("not tuned")
      }
      flow("\(group.name): \(parts.joined(separator: "; "))", dim: true)
    }
    flow((ledger.versions + [ledger.machine]).joined(separator: ", "), dim: true)
  }

  /// "[0.93, 0.99]".
  private static func interval(_ interval: Interval) -> String {
    guard let low = interval.low, let high = interval.high else { return "" }
    return "[\(formatted("%.2f", low)), \(formatted("%.2f", high))]"
  }

  static func listed(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ")
      + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }

  /// A sentence in lines of the terminal's width.
  private func flow(_ text: String, dim: Bool = false) {
    for (index, line) in wrapped(text, width: Terminal.width ?? .max).enumerated() {
      let line = (index > 0 ? "  " : "") + line
      Swift.print(dim ? Terminal.dim(line) : line)
    }
  }
}
