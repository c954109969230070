// A run as JSON: what scripts read of it.

import OptimizerKit

/// A finished run, flat, as `runs`, `export` and `trace` print it.
struct RunJSON: Encodable {
  /// What was asked.
  struct Spec: Encodable {
    let label: String
    let optimizer: PluginSpec
    let schedules: [ScheduleSpec]
    /// What a wrapper wraps; left out where it wraps nothing.
    let wraps: OptimizerSpec?
    let problem: PluginSpec
    let start: [Double]?
    let instance: Instance?
    let seed: UInt64
    /// The budget where it is one of updates.
    let steps: Int?
    let gradients: Int?
    let seconds: Double?
    let target: Double?
    let recording: Recording

    init(_ record: RunRecord) {
      let spec = record.spec
      label = record.label
      optimizer = spec.optimizer.plugin
      schedules = spec.optimizer.schedules
      wraps = spec.optimizer.inner
      problem = spec.problem
      start = spec.start
      instance = spec.instance
      seed = spec.seed
      target = spec.target
      recording = record.recording
      var amounts: (steps: Int?, gradients: Int?, seconds: Double?)
      switch spec.budget {
      case .steps(let count): amounts.steps = count
      case .gradients(let count): amounts.gradients = count
      case .seconds(let time): amounts.seconds = time
      }
      (steps, gradients, seconds) = amounts
    }
  }

  let key: String
  let spec: Spec
  let outcome: Outcome
  /// Left out where only the outcome is meant.
  let trajectory: Trajectory?

  init(_ record: RunRecord) {
    key = record.key
    spec = Spec(record)
    outcome = record.outcome
    trajectory = nil
  }

  init(_ run: TracedRun) {
    key = run.key
    spec = Spec(run.record)
    outcome = run.outcome
    trajectory = run.trajectory
  }

  private enum Key: String, CodingKey { case key, spec, trajectory }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(key, forKey: .key)
    try container.encode(spec, forKey: .spec)
    try container.encodeIfPresent(trajectory, forKey: .trajectory)
    // Beside them, not below.
    try outcome.encode(to: encoder)
  }
}
