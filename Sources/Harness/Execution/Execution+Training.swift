// A run that trains a model, in single precision.

import Analysis
import OptimizerKit

extension PluginCatalogue {
  func train(
    _ problem: any TrainingProblem, with optimizer: any Optimizer,
    schedules: [LevelSchedule], recorder: RunRecorder
  ) throws -> RunResult {
    var optimizer = optimizer
    let spec = recorder.spec
    let recording = recorder.recording
    let budget = spec.budget
    let session = try problem.makeSession(seed: spec.seed)
    let test = recording.test ? try session.openTest() : nil
    var scheduled = try ScheduledHyperparameters(schedules, for: optimizer, steps: budget.total)
    recorder.divergenceFactor = 1e4
    let usesGradient = optimizer.usesGradient
    recorder.judgesGradient = usesGradient
    recorder.measure = { RunMeasures(of: $0, target: problem.target, guess: problem.lossOfGuess) }
    let start = session.initialParameters()
    let layout = session.layout
    if let dump = recorder.context.dump {
      try dump.write(start: start, layout: layout)
      if let description = try problem.trainingDescription() { try dump.write(description) }
    }
    let current = CurrentStep()
    let meter = EvaluationMeter()
    var context = StepContext(
      x: start, layout: layout, state: optimizer.makeState(at: start, layout: layout),
      oracle: Oracle(session, problem.capabilities, meter: meter) { current.step },
      seed: spec.seed, steps: budget.mostSteps)
    if !usesGradient { context.gradient.fill(.nan) }
    // The parameters before an update that leads to a validation pass.
    var previous = Vector(repeating: Float(0), count: start.count)
    let nowhere = UnsafeBufferPointer<Double>(start: nil, count: 0)
    var step = 0
    var seconds = 0.0
    var lr = 0.0
    // How much of the budget was spent before the last step.
    var before = -1
    // What a step will cost is known only where a budget counts steps.
    func leadsToValidation(_ spent: Int) -> Bool {
      guard case .steps(let total) = budget else { return true }
      return recording.isValidated(after: spent + 1, since: spent, of: total)
    }
    while true {
      let spent = budget.spent(
        steps: step, gradients: meter.counts.spent(by: optimizer, steps: step), seconds: seconds)
      if recording.isValidated(after: spent, since: before, of: budget.total) {
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
            layers: recording.layers
              ? session.layerStatistics(at: context.x, step: step + 1) : [],
            sharpness: recording.sharpness
              ? Sharpness(
                of: session, at: context.x, step: step + 1,
                preconditioner: step > 0 ? optimizer.preconditioner(state: context.state) : nil)
              : nil))
      }
      if recording.hasCheckpoint(after: spent, since: before, of: budget.total) {
        recorder.checkpoint(
          step: step, optimizer.evaluationPoint(context.x, state: context.state) ?? context.x)
      }
      // The row after `step` updates holds loss and gradient of the minibatch that comes next.
      current.step = step + 1
      let begin = recorder.context.now()
      if usesGradient {
        context.loss = session.lossAndGradient(
          at: context.x, step: step + 1, gradient: &context.gradient)
      }
      let between = recorder.context.now()
      recorder.row(
        step: step,
        loss: usesGradient ? context.loss : session.loss(at: context.x, step: step + 1),
        gradientNorm: usesGradient ? context.gradient.norm : .nan, learningRate: lr,
        point: nowhere, cost: RunCost(counts: meter.counts, seconds: seconds))
      recorder.checkTime()
      guard !recorder.isFinished,
        !budget.isSpent(
          steps: step, gradients: meter.counts.spent(by: optimizer, steps: step), seconds: seconds)
      else { break }
      scheduled.read(loss: Double(context.loss), after: spent)
      context.begin(step: step + 1, rates: scheduled.learningRates(after: spent))
      scheduled.apply(to: &optimizer, after: spent)
      lr = context.lr
      if usesGradient { meter.countHandedGradient() }
      before = spent
      if leadsToValidation(spent) {
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
    if recording.keptCheckpoints > 0 {
      // A run that ended before its budget was spent has its last parameters too.
      recorder.checkpoint(
        step: step, optimizer.evaluationPoint(context.x, state: context.state) ?? context.x)
    }
    if !recorder.isFinished {
      let reported = optimizer.evaluationPoint(context.x, state: context.state)
      recorder.test = test?(reported ?? context.x)
    }
    let result = recorder.result(counts: meter.counts, seconds: seconds)
    try recorder.context.dump?.write(order: session, steps: result.outcome.steps)
    try recorder.context.dump?.write(end: context.x)
    return result
  }
}
