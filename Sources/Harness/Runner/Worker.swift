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
  let dump: RunDump?
  private let firstValidations = FirstValidations()
  private let rulers = PathRulers()

  /// Takes over this process's standard output.
  ///
  /// - Parameters:
  ///   - dump: where runs are written for other programs, one over the other.
  ///   - catalogue: made after the take-over, since loading plugins runs their code.
  public init(dump: RunDump? = nil, catalogue: () throws -> PluginCatalogue) rethrows {
    self.dump = dump
    let pipe = dup(1)
    dup2(2, 1)
    output = FileHandle(fileDescriptor: pipe, closeOnDealloc: false)
    // Interrupts are for the command to handle; when it dies, so does the worker.
    signal(SIGINT, SIG_IGN)
    endWithParent()
    volunteerForTheMemoryKiller()
    self.catalogue = try catalogue()
  }

  /// Does jobs until there are no more.
  public func run() throws {
    let input = FileHandle.standardInput
    var frames = FrameReader()
    while true {
      while let (kind, payload) = try frames.next() {
        switch kind {
        case .batch: try handle(try WorkerJob.jobs(in: payload))
        case .map: try handle(try MapPart(payload: payload))
        case .accepted, .progress, .results, .cells: continue
        }
      }
      let bytes = input.availableData
      if bytes.isEmpty { return }
      bytes.withUnsafeBytes { frames.append($0) }
    }
  }

  /// Does the runs of a batch: those that can be lanes of one another together, the others one by one.
  private func handle(_ jobs: [WorkerJob]) throws {
    var alone = Array(jobs.indices)
    if jobs.count > 1 {
      let lanes = catalogue.laneGroups(jobs.map(\.spec))
      // Lanes that do not end within the time limit of one run may each do so, and where something
      // is wrong with one of them, each says for itself what.
      var late: [Int] = []
      for group in lanes.groups {
        try send(.accepted(group[0]))
        let specs = group.map { (spec: jobs[$0].spec, recording: jobs[$0].recording) }
        if let results = try? catalogue.executeLanes(
          specs, context: context(jobs[group[0]], group[0]))
        {
          try send(.results(zip(group, results).map { WorkerResult(place: $0, $1) }))
        } else {
          late += group
        }
      }
      alone = (lanes.others + late).sorted()
    }
    // Small results travel together, and not so late that they seem lost.
    var results: [WorkerResult] = []
    var since = monotonicSeconds()
    for place in alone {
      try send(.accepted(place))
      results.append(result(jobs[place], place))
      if place == alone.last || monotonicSeconds() - since > 0.1 {
        try send(.results(results))
        results = []
        since = monotonicSeconds()
      }
    }
  }

  /// Does a part of a map; now and then says that it is alive.
  private func handle(_ part: MapPart) throws {
    var said = monotonicSeconds()
    let cells = try catalogue.executeMap(part.map, part: part.places) {
      let now = monotonicSeconds()
      if now - said > 0.25 {
        said = now
        try? send(.progress(0, steps: 0))
      }
      return ExecutionContext(
        now: monotonicSeconds, deadline: now + part.timeLimit, rulers: rulers)
    }
    try output.write(contentsOf: frame(.cells, cells.bytes))
  }

  private func context(_ job: WorkerJob, _ place: Int) -> ExecutionContext {
    ExecutionContext(
      now: monotonicSeconds, deadline: monotonicSeconds() + job.timeLimit,
      progress: { steps in try? send(.progress(place, steps: steps)) }, dump: dump,
      firstValidations: firstValidations, rulers: rulers)
  }

  /// Does one run.
  private func result(_ job: WorkerJob, _ place: Int) -> WorkerResult {
    do {
      return WorkerResult(
        place: place,
        try catalogue.execute(
          job.spec, recording: job.recording, context: context(job, place)))
    } catch {
      return WorkerResult(place: place, outcome: Outcome(status: .crashed, reason: "\(error)"))
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

/// Where the kernel must end a process for want of memory, it shall be a worker: its run is recorded
/// as crashed and the others go on.
private func volunteerForTheMemoryKiller() {
  guard let file = FileHandle(forWritingAtPath: "/proc/self/oom_score_adj") else { return }
  try? file.write(contentsOf: Data("1000".utf8))
}
