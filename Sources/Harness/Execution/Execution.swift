// Doing one run. This happens in a worker process; see `Worker.swift`.

import OptimizerKit

/// What a run in progress reports and asks.
public struct ExecutionContext {
  /// The monotonic clock, in seconds.
  public var now: () -> Double
  /// When the run must stop, on that clock.
  public var deadline: Double
  /// Called now and then with the number of updates made.
  public var progress: (Int) -> Void
  /// Where the run is written for other programs to do it again; nil for nowhere.
  public var dump: RunDump?
  /// What earlier runs of this process measured before their first step.
  public var firstValidations: FirstValidations
  /// What earlier runs of this process were measured with.
  public var rulers: PathRulers

  public init(
    now: @escaping () -> Double, deadline: Double = .infinity,
    progress: @escaping (Int) -> Void = { _ in }, dump: RunDump? = nil,
    firstValidations: FirstValidations = FirstValidations(), rulers: PathRulers = PathRulers()
  ) {
    self.now = now
    self.deadline = deadline
    self.progress = progress
    self.dump = dump
    self.firstValidations = firstValidations
    self.rulers = rulers
  }
}

extension PluginCatalogue {
  /// Does a run. Failures of the run itself (divergence, a time limit) are statuses; what is thrown is
  /// what should have been refused by the plan, or missing data.
  public func execute(
    _ spec: RunSpec, recording: Recording = Recording(), context: ExecutionContext
  ) throws -> RunResult {
    let optimizer = try optimizer(spec.optimizer)
    let schedules = try schedules(of: spec.optimizer)
    let recorder = RunRecorder(spec: spec, recording: recording, context: context)
    switch try problem(spec.problem) {
    case let surface as any Surface:
      let start = spec.start ?? surface.starts.first ?? []
      guard start.count == surface.dimension else {
        throw SelectionError(
          "\(spec.problem.name) has \(surface.dimension) coordinates; the start has \(start.count)")
      }
      try context.dump?.write(
        start: Vector(start), layout: ParameterLayout(coordinates: surface.dimension))
      let result = try descend(
        surface, from: start, with: optimizer, schedules: schedules, recorder: recorder)
      if result.trajectory.dimension == surface.dimension {
        let last = result.trajectory.point(result.trajectory.count - 1)
        try context.dump?.write(end: Vector(last))
      }
      try context.dump?.write(spec, result)
      return result
    case let training as any TrainingProblem:
      let result = try train(training, with: optimizer, schedules: schedules, recorder: recorder)
      try context.dump?.write(spec, result)
      return result
    default:
      throw SelectionError("\(spec.problem.name) is neither a surface nor a training problem")
    }
  }
}

/// The number of the step in progress, shared with the closures of an oracle.
final class CurrentStep {
  var step = 1
}
