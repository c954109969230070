// Maps on this machine: worker processes that each do one part after the other.

import Foundation
import OptimizerKit
import Subprocess
import Synchronization

#if canImport(System)
  import System
#else
  import SystemPackage
#endif

/// Makes maps of surfaces in worker processes. A cell that takes its worker with it costs only itself.
public struct MapRunner: Sendable {
  private let options: WorkerOptions

  public init(_ options: WorkerOptions) { self.options = options }

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - timeLimit: seconds after which a cell is stopped.
  ///   - onProgress: told, from any task, how many cells are done.
  /// - Returns: the cells, and why those ended that took their workers with them.
  /// - Throws: `MapError` where too many workers are lost, and `CancellationError`.
  public func run(
    _ map: MapSpec, timeLimit: Double, onProgress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> (cells: MapCells, reasons: [String]) {
    signal(SIGPIPE, SIG_IGN)
    let work = MapWork(map)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, min(options.jobs, work.partsLeft)) {
        group.addTask {
          while let part = work.next() {
            try await self.serve(work, part, timeLimit: timeLimit, onProgress)
          }
        }
      }
      try await group.waitForAll()
    }
    return (work.cells, work.reasons)
  }

  /// What one worker has in hand.
  private final class Current: Sendable {
    struct State {
      var part: Range<Int>?
      var since = monotonicSeconds()
      var verdict: (status: RunStatus, reason: String)?
      var heard: [UInt8] = []
    }
    let state = Mutex(State())

    func begin(_ part: Range<Int>?) {
      state.withLock {
        $0.part = part
        $0.since = monotonicSeconds()
      }
    }
    func live() { state.withLock { $0.since = monotonicSeconds() } }
    func kill(_ status: RunStatus, _ reason: String) {
      state.withLock { if $0.verdict == nil { $0.verdict = (status, reason) } }
    }
  }

  /// Starts a worker and feeds it parts until there are no more or it dies.
  private func serve(
    _ work: MapWork, _ first: Range<Int>, timeLimit: Double,
    _ onProgress: @escaping @Sendable (Int) -> Void
  ) async throws {
    let current = Current()
    current.begin(first)
    let outcome = try await Subprocess.run(
      .path(FilePath(options.executable)), arguments: Arguments(options.arguments),
      environment: .inherit.updating(childEnvironment), platformOptions: .ofWorkers,
      input: .inputWriter, output: .sequence, error: .sequence
    ) { worker in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          try await self.feed(worker, work, current, timeLimit: timeLimit, onProgress)
          return true
        }
        group.addTask {
          for try await chunk in worker.standardError {
            let bytes = chunk.withUnsafeBytes { Array($0) }
            current.state.withLock { $0.heard = Array(($0.heard + bytes).suffix(4000)) }
          }
          return true
        }
        group.addTask {
          await self.watch(worker.processIdentifier.value, current, timeLimit: timeLimit)
          return false
        }
        var open = 2
        while open > 0, let isOpen = try await group.next() { if isOpen { open -= 1 } }
        group.cancelAll()
      }
    }
    kill(-outcome.processIdentifier.value, SIGKILL)
    try Task.checkCancellation()
    let (part, verdict) = current.state.withLock {
      (
        $0.part,
        $0.verdict ?? (.crashed, ending(outcome.terminationStatus, fatalError(in: $0.heard)))
      )
    }
    if let part { try work.lose(part, verdict.0, verdict.1) }
  }

  private func feed(
    _ worker: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, _ work: MapWork,
    _ current: Current, timeLimit: Double, _ onProgress: @Sendable (Int) -> Void
  ) async throws {
    var frames = FrameReader()
    var output = worker.standardOutput.makeAsyncIterator()
    while let part = current.state.withLock({ $0.part }) {
      let frame = try MapPart(work.map, part, timeLimit: timeLimit).frame()
      guard (try? await worker.standardInputWriter.write(Array(frame))) != nil else { return }
      var cells: MapCells?
      while cells == nil {
        do {
          if let (kind, payload) = try frames.next() {
            current.live()
            if kind == .cells { cells = try MapCells(bytes: payload) }
          } else if let chunk = try await output.next(isolation: nil) {
            chunk.withUnsafeBytes { frames.append($0) }
          } else {
            return
          }
        } catch let error as MalformedData {
          return current.kill(.crashed, "wrote to the pipe of its records: \(error)")
        }
      }
      if let cells { onProgress(try work.finish(part, cells)) }
      current.begin(work.next())
    }
    try? await worker.standardInputWriter.finish()
  }

  /// Ends a worker that takes too long or too much, until it is gone.
  private func watch(_ process: pid_t, _ current: Current, timeLimit: Double) async {
    var memory = residentMemory(of: process)
    while memory > 0, (try? await Task.sleep(for: .milliseconds(50))) != nil {
      memory = residentMemory(of: process)
      if memory > options.memoryLimit {
        current.kill(.crashed, "used more than \(options.memoryLimit >> 20) MiB of memory")
      }
      let (since, isKilled) = current.state.withLock { ($0.since, $0.verdict != nil) }
      if monotonicSeconds() - since > timeLimit + 1 {
        current.kill(
          .timedOut, "no end of a step within the time limit of \(shortest(timeLimit)) s")
      }
      if isKilled { kill(-process, SIGKILL) }
    }
    if !Task.isCancelled { kill(-process, SIGKILL) }
    try? await Task.sleep(for: .milliseconds(200))
  }
}
