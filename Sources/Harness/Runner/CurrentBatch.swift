// What one worker is doing, and the verdict on a run that it could not finish.

import Foundation
import OptimizerKit
import Subprocess
import Synchronization

/// What one worker is doing, seen by the tasks that feed, hear and watch it.
final class CurrentBatch: Sendable {
  typealias Verdict = (status: RunStatus, reason: String)

  private struct State {
    var batch: RunBatch?
    var request: RunRequest?
    /// The runs of the batch that are not reported yet, by their places in it.
    var open: Set<Int> = []
    var isAccepted = false
    var since = 0.0
    var isOver = false
    var killed: Verdict?
    var heard: [UInt8] = []
  }
  private let state = Mutex(State())
  /// The files of plugins that were loaded at run time.
  private let loaded: Set<String>

  init(loaded: Set<String> = []) { self.loaded = loaded }

  func begin(_ batch: RunBatch, _ request: RunRequest) {
    state.withLock {
      $0.batch = batch
      $0.request = request
      $0.open = Set(batch.jobs.indices)
      $0.isAccepted = false
      $0.since = monotonicSeconds()
      $0.heard = []
    }
  }
  /// There are no more batches for this worker.
  func finish() {
    state.withLock {
      $0.isOver = true
      $0.since = monotonicSeconds()
    }
  }
  /// Notes why the worker must be ended, the first reason only.
  func kill(_ verdict: Verdict) {
    state.withLock { if $0.killed == nil { $0.killed = verdict } }
  }
  var isBusy: Bool { state.withLock { !$0.open.isEmpty } }
  var isKilled: Bool { state.withLock { $0.killed != nil } }
  /// Whether the worker has taken up the batch: what happens then is the doing of its runs.
  var isAccepted: Bool { state.withLock { $0.isAccepted || $0.killed != nil } }

  /// What the worker has not finished, and who asked for it.
  var unfinished: (batch: RunBatch, request: RunRequest)? {
    state.withLock { state in
      guard let batch = state.batch, let request = state.request, !state.open.isEmpty else {
        return nil
      }
      var rest = batch
      rest.jobs = state.open.sorted().map { batch.jobs[$0] }
      return (rest, request)
    }
  }

  /// Takes in a message; returns what is to be reported.
  func take(_ message: WorkerMessage) throws -> RunEvent? {
    try state.withLock { state in
      guard let batch = state.batch, let request = state.request, !state.open.isEmpty else {
        return nil
      }
      /// The run with a place that is still open.
      func job(_ place: Int) throws -> RunJob {
        guard state.open.contains(place) else {
          throw MalformedData(description: "the result of another run")
        }
        return batch.jobs[place]
      }
      state.since = monotonicSeconds()
      switch message {
      case .accepted(let place):
        state.isAccepted = true
        return .started(try job(place))
      case .progress(let place, let steps):
        return .progress(key: try job(place).key, steps: steps)
      case .results(let results):
        var finished: [FinishedRun] = []
        for result in results {
          var outcome = result.outcome
          outcome.concurrency = request.concurrency
          finished.append(FinishedRun(try job(result.place), outcome, path: result.path))
          state.open.remove(result.place)
        }
        return .finished(finished)
      }
    }
  }

  /// Keeps the last of what the worker says at standard error.
  func heard(_ bytes: UnsafeRawBufferPointer) {
    state.withLock { $0.heard = Array(($0.heard + Array(bytes.suffix(4000))).suffix(4000)) }
  }

  /// Why the worker must be stopped, if it must: the worker itself heeds the time limit between
  /// steps, so a second of grace means that it hangs within one.
  func overrun(_ memory: Int, _ memoryLimit: Int) -> Verdict? {
    state.withLock { state in
      guard state.killed == nil else { return nil }
      guard let batch = state.batch, !state.open.isEmpty else {
        return state.isOver && monotonicSeconds() - state.since > 5
          ? (.crashed, "did not leave") : nil
      }
      let timeLimit = batch.jobs[0].timeLimit
      if monotonicSeconds() - state.since > timeLimit + 1 {
        return (
          .timedOut, "no end of a step within the time limit of \(shortest(timeLimit)) s"
        )
      }
      if memory > memoryLimit {
        return (.crashed, "used more than \(memoryLimit >> 20) MiB of memory")
      }
      return nil
    }
  }

  /// Why the run was not finished by a worker that ended so.
  func verdict(_ termination: TerminationStatus) -> Verdict {
    state.withLock { state in
      if let killed = state.killed { return killed }
      let said = fatalError(in: state.heard)
      return (.crashed, ending(termination, said) + hint(termination, said, state))
    }
  }

  /// Where to learn the line of a trap that no line is said of.
  private func hint(_ termination: TerminationStatus, _ said: String?, _ state: State) -> String {
    guard case .signaled(let signal) = termination, isTrap(signal),
      let files = state.batch?.jobs.first?.files.filter(loaded.contains), let file = files.first,
      !files.contains(where: { said?.hasPrefix(URL(fileURLWithPath: $0).lastPathComponent) == true }
      )
    else { return "" }
    return "; 'optlab check \(file)' gives the line"
  }
}

/// How a worker ended, and the last that it said.
func ending(_ termination: TerminationStatus, _ said: String?) -> String {
  let how =
    switch termination {
    case .exited(let code): "the worker left with exit code \(code)"
    case .signaled(let signal): "the worker was ended by \(signalName(signal))"
    }
  return how + (said.map { ": \($0)" } ?? "")
}
