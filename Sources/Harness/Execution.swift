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

  public init(
    now: @escaping () -> Double, deadline: Double = .infinity,
    progress: @escaping (Int) -> Void = { _ in }, dump: RunDump? = nil,
    firstValidations: FirstValidations = FirstValidations()
  ) {
    self.now = now
    self.deadline = deadline
    self.progress = progress
    self.dump = dump
    self.firstValidations = firstValidations
  }
}

extension PluginCatalogue {
  /// Does a run and returns its record. Failures of the run itself (divergence, a time limit) are
  /// statuses; what is thrown is what should have been refused by the plan, or missing data.
  public func execute(_ spec: RunSpec, key: String, context: ExecutionContext) throws -> RunRecord {
    let optimizer = try optimizer(spec.optimizer)
    let schedules = try spec.schedules.map {
      (hyperparameter: $0.hyperparameter, sequence: try schedule($0))
    }
    let recorder = RunRecorder(key: key, spec: spec, context: context)
    switch try problem(spec.problem) {
    case let surface as any Surface:
      let start = spec.start ?? surface.starts.first ?? []
      guard start.count == surface.dimension else {
        throw SelectionError(
          "\(spec.problem.name) has \(surface.dimension) coordinates; the start has \(start.count)")
      }
      try context.dump?.write(
        start: Vector(start), layout: ParameterLayout(coordinates: surface.dimension))
      let record = try descend(
        surface, from: start, with: optimizer, schedules: schedules, recorder: recorder)
      if record.trajectory.dimension == surface.dimension {
        let last = record.trajectory.point(record.trajectory.count - 1)
        try context.dump?.write(end: Vector(last))
      }
      try context.dump?.write(record)
      return record
    case let training as any TrainingProblem:
      let record = try train(training, with: optimizer, schedules: schedules, recorder: recorder)
      try context.dump?.write(record)
      return record
    default:
      throw SelectionError("\(spec.problem.name) is neither a surface nor a training problem")
    }
  }
}

/// The schedules of a run, as they act on an optimizer and what it wraps.
struct ScheduledHyperparameters {
  /// A schedule of a hyperparameter other than the learning rate.
  private struct Other {
    let place: ScheduledHyperparameter
    let depth: Int
    let base: Double
    let sequence: ScheduleSequence
  }

  private let steps: Int
  /// The learning rate of each level, from the outside inwards; nil for a level without one.
  private let rates: [(base: Double, sequence: ScheduleSequence?)?]
  private let others: [Other]

  /// The schedules of an optimizer that wraps nothing, or of the outermost level.
  init(
    _ schedules: [(hyperparameter: String, sequence: ScheduleSequence)],
    for optimizer: any Optimizer, steps: Int
  ) throws {
    try self.init(
      schedules.map { (depth: 0, hyperparameter: $0.hyperparameter, sequence: $0.sequence) },
      for: optimizer, steps: steps)
  }

  /// Schedules at any level, 0 being the outermost. A schedule of `lr` at a level without a rate of
  /// its own is that of the next one inwards that has one.
  init(
    _ schedules: [(depth: Int, hyperparameter: String, sequence: ScheduleSequence)],
    for optimizer: any Optimizer, steps: Int
  ) throws {
    self.steps = steps
    let levels = optimizer.levels
    let declared = optimizer.declaredRates
    var sequences = [ScheduleSequence?](repeating: nil, count: levels.count)
    var others: [Other] = []
    for (depth, hyperparameter, sequence) in schedules {
      if hyperparameter == "lr" {
        let owner = (depth..<levels.count).first { declared[$0] != nil } ?? depth
        if sequences[owner] == nil { sequences[owner] = sequence }
        continue
      }
      let place = try levels[depth].scheduledHyperparameter(hyperparameter)
      let base = levels[depth].hyperparameters.first { $0.name == place.name }?.number ?? 0
      others.append(Other(place: place, depth: depth, base: base, sequence: sequence))
    }
    rates = zip(declared, sequences).map { base, sequence in
      if let base { return (base, sequence) }
      // An optimizer without a learning rate sees a schedule of it all the same.
      return sequence.map { (1, $0) }
    }
    self.others = others
  }

  /// Whether anything but learning rates changes from step to step.
  var changesOthers: Bool { !others.isEmpty }

  /// The learning rate of the outermost level for the update that follows `step` updates.
  func learningRate(after step: Int) -> Double {
    rates.lazy.compactMap { $0 }.first.map { value($0, after: step) } ?? 1
  }

  /// The learning rate of each level for the update that follows `step` updates.
  func learningRates(after step: Int) -> [Double?] {
    rates.map { $0.map { value($0, after: step) } }
  }

  private func value(_ rate: (base: Double, sequence: ScheduleSequence?), after step: Int)
    -> Double
  { rate.sequence?.value(base: rate.base, step: step, steps: steps) ?? rate.base }

  /// Sets the other scheduled hyperparameters for the update that follows `step` updates.
  func apply(to optimizer: inout some Optimizer, after step: Int) {
    for other in others {
      optimizer.set(
        other.place, at: other.depth,
        to: other.sequence.value(base: other.base, step: step, steps: steps))
    }
  }
}

extension RunRecorder {
  /// Whether the budget of the run is used up.
  func isSpent(steps: Int, gradients: Int, seconds: Double) -> Bool { steps >= spec.steps }
}

/// The number of the step in progress, shared with the closures of an oracle.
final class CurrentStep {
  var step = 1
}
