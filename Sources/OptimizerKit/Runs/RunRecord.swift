// A finished run, as stores keep it and tables show it; and the same with its path.

/// A finished run without its trajectory: what it was, how it is called, what was kept of it, and how
/// it went.
@dynamicMemberLookup
public struct RunRecord: Sendable {
  /// The content-derived key of the run.
  public var key: String
  /// What it is called in tables and pictures: the selection that asked for it.
  public var label: String
  public var spec: RunSpec
  public var recording: Recording
  public var outcome: Outcome

  public init(
    key: String, label: String, spec: RunSpec, recording: Recording = .init(), outcome: Outcome
  ) {
    self.key = key
    self.label = label
    self.spec = spec
    self.recording = recording
    self.outcome = outcome
  }

  /// How it went: `record.status` is `record.outcome.status`.
  public subscript<T>(dynamicMember path: KeyPath<Outcome, T>) -> T { outcome[keyPath: path] }
}

/// A finished run with its trajectory: what is drawn and exported.
@dynamicMemberLookup
public struct TracedRun: Sendable {
  public var record: RunRecord
  public var trajectory: Trajectory

  public init(_ record: RunRecord, _ trajectory: Trajectory) {
    self.record = record
    self.trajectory = trajectory
  }

  public var key: String { record.key }
  public var label: String { record.label }
  public var spec: RunSpec { record.spec }
  public var outcome: Outcome { record.outcome }

  /// How it went: `run.status` is `run.record.outcome.status`.
  public subscript<T>(dynamicMember path: KeyPath<Outcome, T>) -> T {
    record.outcome[keyPath: path]
  }
}
