// Runs on this machine: worker processes, one a core, that stay for as long as there may be runs.

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

/// Does runs in worker processes. A run that takes its worker with it costs only itself.
public final class LocalRunner: Runner {
  private let options: WorkerOptions
  private let queue = BatchQueue()
  /// The tasks that each keep a worker.
  private let workers = Mutex<[Task<Void, Never>]>([])
  /// How many runs are asked for and not done.
  private let open = Mutex(0)

  public init(_ options: WorkerOptions) { self.options = options }

  public var capacity: Int { options.jobs }

  public func run(
    _ jobs: [RunJob], onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) async throws {
    guard !jobs.isEmpty else { return }
    // A worker that dies while a batch is written to it is a matter of its runs, not of this process.
    signal(SIGPIPE, SIG_IGN)
    let count = employ(for: jobs.count)
    defer { open.withLock { $0 -= jobs.count } }
    let request = RunRequest(jobs: jobs.count, concurrency: count, onEvent: onEvent)
    queue.add(
      RunBatch.batches(of: jobs, loaded: options.loadedPlugins, workers: count), request)
    do {
      try await withTaskCancellationHandler {
        try await request.wait()
      } onCancel: {
        request.fail(CancellationError())
      }
    } catch {
      // What is under way for it is not worth waiting for.
      await dismiss()
      throw error
    }
  }

  public func close() async {
    queue.close()
    let tasks = workers.withLock { workers in
      defer { workers = [] }
      return workers
    }
    for task in tasks { await task.value }
  }

  /// Sees to it that there are workers for so many more runs; returns how many there are.
  private func employ(for runs: Int) -> Int {
    let count = open.withLock { open in
      open += runs
      return min(options.jobs, open)
    }
    return workers.withLock { workers in
      while workers.count < count { workers.append(Task { await self.work() }) }
      return workers.count
    }
  }

  /// Ends all workers, whatever they do.
  private func dismiss() async {
    let tasks = workers.withLock { workers in
      defer { workers = [] }
      return workers
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// Keeps a worker for as long as there are batches: a new one after each that is lost.
  private func work() async {
    while case .batch(let batch, let request) = await queue.next(nil) {
      do { try await serve(batch, request) } catch { request.fail(error) }
      if Task.isCancelled { return }
    }
  }

  /// Starts a worker and feeds it batches until there are no more for it or it dies.
  private func serve(_ first: RunBatch, _ request: RunRequest) async throws {
    let current = CurrentBatch(loaded: options.loadedPlugins)
    current.begin(first, request)
    let outcome = try await Subprocess.run(
      .path(FilePath(options.executable)), arguments: Arguments(options.arguments),
      environment: .inherit.updating(childEnvironment), platformOptions: .ofWorkers,
      input: .inputWriter, output: .sequence, error: .sequence
    ) { worker in
      enum Part { case feeder, listener, watcher }
      try await withThrowingTaskGroup(of: Part.self) { group in
        group.addTask {
          try await self.feed(worker, first, request, current)
          return .feeder
        }
        group.addTask {
          for try await chunk in worker.standardError {
            chunk.withUnsafeBytes { current.heard($0) }
          }
          return .listener
        }
        group.addTask {
          await self.watch(worker.processIdentifier.value, current)
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
    guard case (var batch, let request)? = current.unfinished else { return }
    if !current.isAccepted, batch.lostWorkers < 2 {
      batch.lostWorkers += 1
      queue.add([batch], request, inFront: true)
    } else if batch.jobs.count > 1 {
      // Whose fault it was shows when each is alone.
      let alone = batch.jobs.map { RunBatch(jobs: [$0], plugins: batch.plugins) }
      queue.add(alone, request, inFront: true)
    } else {
      let (status, reason) = current.verdict(outcome.terminationStatus)
      var outcome = Outcome(status: status, reason: reason)
      outcome.concurrency = request.concurrency
      request.report(.finished([FinishedRun(batch.jobs[0], outcome)]))
    }
  }

  /// Gives a worker one batch after the other and reports what comes back.
  private func feed(
    _ worker: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ first: RunBatch,
    _ request: RunRequest, _ current: CurrentBatch
  ) async throws {
    defer { current.finish() }
    var frames = FrameReader()
    var output = worker.standardOutput.makeAsyncIterator()
    var next = BatchQueue.Next.batch(first, request)
    while case .batch(let batch, let request) = next {
      current.begin(batch, request)
      let payload = WorkerJob.frame(batch.jobs.map(WorkerJob.init))
      // Where this fails the worker has died; its status says how.
      guard (try? await worker.standardInputWriter.write(Array(payload))) != nil else { return }
      while current.isBusy {
        do {
          if let (kind, payload) = try frames.next() {
            let message = try WorkerMessage(kind: kind, payload: payload)
            if let event = try current.take(message) { request.report(event) }
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
      next = await queue.next(first.plugins)
    }
    try? await worker.standardInputWriter.finish()
  }

  /// Ends a worker that takes too long or too much, until it is gone.
  private func watch(_ process: pid_t, _ current: CurrentBatch) async {
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

extension PlatformOptions {
  /// A process group of its own: an interrupt is for the command to handle, and what a plugin may have
  /// started ends with its worker.
  static var ofWorkers: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
    ]
    return options
  }
}

let childEnvironment: [Environment.Key: String?] = Dictionary(
  uniqueKeysWithValues: environmentOfChildren.map { (Environment.Key(rawValue: $0)!, $1) })

/// The resident memory of a process in bytes; 0 where it cannot be read.
public func residentMemory(of process: pid_t) -> Int {
  guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8) else {
    return 0
  }
  let fields = text.split(separator: " ")
  return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
}
