// A run on a surface, in double precision.

import OptimizerKit

extension PluginCatalogue {
  /// Goes down a surface from a start, in the coordinates of the run's instance.
  ///
  /// - Parameter stepwise: whether to take the general path even where there is a faster one, which
  ///   gives the same bits.
  func descend(
    _ surface: any Surface, from start: [Double], with optimizer: any Optimizer,
    schedules: [LevelSchedule], recorder: RunRecorder,
    stepwise: Bool = false
  ) throws -> RunResult {
    recorder.minimumLoss = surface.minimumLoss
    recorder.moved = surface.moved(to: recorder.spec.instance)
    let seen: any Surface = recorder.moved ?? surface
    let start = recorder.moved?.moved(start) ?? start
    let ruler = recorder.context.rulers.ruler(for: recorder.spec.problem, surface)
    recorder.measure = {
      ruler.measures(of: $0, by: schedules.isEmpty ? optimizer : nil)
    }
    let scheduled = try ScheduledHyperparameters(
      schedules, for: optimizer, steps: recorder.spec.budget.total)
    recordRows(
      surface, points: start, firstStep: 0, rates: [0], cost: RunCost(), recorder: recorder)
    if !stepwise, !scheduled.readsLoss, surface.dimension == 2, surface.domain == nil,
      let rule = optimizer as? any CoordinateRule, !type(of: rule).hasEvaluationPoint
    {
      return descendInPlane(
        surface, seen: seen, from: start, with: rule, scheduled: scheduled, recorder: recorder)
    }
    return try descendStepwise(
      surface, seen: seen, from: start, with: optimizer, scheduled: scheduled, recorder: recorder)
  }

  /// A coordinate rule in the plane: in chunks, point and state in registers, losses afterwards.
  private func descendInPlane(
    _ surface: any Surface, seen: any Surface, from start: [Double], with rule: any CoordinateRule,
    scheduled: ScheduledHyperparameters, recorder: RunRecorder
  ) -> RunResult {
    var rule = rule
    var state: OptimizerState<Double> = rule.state(count: 2)
    var point = Planar(start[0], start[1])
    let gradient = seen.planarGradient(seed: recorder.spec.seed)
    // A chunk ends where another hyperparameter than the learning rate changes: at every step.
    // The first ones are short, and they grow as long as they are fast: the time limit is heeded
    // between them.
    let longest = scheduled.changesOthers ? 1 : 4096
    var chunk = 1
    var path = [Planar<Double>](repeating: point, count: longest)
    var step = 0
    var seconds = 0.0
    let budget = recorder.spec.budget
    while !recorder.isFinished, !budget.isSpent(steps: step, gradients: step, seconds: seconds) {
      let steps = min(chunk, recorder.steps - step)
      let rates =
        scheduled.constantRate.map { Array(repeating: $0, count: steps) }
        ?? (step..<step + steps).map { scheduled.learningRate(after: $0) }
      scheduled.apply(to: &rule, after: step)
      let begin = recorder.context.now()
      rates.withUnsafeBufferPointer { rates in
        path.withUnsafeMutableBufferPointer { path in
          rule.descend(
            gradient, point: &point, state: &state, firstStep: step + 1, rates: rates,
            steps: steps, path: path.baseAddress)
        }
      }
      let taken = recorder.context.now() - begin
      seconds += taken
      chunk = taken < 0.01 ? min(2 * chunk, longest) : max(chunk / 2, 1)
      let points = path[..<steps].flatMap { [$0.x, $0.y] }
      var counts = EvaluationCounts()
      counts.gradients = step + steps
      recordRows(
        surface, points: points, firstStep: step + 1, rates: rates,
        cost: RunCost(counts: counts, seconds: seconds), recorder: recorder)
      step += steps
      recorder.checkTime()
    }
    var counts = EvaluationCounts()
    counts.gradients = recorder.lastStep
    return recorder.result(counts: counts, seconds: seconds)
  }

  /// Any optimizer in any dimension, one step at a time.
  private func descendStepwise(
    _ surface: any Surface, seen: any Surface, from start: [Double], with optimizer: any Optimizer,
    scheduled: ScheduledHyperparameters, recorder: RunRecorder
  ) throws -> RunResult {
    var optimizer = optimizer
    var scheduled = scheduled
    let seed = recorder.spec.seed
    let current = CurrentStep()
    let meter = EvaluationMeter()
    let x = Vector(start)
    let layout = surface.layout
    let domain = surface.domain
    var context = StepContext(
      x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout),
      oracle: oracle(of: seen, seed: seed, current: current, meter: meter), seed: seed,
      steps: recorder.spec.budget.mostSteps)
    let usesGradient = optimizer.usesGradient
    if usesGradient {
      context.loss = seen.loss(at: x)
    } else {
      context.gradient.fill(.nan)
    }
    var step = 0
    var seconds = 0.0
    while !recorder.isFinished,
      !recorder.spec.budget.isSpent(
        steps: step, gradients: meter.counts.spent(by: optimizer, steps: step), seconds: seconds)
    {
      let spent = recorder.spec.budget.spent(
        steps: step, gradients: meter.counts.spent(by: optimizer, steps: step), seconds: seconds)
      scheduled.read(loss: context.loss, after: spent)
      context.begin(step: step + 1, rates: scheduled.learningRates(after: spent))
      scheduled.apply(to: &optimizer, after: spent)
      let lr = context.lr
      step += 1
      current.step = step
      let begin = recorder.context.now()
      if usesGradient {
        seen.gradient(
          at: context.x.mutablePointer(), into: context.gradient.mutablePointer(), seed: seed,
          step: step)
        meter.countHandedGradient()
      }
      do {
        try optimizer.advance(&context)
      } catch {
        recorder.fail(after: step, error)
        break
      }
      domain?.confine(context.x.mutablePointer())
      seconds += recorder.context.now() - begin
      var reported = optimizer.evaluationPoint(context.x, state: context.state)
      if let domain, reported != nil { domain.confine(reported!.mutablePointer()) }
      let loss = recordRows(
        surface, points: (reported ?? context.x).array, firstStep: step, rates: [lr],
        cost: RunCost(counts: meter.counts, seconds: seconds), recorder: recorder)
      if usesGradient {
        context.loss = reported == nil ? loss : seen.loss(at: context.x)
      }
      if step % 64 == 0 || recorder.context.now() > recorder.context.deadline {
        recorder.checkTime()
      }
    }
    return recorder.result(counts: meter.counts, seconds: seconds)
  }

  /// What an optimizer may ask of a surface; the noise of its gradients is that of the current step.
  private func oracle(
    of surface: any Surface, seed: UInt64, current: CurrentStep, meter: EvaluationMeter
  ) -> Oracle<Double> {
    Oracle(
      capabilities: surface.capabilities, meter: meter,
      loss: { surface.loss(at: $0) },
      gradient: { x, g in
        withExtendedLifetime(x) {
          surface.gradient(
            at: UnsafeMutablePointer(mutating: x.pointer), into: g.mutablePointer(), seed: seed,
            step: current.step)
        }
      },
      hessianVectorProduct: { x, v in
        Vector(surface.hessianVectorProduct(at: x.array, v.array))
      },
      residuals: { try surface.residuals(at: $0) })
  }

  /// Evaluates points that follow each other and records them, in the coordinates of the surface as it is
  /// written; returns the loss at the last one.
  @discardableResult
  func recordRows(
    _ surface: any Surface, points: [Double], firstStep: Int, rates: [Double], cost: RunCost,
    recorder: RunRecorder
  ) -> Double {
    let points = recorder.moved?.unmoved(points) ?? points
    let dimension = surface.dimension
    let count = points.count / dimension
    var losses = [Double](repeating: 0, count: count)
    var norms = losses
    surface.evaluate(points, count: count, losses: &losses, gradientNorms: &norms)
    points.withUnsafeBufferPointer { points in
      losses.withUnsafeBufferPointer { losses in
        norms.withUnsafeBufferPointer { norms in
          rates.withUnsafeBufferPointer { rates in
            recorder.rows(
              from: firstStep, losses: losses, gradientNorms: norms, learningRates: rates,
              points: points, cost: cost)
          }
        }
      }
    }
    return losses[count - 1]
  }
}
