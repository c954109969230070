// Where runs are done: the one seam between what asks for runs and what does them.

import Foundation
import OptimizerKit

/// Does runs: local worker processes, or a cluster's queue that starts the same worker. Comparison,
/// tuning and experiments all ask one.
public protocol Runner: Sendable {
  /// How many runs it does at the same time.
  var capacity: Int { get }

  /// Does runs and reports what happens, from any task. Every run is reported as finished once,
  /// whatever becomes of it; several that were done together are reported together.
  ///
  /// - Throws: what `onEvent` throws, and `CancellationError` where the task is cancelled; what was
  ///   finished by then was reported.
  func run(_ jobs: [RunJob], onEvent: @escaping @Sendable (RunEvent) throws -> Void) async throws

  /// Lets go of whatever it holds for runs to come, such as processes.
  func close() async
}

/// What happens while runs are done.
public enum RunEvent: Sendable {
  case started(RunJob)
  case progress(key: String, steps: Int)
  case finished([FinishedRun])
}

/// A run that was done, its path still in the bytes that the store keeps.
public struct FinishedRun: Sendable {
  public let job: RunJob
  public var outcome: Outcome
  /// The bytes of its trajectory; none where nothing is kept of it.
  let path: Data

  init(_ job: RunJob, _ outcome: Outcome, path: Data = Data()) {
    self.job = job
    self.outcome = outcome
    self.path = path
  }

  /// A run with its path.
  init(_ run: TracedRun) {
    let job = RunJob(
      key: run.key, label: run.label, spec: run.spec, recording: run.record.recording)
    self.init(job, run.outcome, path: run.trajectory.keptBytes)
  }

  public var key: String { job.key }

  /// The run with its path.
  public func traced() throws -> TracedRun {
    TracedRun(
      job.record(outcome), path.isEmpty ? Trajectory() : try Trajectory(blob: path))
  }
}
