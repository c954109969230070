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

/// Seconds for people: 0.4 s, 12 s, 3 min 20 s.
func duration(_ seconds: Double) -> String {
  if seconds < 10 { return formatted("%.1f s", seconds) }
  if seconds < 100 { return formatted("%.0f s", seconds) }
  return formatted("%ld min %02ld s", Int(seconds) / 60, Int(seconds) % 60)
}
