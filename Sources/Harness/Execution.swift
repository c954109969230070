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
  /// Does a run. Failures of the run itself (divergence, a time limit) are
  /// statuses; what is thrown is what should have been refused by the plan, or missing data.
  public func execute(
    _ spec: RunSpec, recording: Recording = Recording(), context: ExecutionContext
  ) throws -> RunResult {
    let optimizer = try optimizer(spec.optimizer.plugin)
    let schedules = try spec.optimizer.schedules.map {
      (hyperparameter: $0.hyperparameter, sequence: try schedule($0))
    }
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

/// The schedules of a run, as they act on an optimizer.
struct ScheduledHyperparameters {
  let steps: Int
  let base: Double
  let rate: ScheduleSequence?
  let others: [(place: ScheduledHyperparameter, base: Double, sequence: ScheduleSequence)]

  init(
    _ schedules: [(hyperparameter: String, sequence: ScheduleSequence)],
    for optimizer: any Optimizer, steps: Int
  ) throws {
    self.steps = steps
    base = optimizer.baseLearningRate
    rate = schedules.first { $0.hyperparameter == "lr" }?.sequence
    let values = optimizer.hyperparameters
    others = try schedules.filter { $0.hyperparameter != "lr" }.map { schedule in
      let place = try optimizer.scheduledHyperparameter(schedule.hyperparameter)
      let value = values.first { $0.name == place.name }?.number ?? 0
      return (place, value, schedule.sequence)
    }
  }

  /// The learning rate of the update that follows `step` updates.
  func learningRate(after step: Int) -> Double {
    rate?.value(base: base, step: step, steps: steps) ?? base
  }

  /// Sets the other scheduled hyperparameters for the update that follows `step` updates.
  func apply(to optimizer: inout some Optimizer, after step: Int) {
    for other in others {
      optimizer.set(
        other.place, to: other.sequence.value(base: other.base, step: step, steps: steps))
    }
  }
}
