// A run that trains a model, in single precision.

import OptimizerKit

extension PluginCatalogue {
  func train(
    _ problem: any TrainingProblem, with optimizer: any Optimizer,
    schedules: [(hyperparameter: String, sequence: ScheduleSequence)], recorder: RunRecorder
  ) throws -> RunResult {
    var optimizer = optimizer
    let spec = recorder.spec
    let recording = recorder.recording
    let steps = recorder.steps
    let session = try problem.makeSession(seed: spec.seed)
    let test = recording.test ? try session.openTest() : nil
    let scheduled = try ScheduledHyperparameters(schedules, for: optimizer, steps: steps)
    recorder.divergenceFactor = 1e4
    recorder.judgesGradient = true
    recorder.measure = { RunMeasures(of: $0, target: problem.target) }
    var x = session.initialParameters()
    try recorder.context.dump?.write(start: x, layout: session.layout)
    var state: OptimizerState<Float> = optimizer.makeState(for: session.layout)
    var gradient = Vector(repeating: Float(0), count: x.count)
    let current = CurrentStep()
    var oracle = Oracle<Float>(
      capabilities: problem.capabilities,
      loss: { session.loss(at: $0, step: current.step) },
      gradient: { x, g in
        _ = session.lossAndGradient(at: x, step: current.step, gradient: &g)
      })
    // The parameters before an update that leads to a validation pass.
    var previous = Vector(repeating: Float(0), count: x.count)
    let nowhere = UnsafeBufferPointer<Double>(start: nil, count: 0)
    var seconds = 0.0
    var lr = 0.0
    for step in 0...steps {
      if recording.isValidated(after: step, of: steps) {
        let reported = optimizer.evaluationParameters(x, state: state)
        let metrics =
          step == 0 && reported == nil
          ? recorder.context.firstValidations.metrics(spec) { session.validate(x) }
          : session.validate(reported ?? x)
        recorder.validation(step: step, metrics)
        recorder.diagnostics(
          Trajectory.Diagnostics(
            step: step,
            updates: step == 0 ? [] : session.layout.updates(from: previous, to: x),
            layers: recording.layers ? session.layerStatistics(at: x, step: step + 1) : []))
      }
      // The row after `step` updates holds loss and gradient of the minibatch that comes next.
      current.step = step + 1
      let begin = recorder.context.now()
      let loss = session.lossAndGradient(at: x, step: step + 1, gradient: &gradient)
      let between = recorder.context.now()
      recorder.row(
        step: step, loss: loss, gradientNorm: gradient.norm, learningRate: lr, point: nowhere,
        cost: RunCost(counts: oracle.counts, seconds: seconds))
      recorder.checkTime()
      guard step < steps, !recorder.isFinished else { break }
      lr = scheduled.learningRate(after: step)
      scheduled.apply(to: &optimizer, after: step)
      oracle.counts.gradients += 1
      if recording.isValidated(after: step + 1, of: steps) {
        // Copied here, with the clock stopped, and not by a write to shared storage.
        previous.mutablePointer().update(from: x.pointer, count: x.count)
      }
      let resume = recorder.context.now()
      do {
        try optimizer.advance(
          &x, gradient: gradient, state: &state, oracle: &oracle, step: step + 1, lr: lr)
      } catch {
        recorder.fail(after: step + 1, error)
        break
      }
      session.project(&x)
      seconds += (between - begin) + (recorder.context.now() - resume)
    }
    if !recorder.isFinished {
      recorder.test = test?(optimizer.evaluationParameters(x, state: state) ?? x)
    }
    let result = recorder.result(counts: oracle.counts, seconds: seconds)
    try recorder.context.dump?.write(order: session, steps: result.outcome.steps)
    try recorder.context.dump?.write(end: x)
    return result
  }
}
