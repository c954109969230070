// The worker process: jobs in at standard input, records out.
//
// The pipe that records go through is taken away from file descriptor 1 before any plugin runs, so
// that a plugin may print what it likes.

import Foundation
import OptimizerKit

#if canImport(Glibc)
  import Glibc
#endif

/// A worker process.
public struct Worker {
  let catalogue: PluginCatalogue
  let output: FileHandle

  /// Takes over this process's standard output.
  ///
  /// - Parameter catalogue: made after the take-over, since loading plugins runs their code.
  public init(catalogue: () throws -> PluginCatalogue) rethrows {
    let pipe = dup(1)
    dup2(2, 1)
    output = FileHandle(fileDescriptor: pipe, closeOnDealloc: false)
    // Interrupts are for the command to handle; when it dies, so does the worker.
    signal(SIGINT, SIG_IGN)
    dieWithParent()
    self.catalogue = try catalogue()
  }

  /// Does jobs until there are no more.
  public func run() throws {
    let input = FileHandle.standardInput
    var frames = FrameReader()
    while true {
      while let (kind, payload) = try frames.next() {
        guard kind == .job else { continue }
        try handle(try LabJSON.decode(WorkerJob.self, from: payload))
      }
      let bytes = input.availableData
      if bytes.isEmpty { return }
      frames.append(bytes)
    }
  }

  private func handle(_ job: WorkerJob) throws {
    let begin = monotonicSeconds()
    let context = ExecutionContext(
      now: monotonicSeconds, deadline: begin + job.timeLimit,
      progress: { step in try? send(.progress(step)) })
    do {
      try send(.record(catalogue.execute(job.spec, key: job.key, context: context)))
    } catch {
      try send(.failure("\(error)"))
    }
  }

  private func send(_ message: WorkerMessage) throws {
    try output.write(contentsOf: message.encoded())
  }
}

/// The monotonic clock, in seconds.
public func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Asks the kernel to kill this process when its parent dies, however that happens.
private func dieWithParent() {
  // prctl is variadic, which Swift cannot call; its system call is not.
  typealias Prctl =
    @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong)
    -> CInt
  guard let symbol = dlsym(nil, "prctl") else { return }
  let PR_SET_PDEATHSIG: CInt = 1
  _ = unsafeBitCast(symbol, to: Prctl.self)(PR_SET_PDEATHSIG, CUnsignedLong(SIGKILL), 0, 0, 0)
}
