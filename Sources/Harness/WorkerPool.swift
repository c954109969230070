// Worker processes, one per core: jobs are handed out, records come back, failures cost one run.

import Foundation
import OptimizerKit
import Subprocess

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
  /// The files of plugins that were loaded at run time, whose runs are kept apart.
  public var loadedPlugins: Set<String>

  public init(
    executable: String, arguments: [String], jobs: Int, memoryLimit: Int = 4 << 30,
    loadedPlugins: Set<String> = []
  ) {
    self.executable = executable
    self.arguments = arguments
    self.jobs = jobs
    self.memoryLimit = memoryLimit
    self.loadedPlugins = loadedPlugins
  }
}

/// What happens while runs are done.
public enum RunEvent: Sendable {
  case started(RunJob)
  case progress(key: String, steps: Int)
  case finished(TracedRun)
}

/// Runs jobs in worker processes.
public struct WorkerPool: Sendable {
  let options: WorkerOptions

  public init(_ options: WorkerOptions) { self.options = options }

  /// Does all runs; `onEvent` is called for each as it starts and finishes, from any task.
  ///
  /// - Throws: `CancellationError` if the task is cancelled; what is finished by then was reported.
  public func run(
    _ runs: [RunJob], onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) async throws {
    // A worker that dies while a job is written to it is a matter of its run, not of this process.
    signal(SIGPIPE, SIG_IGN)
    let workers = max(1, min(options.jobs, runs.count))
    let queue = JobQueue(runs, loaded: options.loadedPlugins)
    // A run is marked with the number of runs that shared the machine.
    let onEvent: @Sendable (RunEvent) throws -> Void = { event in
      guard case .finished(var run) = event else { return try onEvent(event) }
      run.record.outcome.concurrency = workers
      try onEvent(.finished(run))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<workers {
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

  /// Starts one worker and feeds it jobs until there are no more for it or it dies.
  private func serve(
    _ queue: JobQueue, onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) async throws {
    let current = CurrentJob()
    var platform = PlatformOptions()
    // A process group of its own: an interrupt is for the command to handle, and what a plugin may
    // have started ends with its worker.
    platform.processGroupID = 0
    platform.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
    ]
    let outcome = try await Subprocess.run(
      .path(FilePath(options.executable)), arguments: Arguments(options.arguments),
      environment: .inherit.updating(childEnvironment), platformOptions: platform,
      input: .inputWriter, output: .sequence, error: .sequence
    ) { worker in
      enum Part { case feeder, listener, watcher }
      try await withThrowingTaskGroup(of: Part.self) { group in
        group.addTask {
          try await feed(worker, queue, current, onEvent)
          return .feeder
        }
        group.addTask {
          for try await chunk in worker.standardError {
            chunk.withUnsafeBytes { current.heard($0) }
          }
          return .listener
        }
        group.addTask {
          await watch(worker.processIdentifier.value, current)
          return .watcher
        }
        var open: Set<Part> = [.feeder, .listener]
        while !open.isEmpty, let part = try await group.next(), part != .watcher {
          open.remove(part)
        }
        group.cancelAll()
      }
    }
    // What a plugin may have started does not outlive the worker.
    kill(-outcome.processIdentifier.value, SIGKILL)
    try Task.checkCancellation()
    guard let job = current.unfinished else { return }
    if !current.isAccepted, job.lostWorkers < 2 {
      queue.putBack(job)
      return
    }
    let (status, reason) = current.verdict(outcome.terminationStatus)
    try onEvent(
      .finished(job.run.traced(RunResult(Outcome(status: status, reason: reason)))))
  }

  /// Gives a worker one job after the other and reports what comes back.
  private func feed(
    _ worker: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ queue: JobQueue,
    _ current: CurrentJob, _ onEvent: @Sendable (RunEvent) throws -> Void
  ) async throws {
    defer { current.finish() }
    var frames = FrameReader()
    var output = worker.standardOutput.makeAsyncIterator()
    var plugins: Set<String>?
    while let job = queue.next(plugins) {
      plugins = job.plugins
      current.begin(job)
      try onEvent(.started(job.run))
      let order = WorkerJob(
        key: job.run.key, spec: job.run.spec, recording: job.run.recording,
        timeLimit: job.run.timeLimit)
      let payload = frame(.job, try LabJSON.encode(order))
      // Where this fails the worker has died; its status says how.
      guard (try? await worker.standardInputWriter.write(Array(payload))) != nil else { return }
      while current.isBusy {
        do {
          if let (kind, payload) = try frames.next() {
            let message = try WorkerMessage(kind: kind, payload: payload)
            if let event = try current.take(message) { try onEvent(event) }
          } else if let chunk = try await output.next(isolation: nil) {
            chunk.withUnsafeBytes { frames.append($0) }
          } else {
            return
          }
        } catch let error as MalformedData {
          current.kill((.crashed, "wrote to the pipe of its records: \(error)"))
          return
        }
      }
    }
    try? await worker.standardInputWriter.finish()
  }

  /// Ends a worker that takes too long or too much, until it is gone.
  private func watch(_ process: pid_t, _ current: CurrentJob) async {
    var memory = residentMemory(of: process)
    while memory > 0, (try? await Task.sleep(for: .milliseconds(50))) != nil {
      memory = residentMemory(of: process)
      if let verdict = current.overrun(memory, options.memoryLimit) { current.kill(verdict) }
      if current.isKilled { kill(-process, SIGKILL) }
    }
    // What it may have started holds its pipes open.
    if !Task.isCancelled { kill(-process, SIGKILL) }
    try? await Task.sleep(for: .milliseconds(200))
  }
}

private let childEnvironment: [Environment.Key: String?] = Dictionary(
  uniqueKeysWithValues: environmentOfChildren.map { (Environment.Key(rawValue: $0)!, $1) })

/// The resident memory of a process in bytes; 0 where it cannot be read.
private func residentMemory(of process: pid_t) -> Int {
  guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else {
    return 0
  }
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
