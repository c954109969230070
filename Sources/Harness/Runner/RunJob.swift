// A run that is to be done, and what came of it.

import OptimizerKit

/// A run that is to be done: what it is, and what has no part in its numbers.
public struct RunJob: Sendable {
  /// The content-derived key of the run.
  public let key: String
  /// What it is called in tables and pictures.
  public let label: String
  public let spec: RunSpec
  public let recording: Recording
  /// Seconds after which it is stopped.
  public let timeLimit: Double
  /// The source files of the plugins that it uses.
  public let files: [String]

  public init(
    key: String, label: String, spec: RunSpec, recording: Recording = .init(),
    timeLimit: Double = .infinity, files: [String] = []
  ) {
    self.key = key
    self.label = label
    self.spec = spec
    self.recording = recording
    self.timeLimit = timeLimit
    self.files = files
  }

  /// This run, kept so that another recording is served too.
  func serving(_ other: Recording) -> RunJob {
    RunJob(
      key: key, label: label, spec: spec, recording: recording.union(other), timeLimit: timeLimit,
      files: files)
  }

  /// This run, done.
  public func record(_ outcome: Outcome) -> RunRecord {
    RunRecord(key: key, label: label, spec: spec, recording: recording, outcome: outcome)
  }

  /// This run with its path, done.
  public func traced(_ result: RunResult) -> TracedRun {
    TracedRun(record(result.outcome), result.trajectory)
  }
}

/// What a run leaves behind.
public struct RunResult: Sendable {
  public var outcome: Outcome
  /// No rows where none are kept.
  public var trajectory: Trajectory

  public init(_ outcome: Outcome, _ trajectory: Trajectory = Trajectory()) {
    self.outcome = outcome
    self.trajectory = trajectory
  }
}
