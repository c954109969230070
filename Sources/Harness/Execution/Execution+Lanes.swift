// Runs that are done as lanes of one another: one loop over many runs instead of many loops.

import OptimizerKit

extension PluginCatalogue {
  /// What runs must share to be lanes of one another: problem, its coordinates, update rule and budget.
  /// Hyperparameters, schedules, starts, seeds and ends are each lane's own.
  private struct LaneKey: Hashable {
    let problem: PluginSpec
    let optimizer: String
    let budget: Budget
    /// The instance that turns and shifts the coordinates.
    let moving: Instance?
  }

  /// The most numbers that the paths of a group may hold.
  private static let mostNumbers = 1 << 22

  /// Which of these runs can be lanes of one another, by their places, and which cannot.
  func laneGroups(_ specs: [RunSpec]) -> (groups: [[Int]], others: [Int]) {
    var groups: [LaneKey: [Int]] = [:]
    var order: [LaneKey] = []
    var others: [Int] = []
    for (place, spec) in specs.enumerated() {
      guard spec.optimizer.wrapped.isEmpty, let start = spec.start,
        let steps = spec.budget.mostSteps,
        let type = try? entry(spec.optimizer.name, kind: .optimizer).type
          as? any CoordinateRule.Type,
        !type.hasEvaluationPoint, !readsLoss(spec.optimizer)
      else {
        others.append(place)
        continue
      }
      let key = LaneKey(
        problem: spec.problem, optimizer: spec.optimizer.name, budget: spec.budget,
        moving: spec.instance?.isMoved == true ? spec.instance : nil)
      let room = Self.mostNumbers / max(1, steps * (start.count + 5))
      if groups[key] == nil { order.append(key) }
      guard groups[key, default: []].count < max(room, 1) else {
        others.append(place)
        continue
      }
      groups[key, default: []].append(place)
    }
    let lanes = order.compactMap { groups[$0] }
    return (lanes.filter { $0.count > 1 }, others + lanes.filter { $0.count == 1 }.flatMap { $0 })
  }

  /// Whether a schedule of an optimizer reads the loss, which lanes are told only after many steps.
  private func readsLoss(_ spec: OptimizerSpec) -> Bool {
    spec.schedules.flatMap(\.parts).contains {
      (try? entry($0.name, kind: .schedule).type) is any ReactiveSchedule.Type
    }
  }

  /// Does runs as lanes of one another, with the bits that each has alone.
  ///
  /// - Parameter runs: a group of `laneGroups`.
  /// - Returns: nil where they cannot be lanes after all, or do not end in time.
  func executeLanes(
    _ runs: [(spec: RunSpec, recording: Recording)], context: ExecutionContext
  ) throws -> [RunResult]? {
    guard let surface = try problem(runs[0].spec.problem) as? any Surface else { return nil }
    let dimension = surface.dimension
    let budget = runs[0].spec.budget
    let moved = surface.moved(to: runs[0].spec.instance)
    let ruler = context.rulers.ruler(for: runs[0].spec.problem, surface)
    var lanes: [LaneDescent.Lane] = []
    var scheduled: [ScheduledHyperparameters] = []
    var recorders: [RunRecorder] = []
    for (spec, recording) in runs {
      guard let named = spec.start, named.count == dimension,
        let rule = try optimizer(spec.optimizer) as? any CoordinateRule
      else { return nil }
      let start = moved?.moved(named) ?? named
      let schedules = try schedules(of: spec.optimizer)
      lanes.append(LaneDescent.Lane(rule, from: start, seed: spec.seed))
      scheduled.append(
        try ScheduledHyperparameters(schedules, for: rule, steps: budget.total))
      let recorder = RunRecorder(spec: spec, recording: recording, context: context)
      recorder.minimumLoss = surface.minimumLoss
      recorder.moved = moved
      recorder.measure = { ruler.measures(of: $0, by: schedules.isEmpty ? rule : nil) }
      recordRows(
        surface, points: start, firstStep: 0, rates: [0], cost: RunCost(), recorder: recorder)
      recorders.append(recorder)
    }
    let changesOthers = scheduled.contains(where: \.changesOthers)
    let constantRates = scheduled.map(\.constantRate)
    guard
      var descent = LaneDescent(
        lanes, on: moved ?? surface, individually: changesOthers)
    else { return nil }
    descent.keep { !recorders[$0].isFinished }

    var seconds = 0.0
    var chunk = 1
    while !descent.lanes.isEmpty,
      !budget.isSpent(steps: descent.step, gradients: descent.step, seconds: 0)
    {
      if context.now() > context.deadline { return nil }
      let step = descent.step
      let steps = min(changesOthers ? 1 : chunk, (budget.mostSteps ?? 0) - step)
      let count = descent.lanes.count
      var rates = [Double](repeating: 0, count: count * steps)
      for (k, lane) in descent.lanes.enumerated() {
        for i in 0..<steps {
          rates[k * steps + i] =
            constantRates[lane] ?? scheduled[lane].learningRate(after: step + i)
        }
        if changesOthers {
          scheduled[lane].forEachOther(after: step) { descent.set($0, of: k, to: $1) }
        }
      }
      var path = [Double](repeating: 0, count: count * steps * dimension)
      let begin = context.now()
      rates.withUnsafeBufferPointer { rates in
        path.withUnsafeMutableBufferPointer { path in
          descent.advance(steps: steps, rates: rates.baseAddress, path: path.baseAddress)
        }
      }
      seconds += (context.now() - begin) / Double(count)
      var cost = RunCost()
      cost.counts.gradients = step + steps
      cost.seconds = seconds
      for (k, lane) in descent.lanes.enumerated() {
        let points = path[k * steps * dimension..<(k + 1) * steps * dimension]
        recordRows(
          surface, points: Array(points), firstStep: step + 1,
          rates: Array(rates[k * steps..<(k + 1) * steps]), cost: cost, recorder: recorders[lane])
      }
      descent.keep { !recorders[$0].isFinished }
      chunk = min(2 * chunk, 256)
    }
    return recorders.map { recorder in
      var counts = EvaluationCounts()
      counts.gradients = recorder.lastStep
      return recorder.result(counts: counts, seconds: recorder.secondsOfLastRow)
    }
  }
}
