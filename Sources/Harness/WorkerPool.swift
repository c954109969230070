// Worker processes, one per core: jobs are handed out, records come back, failures cost one run.

import Foundation
import OptimizerKit
import Subprocess
import Synchronization

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// How workers are started and what they may use.
public struct WorkerOptions: Sendable {
  /// The executable, usually the command itself.
  public var executable: String
  /// Its arguments.
  public var arguments: [String]
  /// How many run at once.
  public var jobs: Int
  /// Resident memory of one worker, in bytes, beyond which it is stopped.
  public var memoryLimit: Int

  public init(executable: String, arguments: [String], jobs: Int, memoryLimit: Int = 4 << 30) {
    self.executable = executable
    self.arguments = arguments
    self.jobs = jobs
    self.memoryLimit = memoryLimit
  }
}

/// What happens while runs are done.
public enum RunEvent: Sendable {
  case started(RunSpec)
  case progress(key: String, steps: Int)
  case finished(RunRecord)
}

/// Runs jobs in worker processes.
public struct WorkerPool: Sendable {
  let options: WorkerOptions

  public init(_ options: WorkerOptions) { self.options = options }

  /// Does all entries; `onEvent` is called for each as it starts and finishes, from any task.
  ///
  /// - Throws: `CancellationError` if the task is cancelled; what is finished by then was reported.
  public func run(
    _ entries: [Plan.Entry], onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) async throws {
    let queue = JobQueue(entries)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, min(options.jobs, entries.count)) {
        group.addTask {
          while !queue.isEmpty {
            try Task.checkCancellation()
            try await serve(queue, onEvent: onEvent)
          }
        }
      }
      try await group.waitForAll()
    }
    try Task.checkCancellation()
  }

  /// Starts one worker and feeds it jobs until there are no more or it dies.
  private func serve(
    _ queue: JobQueue, onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) async throws {
    let current = CurrentJob()
    let outcome = try await Subprocess.run(
      .path(FilePath(options.executable)), arguments: Arguments(options.arguments),
      // OpenBLAS starts its threads when it is loaded, before anything can tell it not to.
      environment: .inherit.updating(["OPENBLAS_NUM_THREADS": "1"]),
      input: .inputWriter, output: .sequence, error: .sequence
    ) { worker in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await chunk in worker.standardError {
            chunk.withUnsafeBytes { current.heard($0) }
          }
        }
        group.addTask {
          while !Task.isCancelled, !current.isOver {
            try? await Task.sleep(for: .milliseconds(50))
            if let reason = current.overrun(worker.processIdentifier.value, options.memoryLimit) {
              current.kill(reason)
              try? worker.send(signal: .kill)
            }
          }
        }
        defer { current.finish() }
        var frames = FrameReader()
        var output = worker.standardOutput.makeAsyncIterator()
        jobs: while let entry = queue.next() {
          current.begin(entry)
          try onEvent(.started(entry.spec))
          let job = WorkerJob(key: entry.key, spec: entry.spec, timeLimit: entry.timeLimit)
          let payload = frame(.job, try LabJSON.encode(job))
          do { _ = try await worker.standardInputWriter.write(Array(payload)) } catch {
            break jobs  // it died; its status says how
          }
          while current.isBusy {
            if let (kind, payload) = try frames.next() {
              switch try WorkerMessage(kind: kind, payload: payload) {
              case .progress(let steps):
                try onEvent(.progress(key: entry.key, steps: steps))
              case .record(var record):
                record.concurrency = options.jobs
                current.end()
                try onEvent(.finished(record))
              case .failure(let reason):
                current.end()
                try onEvent(
                  .finished(
                    RunRecord(key: entry.key, spec: entry.spec, status: .crashed, reason: reason)))
              }
            } else if let chunk = try await output.next(isolation: nil) {
              chunk.withUnsafeBytes { frames.append($0) }
            } else {
              break jobs
            }
          }
        }
        current.finish()
        try? await worker.standardInputWriter.finish()
      }
    }
    try Task.checkCancellation()
    guard let entry = current.unfinished else { return }
    let (status, reason) = current.verdict(outcome.terminationStatus)
    try onEvent(
      .finished(RunRecord(key: entry.key, spec: entry.spec, status: status, reason: reason)))
  }
}

/// Jobs that wait for a worker.
private final class JobQueue: Sendable {
  private let entries: Mutex<ArraySlice<Plan.Entry>>
  init(_ entries: [Plan.Entry]) { self.entries = Mutex(entries[...]) }
  var isEmpty: Bool { entries.withLock(\.isEmpty) }
  func next() -> Plan.Entry? { entries.withLock { $0.popFirst() } }
}

/// What one worker is doing, seen by the tasks that feed, hear and watch it.
private final class CurrentJob: Sendable {
  private struct State {
    var entry: Plan.Entry?
    var since = 0.0
    var isOver = false
    var killed: (status: RunStatus, reason: String)?
    var heard: [UInt8] = []
  }
  private let state = Mutex(State())

  func begin(_ entry: Plan.Entry) {
    state.withLock {
      $0.entry = entry
      $0.since = monotonicSeconds()
      $0.heard = []
    }
  }
  func end() { state.withLock { $0.entry = nil } }
  func finish() { state.withLock { $0.isOver = true } }
  func kill(_ verdict: (RunStatus, String)) { state.withLock { $0.killed = verdict } }
  var isBusy: Bool { state.withLock { $0.entry != nil } }
  var isOver: Bool { state.withLock(\.isOver) }
  var unfinished: Plan.Entry? { state.withLock(\.entry) }

  /// Keeps the last of what the worker says at standard error.
  func heard(_ bytes: UnsafeRawBufferPointer) {
    state.withLock { $0.heard = Array(($0.heard + Array(bytes)).suffix(4000)) }
  }

  /// Why the worker must be stopped, if it must: the worker itself heeds the time limit between
  /// steps, so a second of grace means that it hangs within one.
  func overrun(_ process: pid_t, _ memoryLimit: Int) -> (RunStatus, String)? {
    state.withLock { state in
      guard let entry = state.entry, state.killed == nil else { return nil }
      if monotonicSeconds() - state.since > entry.timeLimit + 1 {
        return (
          .timedOut, "no end of a step within the time limit of \(shortest(entry.timeLimit)) s"
        )
      }
      if residentMemory(of: process) > memoryLimit {
        return (.crashed, "used more than \(memoryLimit >> 20) MiB of memory")
      }
      return nil
    }
  }

  func verdict(_ termination: TerminationStatus) -> (RunStatus, String) {
    state.withLock { state in
      if let killed = state.killed { return killed }
      let last = String(decoding: state.heard, as: UTF8.self)
        .split(whereSeparator: \.isNewline).first { $0.contains("atal error") }
      let how =
        switch termination {
        case .exited(let code): "the worker left with exit code \(code)"
        case .signaled(let signal): "the worker was ended by \(signalName(signal))"
        }
      return (.crashed, how + (last.map { ": \($0)" } ?? ""))
    }
  }
}

private func signalName(_ signal: CInt) -> String {
  let names: [CInt: String] = [
    SIGILL: "SIGILL (a trap)", SIGTRAP: "SIGTRAP (a trap)", SIGABRT: "SIGABRT",
    SIGSEGV: "SIGSEGV (a bad memory access)", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL",
    SIGBUS: "SIGBUS", SIGTERM: "SIGTERM",
  ]
  return names[signal] ?? "signal \(signal)"
}

/// The resident memory of a process in bytes; 0 where it cannot be read.
private func residentMemory(of process: pid_t) -> Int {
  guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else {
    return 0
  }
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
