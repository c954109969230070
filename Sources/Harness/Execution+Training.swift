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
    let test = spec.recording.test ? try session.openTest() : nil
    let scheduled = try ScheduledHyperparameters(schedules, for: optimizer, steps: spec.steps)
    recorder.divergenceFactor = 1e4
    recorder.judgesGradient = true
    let start = session.initialParameters()
    let layout = session.layout
    try recorder.context.dump?.write(start: start, layout: layout)
    let current = CurrentStep()
    let meter = EvaluationMeter()
    var context = StepContext(
      x: start, layout: layout, state: optimizer.makeState(at: start, layout: layout),
      oracle: oracle(of: session, problem.capabilities, current: current, meter: meter),
      seed: spec.seed, steps: spec.steps)
    // The parameters before an update that leads to a validation pass.
    var previous = Vector(repeating: Float(0), count: start.count)
    let nowhere = UnsafeBufferPointer<Double>(start: nil, count: 0)
    var step = 0
    var seconds = 0.0
    var lr = 0.0
    while true {
      if spec.recording.isValidated(after: step, of: spec.steps) {
        let reported = optimizer.evaluationPoint(context.x, state: context.state)
        let metrics =
          step == 0 && reported == nil
          ? recorder.context.firstValidations.metrics(spec) { session.validate(context.x) }
          : session.validate(reported ?? context.x)
        recorder.validation(step: step, metrics)
        recorder.diagnostics(
          Trajectory.Diagnostics(
            step: step,
            updates: step == 0 ? [] : layout.updates(from: previous, to: context.x),
            layers: spec.recording.layers
              ? session.layerStatistics(at: context.x, step: step + 1) : []))
      }
      // The row after `step` updates holds loss and gradient of the minibatch that comes next.
      current.step = step + 1
      let begin = recorder.context.now()
      context.loss = session.lossAndGradient(
        at: context.x, step: step + 1, gradient: &context.gradient)
      let between = recorder.context.now()
      recorder.row(
        step: step, loss: context.loss, gradientNorm: context.gradient.norm, learningRate: lr,
        point: nowhere)
      recorder.checkTime()
      guard !recorder.isFinished,
        !recorder.isSpent(steps: step, gradients: meter.counts.gradients, seconds: seconds)
      else { break }
      context.begin(step: step + 1, rates: scheduled.learningRates(after: step))
      scheduled.apply(to: &optimizer, after: step)
      lr = context.lr
      meter.countHandedGradient()
      if spec.recording.isValidated(after: step + 1, of: spec.steps) {
        // Copied here, with the clock stopped, and not by a write to shared storage.
        previous.assign(context.x)
      }
      let resume = recorder.context.now()
      do {
        try optimizer.advance(&context)
      } catch {
        recorder.fail(after: step + 1, error)
        break
      }
      session.project(&context.x)
      seconds += (between - begin) + (recorder.context.now() - resume)
      step += 1
    }
    if !recorder.isFinished {
      let reported = optimizer.evaluationPoint(context.x, state: context.state)
      recorder.test = test?(reported ?? context.x)
    }
    let record = recorder.record(counts: meter.counts, seconds: seconds)
    try recorder.context.dump?.write(order: session, steps: record.steps)
    try recorder.context.dump?.write(end: context.x)
    return record
  }

  /// What an optimizer may ask of a training session: of the minibatch of the current step, and
  /// without a trace in running statistics.
  private func oracle(
    of session: any TrainingSession, _ capabilities: OracleCapabilities, current: CurrentStep,
    meter: EvaluationMeter
  ) -> Oracle<Float> {
    func both(_ x: Vector<Float>, _ g: inout Vector<Float>) -> Double {
      session.lossAndGradient(at: x, step: current.step, gradient: &g, isTracked: false)
    }
    return Oracle(
      capabilities: capabilities, meter: meter,
      loss: { session.loss(at: $0, step: current.step) }, gradient: { _ = both($0, &$1) },
      lossAndGradient: both)
  }
}
