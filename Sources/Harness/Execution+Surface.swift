// A run on a surface, in double precision.

import OptimizerKit

extension PluginCatalogue {
  /// Goes down a surface from a start.
  ///
  /// - Parameter stepwise: whether to take the general path even where there is a faster one, which
  ///   gives the same bits.
  func descend(
    _ surface: any Surface, from start: [Double], with optimizer: any Optimizer,
    schedules: [(hyperparameter: String, sequence: ScheduleSequence)], recorder: RunRecorder,
    stepwise: Bool = false
  ) throws -> RunResult {
    recorder.minimumLoss = surface.minimumLoss
    let ruler = recorder.context.rulers.ruler(for: recorder.spec.problem, surface)
    recorder.measure = {
      ruler.measures(of: $0, by: schedules.isEmpty ? optimizer : nil)
    }
    let scheduled = try ScheduledHyperparameters(
      schedules, for: optimizer, steps: recorder.steps)
    recordRows(
      surface, points: start, firstStep: 0, rates: [0], cost: RunCost(), recorder: recorder)
    if !stepwise, surface.dimension == 2, let rule = optimizer as? any CoordinateRule,
      !type(of: rule).hasEvaluationPoint
    {
      return descendInPlane(
        surface, from: start, with: rule, scheduled: scheduled, recorder: recorder)
    }
    return try descendStepwise(
      surface, from: start, with: optimizer, scheduled: scheduled, recorder: recorder)
  }

  /// A coordinate rule in the plane: in chunks, point and state in registers, losses afterwards.
  private func descendInPlane(
    _ surface: any Surface, from start: [Double], with rule: any CoordinateRule,
    scheduled: ScheduledHyperparameters, recorder: RunRecorder
  ) -> RunResult {
    var rule = rule
    var state: OptimizerState<Double> = rule.makeState(for: ParameterLayout(coordinates: 2))
    var point = Planar(start[0], start[1])
    let gradient = surface.planarGradient(seed: recorder.spec.seed)
    // A chunk ends where another hyperparameter than the learning rate changes: at every step.
    // The first ones are short, and they grow as long as they are fast: the time limit is heeded
    // between them.
    let longest = scheduled.others.isEmpty ? 4096 : 1
    var chunk = 1
    var path = [Planar<Double>](repeating: point, count: longest)
    var step = 0
    var seconds = 0.0
    var counts = EvaluationCounts()
    while step < recorder.steps, !recorder.isFinished {
      let steps = min(chunk, recorder.steps - step)
      let rates = (step..<step + steps).map { scheduled.learningRate(after: $0) }
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
      counts.gradients = step + steps
      recordRows(
        surface, points: points, firstStep: step + 1, rates: rates,
        cost: RunCost(counts: counts, seconds: seconds), recorder: recorder)
      step += steps
      recorder.checkTime()
    }
    counts.gradients = recorder.lastStep
    return recorder.result(counts: counts, seconds: seconds)
  }

  /// Any optimizer in any dimension, one step at a time.
  private func descendStepwise(
    _ surface: any Surface, from start: [Double], with optimizer: any Optimizer,
    scheduled: ScheduledHyperparameters, recorder: RunRecorder
  ) throws -> RunResult {
    var optimizer = optimizer
    let seed = recorder.spec.seed
    var state: OptimizerState<Double> = optimizer.makeState(
      for: ParameterLayout(coordinates: surface.dimension))
    var x = Vector(start)
    var gradient = Vector(repeating: 0.0, count: surface.dimension)
    let current = CurrentStep()
    var oracle = Oracle<Double>(
      capabilities: surface.capabilities,
      loss: { surface.loss(at: $0.array) },
      gradient: { x, g in
        var x = x
        surface.gradient(
          at: x.mutablePointer(), into: g.mutablePointer(), seed: seed, step: current.step)
      },
      hessianVectorProduct: { x, v in
        Vector(surface.hessianVectorProduct(at: x.array, v.array))
      })
    var seconds = 0.0
    for step in 1...max(recorder.steps, 1) where !recorder.isFinished {
      let lr = scheduled.learningRate(after: step - 1)
      scheduled.apply(to: &optimizer, after: step - 1)
      current.step = step
      let begin = recorder.context.now()
      surface.gradient(
        at: x.mutablePointer(), into: gradient.mutablePointer(), seed: seed, step: step)
      oracle.counts.gradients += 1
      do {
        try optimizer.advance(
          &x, gradient: gradient, state: &state, oracle: &oracle, step: step, lr: lr)
      } catch {
        recorder.fail(after: step, error)
        break
      }
      seconds += recorder.context.now() - begin
      let reported = optimizer.evaluationParameters(x, state: state) ?? x
      recordRows(
        surface, points: reported.array, firstStep: step, rates: [lr],
        cost: RunCost(counts: oracle.counts, seconds: seconds), recorder: recorder)
      if step % 64 == 0 || recorder.context.now() > recorder.context.deadline {
        recorder.checkTime()
      }
    }
    return recorder.result(counts: oracle.counts, seconds: seconds)
  }

  /// Evaluates points that follow each other and records them.
  private func recordRows(
    _ surface: any Surface, points: [Double], firstStep: Int, rates: [Double], cost: RunCost,
    recorder: RunRecorder
  ) {
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
  }
}

/// The number of the step in progress, shared with the closures of an oracle.
final class CurrentStep {
  var step = 1
}
