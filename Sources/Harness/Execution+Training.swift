// A run that trains a model, in single precision.

import OptimizerKit

extension PluginCatalogue {
  func train(
    _ problem: any TrainingProblem, with optimizer: any Optimizer,
    schedules: [(hyperparameter: String, sequence: ScheduleSequence)], recorder: RunRecorder
  ) throws -> RunRecord {
    var optimizer = optimizer
    let spec = recorder.spec
    let session = try problem.makeSession(seed: spec.seed)
    let scheduled = try ScheduledHyperparameters(schedules, for: optimizer, steps: spec.steps)
    recorder.divergenceFactor = 1e4
    var x = session.initialParameters()
    var state: OptimizerState<Float> = optimizer.makeState(for: session.layout)
    var gradient = Vector(repeating: Float(0), count: x.count)
    let current = CurrentStep()
    var oracle = Oracle<Float>(
      capabilities: problem.capabilities,
      loss: { session.loss(at: $0, step: current.step) },
      gradient: { x, g in
        _ = session.lossAndGradient(at: x, step: current.step, gradient: &g)
      })
    let validationSteps = Set(
      (0...spec.recording.validations).map { $0 * spec.steps / spec.recording.validations })
    let nowhere = UnsafeBufferPointer<Double>(start: nil, count: 0)
    var seconds = 0.0
    var lr = 0.0
    for step in 0...spec.steps {
      if validationSteps.contains(step) {
        let reported = optimizer.evaluationParameters(x, state: state) ?? x
        recorder.validation(step: step, session.validate(reported))
      }
      // The row after `step` updates holds loss and gradient of the minibatch that comes next.
      current.step = step + 1
      let begin = recorder.context.now()
      let loss = session.lossAndGradient(at: x, step: step + 1, gradient: &gradient)
      let between = recorder.context.now()
      recorder.row(
        step: step, loss: loss, gradientNorm: gradient.norm, learningRate: lr, point: nowhere)
      recorder.checkTime()
      guard step < spec.steps, !recorder.isFinished else { break }
      lr = scheduled.learningRate(after: step)
      scheduled.apply(to: &optimizer, after: step)
      oracle.counts.gradients += 1
      let resume = recorder.context.now()
      do {
        try optimizer.advance(
          &x, gradient: gradient, state: &state, oracle: &oracle, step: step + 1, lr: lr)
      } catch {
        recorder.fail(after: step + 1, error)
        break
      }
      seconds += (between - begin) + (recorder.context.now() - resume)
    }
    return recorder.record(counts: oracle.counts, seconds: seconds)
  }
}
