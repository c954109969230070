// A line of a map, whose cells are done side by side.

import OptimizerKit

/// What the cells of a line of a map share: the surface, and a rule that can be done side by side.
struct MapLine {
  /// The run of the first cell.
  let base: RunSpec
  private let surface: any Surface
  private let rule: any CoordinateRule
  private let schedules: [LevelSchedule]
  private let own: MapLanes

  /// - Returns: nil where the cells cannot be done side by side.
  init?(_ spec: RunSpec, _ order: MapOrder, catalogue: PluginCatalogue) throws {
    guard order.axis.place != .problem, spec.optimizer.wrapped.isEmpty,
      let steps = spec.budget.mostSteps,
      let surface = try catalogue.problem(spec.problem) as? any Surface,
      let rule = try? catalogue.optimizer(spec.optimizer) as? any CoordinateRule,
      !type(of: rule).hasEvaluationPoint,
      spec.start?.count == surface.dimension,
      let schedules = try? catalogue.schedules(of: spec.optimizer),
      let scheduled = try? ScheduledHyperparameters(
        schedules, for: rule, steps: spec.budget.total),
      !scheduled.readsLoss, !scheduled.changesOthers
    else { return nil }
    base = spec
    self.surface = surface
    self.rule = rule
    self.schedules = schedules
    own = MapLanes(surface, spec, steps: steps)
  }

  /// How many cells are done side by side.
  var lanes: Int { own.lanes }

  /// Does cells side by side; nil where that cannot be, or took too long.
  func run(
    _ block: Range<Int>, _ order: MapOrder, context: ExecutionContext
  ) -> [MapCells.Cell]? {
    guard
      let scheduled = try? ScheduledHyperparameters(
        schedules, for: rule, steps: base.budget.total)
    else { return nil }
    let isRate = MapOrder.isLearningRate(order.axis, order.map)
    // What changes along the line, of the cells of this block.
    let places = block.map { $0 % order.axis.count }
    var starts = Array(repeating: base.start ?? [], count: block.count)
    if case .start(let coordinate) = order.axis.place {
      for (lane, place) in places.enumerated() {
        starts[lane][coordinate] = order.numbers[place]
      }
    }
    let bases =
      isRate
      ? places.map { order.numbers[$0] }
      : Array(repeating: rule.baseLearningRate, count: block.count)
    let descent: LaneDescent
    var rates: MapLanes.Rates?
    if isRate || order.axis.place.isStart {
      descent = LaneDescent(rule, on: surface, from: starts, rates: bases, seed: base.seed)
      if scheduled.constantRate == nil {
        let sequence = schedules.first { $0.hyperparameter == "lr" }?.sequence
        let steps = base.budget.total
        rates = { sequence?.value(base: bases[$0], step: $1, steps: steps) ?? bases[$0] }
      }
    } else {
      let rules = places.compactMap { place -> (any CoordinateRule)? in
        var rule = rule
        try? rule.set(order.axis.name, to: order.axis.values[place])
        guard (try? rule.validate()) != nil else { return nil }
        rule.resolve()
        return rule
      }
      guard rules.count == block.count, scheduled.constantRate != nil,
        let own = LaneDescent(
          zip(rules, starts).map { LaneDescent.Lane($0, from: $1, seed: base.seed) }, on: surface)
      else { return nil }
      descent = own
    }
    return own.run(descent, rates: rates) { context.now() <= context.deadline }
  }
}
