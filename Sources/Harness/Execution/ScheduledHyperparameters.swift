// Hyperparameters that follow schedules, at every level of wrapping.

import OptimizerKit

/// A schedule of a hyperparameter at a level of wrapping, 0 being the outermost.
struct LevelSchedule {
  let depth: Int
  let hyperparameter: String
  let sequence: ScheduleSequence
}

extension PluginCatalogue {
  /// The schedules of an optimizer and of all that it wraps.
  func schedules(of spec: OptimizerSpec) throws -> [LevelSchedule] {
    try spec.terms.enumerated().flatMap { depth, term in
      try term.schedules.map {
        LevelSchedule(
          depth: depth, hyperparameter: $0.hyperparameter, sequence: try schedule($0))
      }
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
    var sequence: ScheduleSequence
  }

  private let steps: Int
  /// The learning rate of each level, from the outside inwards; nil for a level without one.
  private var rates: [(base: Double, sequence: ScheduleSequence?)?]
  private var others: [Other]
  /// Whether any of the schedules reads the loss.
  let readsLoss: Bool

  /// Schedules at any level, 0 being the outermost. A schedule of `lr` at a level without a rate of
  /// its own is that of the next one inwards that has one.
  init(
    _ schedules: [LevelSchedule], for optimizer: any Optimizer, steps: Int
  ) throws {
    self.steps = steps
    let levels = optimizer.levels
    let declared = optimizer.declaredRates
    var sequences = [ScheduleSequence?](repeating: nil, count: levels.count)
    var others: [Other] = []
    for schedule in schedules {
      let depth = schedule.depth
      if schedule.hyperparameter == "lr" {
        let owner = (depth..<levels.count).first { declared[$0] != nil } ?? depth
        if sequences[owner] == nil { sequences[owner] = schedule.sequence }
        continue
      }
      let place = try levels[depth].scheduledHyperparameter(schedule.hyperparameter)
      let base = levels[depth].number(place.name) ?? 0
      others.append(Other(place: place, depth: depth, base: base, sequence: schedule.sequence))
    }
    rates = zip(declared, sequences).map { base, sequence in
      if let base { return (base, sequence) }
      // An optimizer without a learning rate sees a schedule of it all the same.
      return sequence.map { (1, $0) }
    }
    self.others = others
    readsLoss = schedules.contains(where: \.sequence.readsLoss)
  }

  /// Tells the schedules that read it the loss that came with the gradient of the update that follows
  /// `step` updates.
  mutating func read(loss: Double, after step: Int) {
    guard readsLoss else { return }
    for index in rates.indices {
      guard let base = rates[index]?.base else { continue }
      rates[index]?.sequence?.read(loss: loss, base: base, step: step)
    }
    for index in others.indices {
      others[index].sequence.read(loss: loss, base: others[index].base, step: step)
    }
  }

  /// The learning rate of the outermost level, where it is the same at every step.
  var constantRate: Double? {
    for case let rate? in rates { return rate.sequence == nil ? rate.base : nil }
    return 1
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

  /// Calls `body` with each other scheduled hyperparameter of the outermost level and its value for the
  /// update that follows `step` updates.
  func forEachOther(after step: Int, _ body: (ScheduledHyperparameter, Double) -> Void) {
    for other in others {
      body(other.place, other.sequence.value(base: other.base, step: step, steps: steps))
    }
  }

  /// Sets the other scheduled hyperparameters for the update that follows `step` updates.
  func apply(to optimizer: inout some Optimizer, after step: Int) {
    for other in others {
      optimizer.set(
        other.place, at: other.depth,
        to: other.sequence.value(base: other.base, step: step, steps: steps))
    }
  }
}
