// Progress of a comparison: a bar with rate and time left on a terminal, nothing when piped.

import Foundation
import Harness
import OptimizerKit
import Synchronization

/// Shows how far a comparison is.
final class ProgressBar: Sendable {
  private struct State {
    var done = 0
    var failures = 0
    var current = ""
    var partial: [String: Double] = [:]
    var left: TimeLeft
    var lastDrawn = -1.0
  }

  private let state: Mutex<State>
  private let total: Int
  private let jobs: [String: RunJob]
  private let begin = monotonicSeconds()

  /// A bar for these runs.
  init(_ runs: [RunJob]) {
    total = runs.count
    jobs = Dictionary(runs.map { ($0.key, $0) }, uniquingKeysWith: { a, _ in a })
    state = Mutex(State(left: TimeLeft(runs)))
  }

  func show(_ event: RunEvent) {
    state.withLock { state in
      switch event {
      case .started(let run):
        state.current = "\(run.label) on \(run.spec.problem.name)"
      case .progress(let key, let done):
        if let job = jobs[key] { state.partial[key] = Double(done) / TimeLeft.size(of: job) }
      case .finished(let runs):
        state.done += runs.count
        for run in runs {
          state.partial[run.key] = nil
          state.left.finished(run.job, seconds: run.outcome.seconds)
          if [.crashed, .timedOut].contains(run.outcome.status) { state.failures += 1 }
        }
      }
      guard Terminal.isInteractive else { return }
      let now = monotonicSeconds()
      if now - state.lastDrawn > 0.05 || state.done == total {
        state.lastDrawn = now
        Terminal.write("\r\u{1B}[K" + line(state, elapsed: now - begin))
      }
    }
  }

  /// Takes the bar away.
  func clear() {
    if Terminal.isInteractive { Terminal.write("\r\u{1B}[K") }
  }

  private func line(_ state: State, elapsed: Double) -> String {
    let finished = Double(state.done) + state.partial.values.reduce(0, +)
    let share = finished / Double(max(total, 1))
    let width = 24
    let filled = Int(share * Double(width))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let rate = finished / max(elapsed, 1e-3)
    let left = state.left.text(
      elapsed: elapsed,
      begun: state.partial.compactMap { key, share in jobs[key].map { ($0, share) } })
    let failures = state.failures > 0 ? ", \(state.failures) failed" : ""
    let text =
      "\(bar) \(state.done)/\(total)\(failures)  \(brief(rate)) runs/s  \(left) left  "
      + state.current
    return String(text.prefix(max(Terminal.size.columns - 1, 20)))
  }
}

/// How long the runs that are left will take, by how long those on the same problem took. The first
/// runs of a suite are often on surfaces and the last on networks: what was not tried yet is not guessed.
struct TimeLeft {
  private struct Work {
    /// Steps that are left, and those that are done in so many seconds.
    var left = 0.0
    var done = 0.0
    var seconds = 0.0
  }
  private var work: [PluginSpec: Work] = [:]

  init(_ runs: [RunJob]) {
    for run in runs { work[run.spec.problem, default: Work()].left += Self.size(of: run) }
  }

  /// What a run takes, in steps: of runs on one problem, the longer take longer.
  static func size(of run: RunJob) -> Double { Double(max(run.spec.budget.mostSteps ?? 1, 1)) }

  mutating func finished(_ run: RunJob, seconds: Double) {
    let size = Self.size(of: run)
    work[run.spec.problem]?.left -= size
    work[run.spec.problem]?.done += size
    work[run.spec.problem]?.seconds += seconds
  }

  /// "12 s", "at least 7 s" where there are runs on problems of which none is finished, "?" before the
  /// first.
  ///
  /// - Parameters:
  ///   - elapsed: seconds since the beginning.
  ///   - begun: runs that are not finished, with the share of them that is done.
  func text(elapsed: Double, begun: [(run: RunJob, share: Double)]) -> String {
    let spent = work.values.reduce(0) { $0 + $1.seconds }
    guard spent > 0 else { return "?" }
    var rest = 0.0
    var isKnown = true
    for (problem, part) in work where part.left > 0 {
      guard part.done > 0 else {
        isKnown = false
        continue
      }
      let under = begun.filter { $0.run.spec.problem == problem }
        .reduce(0) { $0 + $1.share * Self.size(of: $1.run) }
      rest += max(part.left - under, 0) * part.seconds / part.done
    }
    // Seconds of runs a second: several go on at once, and each has more to do than its updates.
    let speed = spent / max(elapsed, 1e-3)
    return (isKnown ? "" : "at least ") + duration(rest / speed)
  }
}

/// Seconds for people: 0.4 s, 12 s, 3 min 20 s.
func duration(_ seconds: Double) -> String {
  if seconds < 10 { return formatted("%.1f s", seconds) }
  if seconds < 100 { return formatted("%.0f s", seconds) }
  return formatted("%ld min %02ld s", Int(seconds) / 60, Int(seconds) % 60)
}
