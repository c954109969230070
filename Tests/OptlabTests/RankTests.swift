// Tuned, judged, ranked: what a user of the command gets.

import Foundation
import Testing

@Suite struct RankTests {
  /// A suite of which the order is known: rates ever farther below the best one, and one of them twice
  /// under two names.
  private static let known = """
    groups:
      - name: rates
        problems: ["quadratic[condition=10]", "quadratic[condition=5]", matyas, booth]
        optimizers:
          - sgd[lr=1e-3]
          - momentum[lr=1e-2;momentum=0]
          - sgd[lr=1e-4]
          - sgd[lr=1e-2]
        steps: 200
        random-starts: 1-12
        record: outcomes
    """

  private struct Report: Decodable {
    struct Interval: Decodable {
      let value: Double
      let low, high: Double?
    }
    struct Pair: Decodable {
      let first, second: String
      let share: Interval
      let wins, losses, ties: Int
      let isApart: Bool
      let winner: String?
    }
    struct Participant: Decodable {
      let name: String
      let rank: Int
    }
    let ranks: [[String]]
    let pairs: [Pair]
    let participants: [Participant]
    let scores: [[[Double?]]]
    let words: [String]
    let remarks: [String]
  }

  private func report(_ workspace: Workspace, _ arguments: String...) async throws -> Report {
    let outcome = try await workspace.run(["rank"] + arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
  }

  /// The known order is found, and the same optimizer under two names is not told from itself.
  @Test func theKnownOrderIsFound() async throws {
    let workspace = try Workspace()
    try workspace.write("known.yaml", Self.known)
    let compare = try await workspace.run("compare", "known.yaml")
    #expect(compare.status == 0, "\(compare.errors)")
    let found = try await report(workspace, "known")
    let twins = ["momentum[lr=1e-2;momentum=0]", "sgd[lr=1e-2]"]
    #expect(found.ranks == [twins, ["sgd[lr=1e-3]"], ["sgd[lr=1e-4]"]])
    #expect(found.participants.map(\.rank) == [2, 1, 3, 1])
    let pair = try #require(found.pairs.first { [$0.first, $0.second].sorted() == twins })
    #expect(pair.ties == 48 && pair.wins + pair.losses == 0 && !pair.isApart && pair.winner == nil)
    #expect(pair.share.value == 0.5)
    // Recounted from the scores.
    for pair in found.pairs {
      let (i, j) = (
        found.participants.firstIndex { $0.name == pair.first }!,
        found.participants.firstIndex { $0.name == pair.second }!
      )
      var wins = 0
      for (a, b) in zip(found.scores[i].joined(), found.scores[j].joined()) {
        if (a ?? .infinity) < (b ?? .infinity) { wins += 1 }
      }
      #expect(wins == pair.wins)
      let (low, high) = (try #require(pair.share.low), try #require(pair.share.high))
      #expect(low <= pair.share.value && pair.share.value <= high && high - low > 0.01)
    }
    #expect(
      found.words[0]
        == "momentum[lr=1e-2;momentum=0] and sgd[lr=1e-2] cannot be told apart on 4 problems × 12 runs; "
        + "both beat sgd[lr=1e-3], probability at least 1.00 [0.93, 1.00]")
    #expect(found.remarks.contains { $0.hasPrefix("A/A control:") })
    #expect(found.remarks.contains { $0.contains("tuned on the judged runs") })
    // Fewer participants, other contests: everything is reckoned anew.
    let two = try await report(
      workspace, "known", "--optimizers", "sgd[lr=1e-?]", "--problems", "booth")
    #expect(Set(two.participants.map(\.name)) == ["sgd[lr=1e-3]", "sgd[lr=1e-4]", "sgd[lr=1e-2]"])
    #expect(two.scores.allSatisfy { $0.count == 1 && $0[0].count == 12 })
    // In the terminal, too, and by its file.
    let text = try await workspace.run("rank", "known.yaml", "--pairs", "--profiles")
    #expect(text.status == 0)
    for part in [
      "     2  sgd[lr=1e-3] ", "AlgoPerf score", "cannot be told", "rates: 200 steps; seeds 1; ",
      "not tuned",
    ] { #expect(text.output.contains(part), "\(part) in\n\(text.output)") }
  }

  /// Trials are runs like all others: tuned again, nothing is run; exports are the same whatever the
  /// workers, and trials stand apart from what is judged.
  @Test func tuningIsReproducible() async throws {
    let arguments = [
      "--optimizers", "sgd,adam[lr=1e-3..10]", "--problems", "beale,booth", "--gradients", "100",
      "--instances", "1-4", "--trials", "8", "--method", "parzen", "--json",
    ]
    let (one, two) = try (Workspace(), Workspace())
    let tuned = try await one.run(["tune"] + arguments + ["--jobs", "1"])
    let other = try await two.run(["tune"] + arguments + ["--jobs", "2"])
    #expect(tuned.status == 0 && tuned.output == other.output, "\(tuned.errors)")
    let lines = try #require(one.json(tuned) as? [[String: Any]])
    #expect(lines.map { $0["optimizer"] as? String } == ["sgd", "adam", "sgd", "adam"])
    #expect(lines.allSatisfy { $0["trials"] as? Int == 8 })
    let again = try await one.run(["tune"] + arguments)
    #expect(again.output == tuned.output && again.errors.contains("0 runs for trials done"))
    #expect(again.errors.contains(", 320 reused from "), "\(again.errors)")
    let compare = try await one.run(
      ["compare"] + arguments.filter { $0 != "--json" } + ["--figures", "none"])
    #expect(compare.status == 0 && compare.errors.contains("0 runs for trials done"))
    for part in ["best settings", "adam tuned", "sgd tuned", "median of 4 instances"] {
      #expect(compare.output.contains(part), "\(part) in\n\(compare.output)")
    }
    // Trials stand apart from what is judged.
    let judged = try await one.storedRuns()
    let (judgedCount, trialCount) = (2 * 2 * 2 * 4, 2 * 2 * 8 * 10)
    #expect(judged.count == judgedCount)
    let trials = try #require(one.json(try await one.run("runs", "--trials", "--json")) as? [Any])
    #expect(trials.count == trialCount)
    let (all, rest) = try await (one.run("export"), one.run("export", "--trials"))
    #expect(all.output.split(separator: "\n").count == judged.count + 1)
    #expect(rest.output.split(separator: "\n").count == trials.count + 1)
  }

  /// Instances and seeds stand in the title, in exports and in the count of failures.
  @Test func instancesAndSeedsAreSaid() async throws {
    let workspace = try Workspace()
    let arguments = [
      "compare", "--optimizers", "sgd[lr=1e-3],sgd[lr=2]", "--problems", "quadratic[noise=1]",
      "--steps", "30", "--seeds", "1-2", "--figures", "none",
    ]
    for (option, moved) in [("--instances", "true"), ("--random-starts", "false")] {
      let compare = try await workspace.run(arguments + [option, "3-5"])
      #expect(compare.output.contains("30 steps, median of 3 instances × 2 seeds\n"))
      let lines = try await workspace.run("export").output.split(separator: "\n")
      let names = lines[0].split(separator: ",")
      let (instance, kind) = (names.firstIndex(of: "instance")!, names.firstIndex(of: "moved")!)
      let cells = lines.dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }.filter { $0[kind] == moved }
      #expect(cells.count == 12 && Set(cells.map { $0[instance] }) == ["3", "4", "5"])
    }
    // The last comparison is meant where none is named.
    let rank = try await workspace.run("rank")
    #expect(
      rank.output.contains("failed runs stand behind all others: 6 of sgd[lr=2]\n"),
      "\(rank.output)\(rank.errors)")
  }

  /// Pictures carry how what they show was tuned.
  @Test func captionsOfTunedRuns() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "two.yaml",
      """
      gradients: 40
      figures: [convergence]
      groups:
        - {name: tuned, optimizers: "sgd[lr=1e-6..1e-5]", problems: booth, random-starts: 1,
           tuning: {trials: 16, random-starts: 5-6}}
        - {name: plain, optimizers: sgd, problems: booth}
      """)
    let compare = try await workspace.run("compare", "two.yaml", "--format", "png")
    #expect(compare.status == 0, "\(compare.errors)")
    func caption(_ group: String) throws -> String {
      try String(
        contentsOfFile: workspace.path("plots/two/\(group)/convergence-booth.md"), encoding: .utf8)
    }
    let tuned = try caption("tuned")
    for line in [
      "- **tuning**: 16 trials each by sobol on instances 5-6, starts only",
      "- **searched of sgd**: lr in 1e-06..1e-05 (log)", "- **instances**: 1, starts only",
      "- **machine**: ", "sgd: its best trial has lr at the upper end of the range, on booth",
    ] { #expect(tuned.contains(line), "\(line) in\n\(tuned)") }
    let plain = try caption("plain")
    #expect(plain.contains("- **tuning**: none\n") && !plain.contains("searched of"))
  }

  @Test func whatCannotBeRanked() async throws {
    let workspace = try Workspace()
    let none = try await workspace.run("rank", "quick")
    #expect(none.status == 1 && none.errors.contains("there is no store"))
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=1e9],momentum[lr=1e9]", "--problems", "beale", "--steps",
      "5", "--random-starts", "1-3")
    let unknown = try await workspace.run("rank", "quick")
    #expect(unknown.status == 64 && unknown.errors.contains("unknown suite in plots/runs.sqlite"))
    let suite = try #require(
      unknown.errors.split(separator: "there are: ").last?.split(separator: "\n").first
        ?? unknown.errors.split(separator: "there: ").last?.split(separator: "\n").first)
    let name = suite.split(separator: " ").last.map(String.init) ?? ""
    let failed = try await workspace.run("rank", name)
    #expect(failed.status == 64)
    #expect(
      failed.errors
        == "Error: nothing can be ranked: all 6 runs have failed; 'optlab runs' says how\n")
    for (arguments, message) in [
      (["--by", "speed"], "--by: expected standard, anytime, final, target, target=1e-1"),
      (["--target", "1e-9"], "--target: expected one of 0.1, 0.01"),
      (["--confidence", "1"], "--confidence: expected a number in [0.5, 1), found 1"),
      (["--group", "two"], "unknown group of \(name) 'two'"),
      (["--optimizers", "lion"], "unknown participant of \(name) 'lion'"),
    ] {
      let outcome = try await workspace.run(["rank", name] + arguments)
      #expect(outcome.status == 64 && outcome.errors.contains(message), "\(outcome.errors)")
    }
  }
}
