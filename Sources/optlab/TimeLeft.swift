// How long a comparison will take.

import Harness
import OptimizerKit

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
