// Jobs that wait for a worker.

import OptimizerKit
import Synchronization

/// A run to be done, and how often a worker was lost before it took it up.
struct Job: Sendable {
  let run: RunJob
  /// The run-time plugins that it uses: only runs with the same ones share a worker, so that no
  /// plugin can harm the run of another.
  let plugins: Set<String>
  var lostWorkers = 0
}

/// Jobs in order, apart for each set of run-time plugins.
final class JobQueue: Sendable {
  private struct State {
    /// Last job first.
    var lanes: [(plugins: Set<String>, jobs: [Job])] = []
  }
  private let state: Mutex<State>

  /// - Parameter loaded: the files of the plugins that were loaded at run time.
  init(_ runs: [RunJob], loaded: Set<String>) {
    var lanes: [(plugins: Set<String>, jobs: [Job])] = []
    var places: [Set<String>: Int] = [:]
    for run in runs.reversed() {
      let plugins = Set(run.files).intersection(loaded)
      let job = Job(run: run, plugins: plugins)
      if let place = places[plugins] {
        lanes[place].jobs.append(job)
      } else {
        places[plugins] = lanes.count
        lanes.append((plugins, [job]))
      }
    }
    state = Mutex(State(lanes: lanes))
  }

  var isEmpty: Bool { state.withLock { $0.lanes.allSatisfy(\.jobs.isEmpty) } }

  /// The next job for a worker that did jobs with these plugins; for a new one, any.
  func next(_ plugins: Set<String>?) -> Job? {
    state.withLock { state in
      let place = state.lanes.lastIndex { lane in
        !lane.jobs.isEmpty && (plugins == nil || lane.plugins == plugins)
      }
      return place.flatMap { state.lanes[$0].jobs.popLast() }
    }
  }

  /// Takes back a job that its worker did not take up.
  func putBack(_ job: Job) {
    var job = job
    job.lostWorkers += 1
    state.withLock { state in
      guard let place = state.lanes.firstIndex(where: { $0.plugins == job.plugins }) else { return }
      state.lanes[place].jobs.append(job)
    }
  }
}
