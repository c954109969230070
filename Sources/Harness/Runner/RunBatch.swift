// Runs that travel together.

import OptimizerKit

/// Runs that a worker is given in one message.
///
/// Where runs are small, most of their time would be spent on the way: many of them travel together,
/// and those that can be lanes of one another are done as lanes. A worker that is lost with several
/// runs in hand has not said whose fault it was: each of them is then tried again alone.
struct RunBatch: Sendable {
  var jobs: [RunJob]
  /// The run-time plugins that they use: only runs with the same ones share a worker, so that no
  /// plugin can harm the run of another.
  let plugins: Set<String>
  /// How often a worker was lost before it took them up.
  var lostWorkers = 0

  /// The most runs in a batch, and the most updates of all of them.
  static let mostRuns = 256
  static let mostSteps = 1 << 20

  /// Runs in batches, in order.
  ///
  /// - Parameters:
  ///   - loaded: the files of the plugins that were loaded at run time.
  ///   - workers: how many workers share them: each is to get several batches.
  static func batches(of jobs: [RunJob], loaded: Set<String>, workers: Int) -> [RunBatch] {
    let mostRuns = max(1, min(Self.mostRuns, jobs.count / (4 * max(workers, 1))))
    var batches: [RunBatch] = []
    var steps = 0
    var known: [[String]: Set<String>] = [:]
    for job in jobs {
      let plugins = known[job.files] ?? Set(job.files).intersection(loaded)
      known[job.files] = plugins
      let size = job.size
      if let last = batches.last, let size, last.plugins == plugins, last.jobs.count < mostRuns,
        last.jobs[0].size != nil, steps + size <= mostSteps
      {
        batches[batches.count - 1].jobs.append(job)
        steps += size
      } else {
        batches.append(RunBatch(jobs: [job], plugins: plugins))
        steps = size ?? 0
      }
    }
    return batches
  }
}

extension RunJob {
  /// How many updates a run on a surface may make; nil for what travels alone: networks, and budgets
  /// in seconds.
  fileprivate var size: Int? { spec.start == nil ? nil : spec.budget.mostSteps }
}
