// What one worker is doing, and the verdict on a run that it could not finish.

import Foundation
import OptimizerKit
import Subprocess
import Synchronization

/// What one worker is doing, seen by the tasks that feed, hear and watch it.
final class CurrentJob: Sendable {
  typealias Verdict = (status: RunStatus, reason: String)

  private struct State {
    var job: Job?
    var isAccepted = false
    var since = 0.0
    var isOver = false
    var killed: Verdict?
    var heard: [UInt8] = []
  }
  private let state = Mutex(State())

  func begin(_ job: Job) {
    state.withLock {
      $0.job = job
      $0.isAccepted = false
      $0.since = monotonicSeconds()
      $0.heard = []
    }
  }
  /// There are no more jobs for this worker.
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
  var isBusy: Bool { state.withLock { $0.job != nil } }
  var isKilled: Bool { state.withLock { $0.killed != nil } }
  /// Whether the worker has taken up the job: what happens then is the run's doing.
  var isAccepted: Bool { state.withLock { $0.isAccepted || $0.killed != nil } }
  var unfinished: Job? { state.withLock(\.job) }

  /// Takes in a message; returns what is to be reported.
  func take(_ message: WorkerMessage) throws -> RunEvent? {
    try state.withLock { state in
      guard let run = state.job?.run else { return nil }
      switch message {
      case .accepted:
        state.isAccepted = true
        return nil
      case .progress(let steps):
        return .progress(key: run.key, steps: steps)
      case .result(let key, let result):
        guard key == run.key else {
          throw MalformedData(description: "the record of another run")
        }
        state.job = nil
        return .finished(run.traced(result))
      case .failure(let reason):
        state.job = nil
        return .finished(run.traced(RunResult(Outcome(status: .crashed, reason: reason))))
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
      guard let run = state.job?.run else {
        return state.isOver && monotonicSeconds() - state.since > 5
          ? (.crashed, "did not leave") : nil
      }
      if monotonicSeconds() - state.since > run.timeLimit + 1 {
        return (
          .timedOut, "no end of a step within the time limit of \(shortest(run.timeLimit)) s"
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
      let how =
        switch termination {
        case .exited(let code): "the worker left with exit code \(code)"
        case .signaled(let signal): "the worker was ended by \(signalName(signal))"
        }
      return (.crashed, how + (fatalError(in: state.heard).map { ": \($0)" } ?? ""))
    }
  }
}

/// The line with which Swift explains a trap, in what a process said, without the module's name:
/// "Lion.swift:7: Fatal error: ...".
func fatalError(in output: some Sequence<UInt8>) -> String? {
  let lines = String(decoding: Array(output), as: UTF8.self).split(whereSeparator: \.isNewline)
  guard let line = lines.first(where: { $0.contains("atal error") }) else { return nil }
  let place = line.prefix { $0 != ":" }
  guard let slash = place.lastIndex(of: "/") else { return String(line) }
  return String(line[line.index(after: slash)...])
}

/// A signal in words.
func signalName(_ signal: CInt) -> String {
  let names: [CInt: String] = [
    SIGILL: "SIGILL (a trap)", SIGTRAP: "SIGTRAP (a trap)", SIGABRT: "SIGABRT",
    SIGSEGV: "SIGSEGV (a bad memory access)", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL",
    SIGBUS: "SIGBUS", SIGTERM: "SIGTERM", SIGXFSZ: "SIGXFSZ (wrote without end)",
    SIGALRM: "SIGALRM", SIGPIPE: "SIGPIPE", SIGINT: "SIGINT",
  ]
  return names[signal] ?? "signal \(signal)"
}
