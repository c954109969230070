// Tuning as commands do it: the runs of its trials, and what they found, for readers.

import Foundation
import Harness
import OptimizerKit

/// Tunes what a suite asks for; a suite that asks for nothing gives nothing.
func performTuning(
  of suite: Suite, catalogue: PluginCatalogue, store: RunStore, runner: any Runner,
  retriesFailures: Bool = false
) async throws -> [TunedOptimizer] {
  var tuner = try SuiteTuner(suite, catalogue: catalogue)
  guard !tuner.isEmpty else { return [] }
  var (done, reused, seconds) = (0, 0, 0.0)
  while let round = try tuner.nextRound() {
    let comparison = Comparison(
      plan: round, store: store, runner: runner, retriesFailures: retriesFailures)
    let outcome = try await performRuns(try comparison.missing(), of: comparison)
    done += outcome.done
    reused += outcome.reused
    seconds += outcome.seconds
    tuner.take(try store.outcomes(round.entries.map(\.key)))
  }
  try store.register(tuner.trials)
  Terminal.note(
    "\(done) runs for trials done in \(duration(seconds)), \(reused) reused from \(store.path)")
  return try tuner.results()
}

/// What a tuning found, as tables and as JSON.
struct TuningReport: Encodable {
  /// One optimizer on one problem.
  struct Line: Encodable {
    struct Value: Encodable {
      let name, value, searched: String
    }
    let group, problem, optimizer, settings: String
    let values: [Value]
    let method: String
    let score: Double
    let trials, failures: Int
    let seeds: String
    let instances: String?
    let scores: [Double]
    let warnings: [String]
  }
  let lines: [Line]

  init(_ tuned: [TunedOptimizer], _ ledger: Ledger) {
    lines = zip(tuned, ledger.tuning).map { tuned, entry in
      Line(
        group: tuned.group, problem: tuned.problemLabel, optimizer: tuned.defaultLabel,
        settings: tuned.settings,
        values: tuned.values.map {
          Line.Value(name: $0.name, value: $0.value, searched: $0.searched)
        },
        method: entry.method, score: tuned.score, trials: tuned.trials, failures: tuned.failures,
        seeds: entry.seeds, instances: entry.instances, scores: tuned.scores,
        warnings: tuned.warnings)
    }
  }

  func encode(to encoder: any Encoder) throws { try lines.encode(to: encoder) }

  /// One table for each group and problem.
  func print() {
    for (index, section) in grouped(lines, by: { [$0.group, $0.problem] }).enumerated() {
      if index > 0 { Swift.print("") }
      let first = section.members[0]
      let counts = Set(section.members.map(\.trials)).sorted()
      var title = "\(first.group): \(first.problem), "
      title += counts.map(String.init).joined(separator: " or ") + " trials each by \(first.method)"
      title += first.instances.map { " on instances \($0)" } ?? ""
      title += first.instances == nil ? " on seeds \(first.seeds)" : ""
      Swift.print(title)
      var table = Table(["optimizer", "best settings", "score", "failed trials"], numeric: [2, 3])
      table.rows = section.members.map {
        [
          $0.optimizer, $0.settings, brief($0.score, digits: 4),
          $0.failures == 0 ? "" : "\($0.failures)",
        ]
      }
      table.print(indent: 2)
      for line in section.members {
        for warning in line.warnings { Swift.print("  \(line.optimizer): \(warning)") }
      }
    }
  }
}
