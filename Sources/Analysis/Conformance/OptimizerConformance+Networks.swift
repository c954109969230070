// An optimizer on small networks: real layouts, minibatches, single precision.

import OptimizerKit

extension OptimizerConformance {
  /// A dozen steps of training: finite, the same bits twice, and the same from a checkpoint.
  static func trainingFindings(_ optimizer: some Optimizer, on problem: any TrainingProblem) throws
    -> [ConformanceFinding]
  {
    let steps = 12
    var run = try Training(optimizer, problem)
    let initial = run.meanLoss
    try run.advance(steps / 2)
    let checkpoint = run
    try run.advance(steps / 2)
    let place = "on \(run.name)"
    func finding(_ check: String, _ message: String, _ expected: String, _ actual: String)
      -> [ConformanceFinding]
    { [ConformanceFinding(check, "\(message) \(place)", expected: expected, actual: actual)] }

    let undeclared = undeclaredFindings(optimizer, asked: run.meter.asked)
    guard undeclared.isEmpty else { return undeclared }
    guard run.x.array.allSatisfy(\.isFinite), run.meanLoss.isFinite else {
      return finding(
        "network", "not finite after \(run.steps) steps", "finite parameters and loss",
        "a loss of \(run.meanLoss)")
    }
    var again = try Training(optimizer, problem)
    try again.advance(steps)
    guard again.x.bits == run.x.bits else {
      return finding(
        "determinism", "two runs from the same start differ after \(steps) steps",
        describe(run.point), describe(again.point))
    }
    var continued = checkpoint
    try continued.advance(steps / 2)
    guard continued.x.bits == run.x.bits else {
      return finding(
        "checkpoint", "continued from a copy, the run gives other numbers: some state is shared",
        describe(run.point), describe(continued.point))
    }
    guard run.meanLoss > initial else { return [] }
    return [
      ConformanceFinding(
        "network", "the training loss has risen after \(steps) steps \(place)",
        expected: "less than \(rounded(initial))", actual: rounded(run.meanLoss), severity: .note)
    ]
  }

  /// What is left of the training loss after some steps at a learning rate, as a share of the start's;
  /// infinite where the run left the numbers.
  public static func trainingShare(
    of optimizer: some Optimizer, on problem: any TrainingProblem, lr: Double, steps: Int
  ) throws -> Double {
    var run = try Training(optimizer, problem)
    if let owner = run.rates.firstIndex(where: { $0 != nil }) { run.rates[owner] = lr }
    let initial = run.meanLoss
    try run.advance(steps)
    let share = run.meanLoss / initial
    return share.isFinite && run.x.array.allSatisfy(\.isFinite) ? share : .infinity
  }

  /// A training run of which a copy is a checkpoint: what the session keeps, running statistics, has
  /// no part in gradients.
  private struct Training<O: Optimizer> {
    var optimizer: O
    let name: String
    let session: any TrainingSession
    let capabilities: OracleCapabilities
    let meter = EvaluationMeter()
    var x: Vector<Float>
    var state: OptimizerState<Float>
    var steps = 0
    /// The learning rates of the levels.
    var rates: [Double?]

    init(_ optimizer: O, _ problem: any TrainingProblem) throws {
      self.optimizer = optimizer
      name = type(of: problem).summary
      capabilities = problem.capabilities
      session = try problem.makeSession(seed: 1)
      x = session.initialParameters()
      state = optimizer.makeState(at: x, layout: session.layout)
      rates = optimizer.declaredRates
    }

    mutating func advance(_ count: Int) throws {
      for _ in 0..<count {
        steps += 1
        let step = steps
        let session = session
        var context = StepContext(
          x: x, layout: session.layout, state: state,
          oracle: Oracle(session, capabilities, meter: meter) { step }, steps: nil)
        if optimizer.usesGradient {
          context.loss = session.lossAndGradient(at: x, step: step, gradient: &context.gradient)
        } else {
          context.gradient.fill(.nan)
        }
        context.begin(step: step, rates: rates)
        defer {
          x = context.x
          state = context.state
        }
        try optimizer.advance(&context)
        session.project(&context.x)
      }
    }

    var point: [Double] { x.array.map(Double.init) }
    /// The loss over all minibatches, where the optimizer reports it.
    var meanLoss: Double {
      let point = optimizer.evaluationPoint(x, state: state) ?? x
      let batches = 1...session.stepsPerEpoch
      return batches.reduce(0) { $0 + session.loss(at: point, step: $1) } / Double(batches.count)
    }
  }
}
