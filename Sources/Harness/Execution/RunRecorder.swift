// Collects what a run emits and decides when it has diverged or reached its target.

import OptimizerKit

/// What a run has cost up to a row.
struct RunCost {
  var counts = EvaluationCounts()
  var seconds = 0.0
}

/// Builds the result of one run, rows at a time.
final class RunRecorder {
  let spec: RunSpec
  let recording: Recording
  let context: ExecutionContext
  /// The known minimum of the loss, where there is one.
  var minimumLoss: Double?
  /// The surface as the optimizer sees it, where that is another than the one it is judged on.
  var moved: MovedSurface?
  /// The most that a loss may exceed the start by before the run counts as diverged; see `GapLimits`.
  var divergenceFactor = GapLimits.divergenceFactor
  /// Whether a gradient that is not finite is a divergence even where the loss is finite: a
  /// rectifier turns NaN into 0, and the loss of a ruined network may look like any other.
  var judgesGradient = false
  /// Measures the path when the run is done.
  var measure: (Trajectory) -> RunMeasures = { _ in RunMeasures() }

  /// What the last parameters reach on the test examples.
  var test: ValidationMetrics?

  private(set) var trajectory = Trajectory()
  private(set) var status: RunStatus?
  private(set) var reason = ""
  private(set) var lastStep = 0
  private var cost = RunCost()
  private var initialLoss = Double.nan
  private var finalLoss = Double.nan
  private var bestLoss = Double.nan
  private var reported = -Double.infinity
  /// Every how many rows one is kept until the run is measured.
  private var stride = 1
  /// The last row where it was not kept, with its point.
  private var pending: (row: Row, point: [Double])?

  /// One row but for its point.
  private struct Row {
    var step: Int
    var loss, gradientNorm, learningRate: Double
    var cost: RunCost
  }

  init(spec: RunSpec, recording: Recording, context: ExecutionContext) {
    self.spec = spec
    self.recording = recording
    self.context = context
  }

  /// The time of the updates up to the last row.
  var secondsOfLastRow: Double { cost.seconds }

  /// Whether the run is over.
  var isFinished: Bool { status != nil }

  /// The most updates that the budget allows.
  var steps: Int { spec.budget.mostSteps ?? .max }

  /// How many numbers a run may hold until it is measured; a longer one keeps the rows that its
  /// recording asks for and is measured on those.
  static let mostMeasured = 1 << 22

  /// Takes in rows that follow one another, the first after `firstStep` updates; those after the one
  /// that ends the run are not taken.
  ///
  /// - Parameters:
  ///   - learningRates: one for each row.
  ///   - points: the points, one after the other; none where they are not kept, and of a point in
  ///     many dimensions the first few coordinates are.
  ///   - cost: what the run has cost up to the last of these rows, evenly from the row before on.
  func rows(
    from firstStep: Int, losses: UnsafeBufferPointer<Double>,
    gradientNorms: UnsafeBufferPointer<Double>, learningRates: UnsafeBufferPointer<Double>,
    points: UnsafeBufferPointer<Double>, cost end: RunCost
  ) {
    guard !isFinished, !losses.isEmpty else { return }
    let count = losses.count
    let dimension = points.count / count
    if firstStep == 0 {
      initialLoss = losses[0]
      trajectory.dimension = recordedCoordinates(of: dimension)
      let columns = 5 + trajectory.dimension
      stride = steps < Self.mostMeasured / columns ? 1 : recording.every
    }
    let last = lastRow(losses, gradientNorms, points, dimension)
    let taken = last.index + 1
    let begin = cost
    cost = taken == count ? end : cost(at: last.index, of: count, from: begin, to: end)
    lastStep = firstStep + last.index
    let finite = losses[..<taken].lastIndex { $0.isFinite }
    if let finite { finalLoss = losses[finite] }
    for loss in losses[..<taken] where loss.isFinite && !(bestLoss <= loss) { bestLoss = loss }
    if last.endsRun {
      judge(
        step: lastStep, loss: losses[last.index], gradientNorm: gradientNorms[last.index],
        point: UnsafeBufferPointer(
          rebasing: points[last.index * dimension..<taken * dimension]))
    }
    pending = nil
    if stride == 1 {
      append(
        from: firstStep, taken, losses, gradientNorms, learningRates, points, dimension,
        from: begin, to: end, of: count)
    } else {
      for i in 0..<taken {
        let step = firstStep + i
        let row = Row(
          step: step, loss: losses[i], gradientNorm: gradientNorms[i],
          learningRate: learningRates[i], cost: cost(at: i, of: count, from: begin, to: end))
        let point = points[i * dimension..<i * dimension + trajectory.dimension]
        if step % stride == 0 {
          append(row, point)
        } else if i == taken - 1 {
          pending = (row, Array(point))
        }
      }
    }
  }

  /// Takes in one row.
  func row(
    step: Int, loss: Double, gradientNorm: Double, learningRate: Double,
    point: UnsafeBufferPointer<Double>, cost: RunCost
  ) {
    withUnsafePointer(to: loss) { loss in
      withUnsafePointer(to: gradientNorm) { norm in
        withUnsafePointer(to: learningRate) { rate in
          rows(
            from: step, losses: .init(start: loss, count: 1),
            gradientNorms: .init(start: norm, count: 1),
            learningRates: .init(start: rate, count: 1), points: point, cost: cost)
        }
      }
    }
  }

  /// Between which gaps f − f* the run goes on.
  private var limits: GapLimits {
    GapLimits(
      spec, minimumLoss: minimumLoss, initialLoss: initialLoss, divergenceFactor: divergenceFactor)
  }

  /// The last row that is taken: the first one that ends the run, or else the last of all.
  private func lastRow(
    _ losses: UnsafeBufferPointer<Double>, _ norms: UnsafeBufferPointer<Double>,
    _ points: UnsafeBufferPointer<Double>, _ dimension: Int
  ) -> (index: Int, endsRun: Bool) {
    let limits = limits
    for i in 0..<losses.count {
      let gap = losses[i] - limits.floor
      // NaN fails the first comparison.
      var goesOn = gap <= limits.highest && gap > limits.goal && losses[i].isFinite
      if judgesGradient, !norms[i].isFinite { goesOn = false }
      var j = i * dimension
      let end = j + dimension
      while j < end {
        if !points[j].isFinite { goesOn = false }
        j += 1
      }
      if !goesOn { return (i, true) }
    }
    return (losses.count - 1, false)
  }

  /// What the run has cost at one of `count` rows between two costs.
  private func cost(at index: Int, of count: Int, from begin: RunCost, to end: RunCost) -> RunCost {
    func between(_ path: KeyPath<EvaluationCounts, Int>) -> Int {
      share(index, of: count, begin.counts[keyPath: path], end.counts[keyPath: path])
    }
    var cost = RunCost()
    cost.counts.losses = between(\.losses)
    cost.counts.gradients = between(\.gradients)
    cost.counts.hessianVectorProducts = between(\.hessianVectorProducts)
    cost.counts.hessians = between(\.hessians)
    cost.seconds = share(index, of: count, begin.seconds, end.seconds)
    return cost
  }

  /// A count at one of `count` rows between two.
  private func share(_ index: Int, of count: Int, _ a: Int, _ b: Int) -> Int {
    a + (b - a) * (index + 1) / count
  }
  private func share(_ index: Int, of count: Int, _ a: Double, _ b: Double) -> Double {
    index == count - 1 ? b : a + (b - a) * Double(index + 1) / Double(count)
  }

  /// Keeps every one of so many rows.
  private func append(
    from firstStep: Int, _ taken: Int, _ losses: UnsafeBufferPointer<Double>,
    _ norms: UnsafeBufferPointer<Double>, _ rates: UnsafeBufferPointer<Double>,
    _ points: UnsafeBufferPointer<Double>, _ dimension: Int, from begin: RunCost,
    to end: RunCost, of count: Int
  ) {
    trajectory.steps.append(contentsOf: firstStep..<firstStep + taken)
    trajectory.losses.append(contentsOf: losses[..<taken])
    trajectory.gradientNorms.append(contentsOf: norms[..<taken])
    trajectory.learningRates.append(contentsOf: rates[..<taken])
    if dimension == trajectory.dimension {
      trajectory.points.append(contentsOf: points[..<(taken * dimension)])
    } else {
      for i in 0..<taken {
        trajectory.points.append(
          contentsOf: points[i * dimension..<i * dimension + trajectory.dimension])
      }
    }
    trajectory.gradients.append(
      contentsOf: (0..<taken).map {
        share($0, of: count, begin.counts.gradients, end.counts.gradients)
      })
    trajectory.nanoseconds.append(
      contentsOf: (0..<taken).map { Int(share($0, of: count, begin.seconds, end.seconds) * 1e9) })
    note(taken, of: count, \.losses, in: \.lossEvaluations, from: begin, to: end)
    note(
      taken, of: count, \.hessianVectorProducts, in: \.hessianVectorProducts, from: begin, to: end)
    note(taken, of: count, \.hessians, in: \.hessians, from: begin, to: end)
  }

  /// Notes what was asked up to each of the last `taken` rows, in a column that begins with the first
  /// thing asked.
  private func note(
    _ taken: Int, of count: Int, _ path: KeyPath<EvaluationCounts, Int>,
    in column: WritableKeyPath<Trajectory, [Int]>, from begin: RunCost, to end: RunCost
  ) {
    let (a, b) = (begin.counts[keyPath: path], end.counts[keyPath: path])
    if b == 0, trajectory[keyPath: column].isEmpty { return }
    var values = trajectory[keyPath: column]
    trajectory[keyPath: column] = []  // so that it is not copied
    let before = trajectory.steps.count - taken
    values += repeatElement(0, count: before - values.count)
    values += (0..<taken).map { share($0, of: count, a, b) }
    trajectory[keyPath: column] = values
  }

  private func append(_ row: Row, _ point: Slice<UnsafeBufferPointer<Double>>) {
    trajectory.steps.append(row.step)
    trajectory.losses.append(row.loss)
    trajectory.gradientNorms.append(row.gradientNorm)
    trajectory.learningRates.append(row.learningRate)
    trajectory.points.append(contentsOf: point)
    trajectory.gradients.append(row.cost.counts.gradients)
    trajectory.nanoseconds.append(Int(row.cost.seconds * 1e9))
    note(1, of: 1, \.losses, in: \.lossEvaluations, from: row.cost, to: row.cost)
    note(
      1, of: 1, \.hessianVectorProducts, in: \.hessianVectorProducts, from: row.cost, to: row.cost)
    note(1, of: 1, \.hessians, in: \.hessians, from: row.cost, to: row.cost)
  }

  /// Takes in a validation pass.
  func validation(step: Int, _ metrics: ValidationMetrics) {
    trajectory.validation.append(.init(step: step, metrics: metrics))
  }

  /// Takes in what updates and layers look like.
  func diagnostics(_ diagnostics: Trajectory.Diagnostics) {
    if diagnostics.updates.isEmpty, diagnostics.layers.isEmpty, diagnostics.sharpness == nil {
      return
    }
    trajectory.diagnostics.append(diagnostics)
  }

  /// Takes in the parameters of a training problem, unless one of them is not finite or they were taken
  /// in before.
  func checkpoint(step: Int, _ x: Vector<Float>) {
    guard trajectory.checkpoints.last?.step != step else { return }
    let parameters = Array(UnsafeBufferPointer(start: x.pointer, count: x.count))
    guard parameters.allSatisfy(\.isFinite) else { return }
    trajectory.checkpoints.append(.init(step: step, parameters: parameters))
  }

  /// Ends the run because its optimizer gave up: what it has emitted is kept.
  func fail(after step: Int, _ error: any Error) {
    guard !isFinished else { return }
    status = .crashed
    reason = "gave up at step \(step): \(error)"
  }

  /// Stops the run at the time limit.
  func checkTime() {
    let now = context.now()
    if now > context.deadline, !isFinished {
      status = .timedOut
      reason = "stopped at the time limit, after step \(lastStep)"
    }
    if now - reported > 0.25 {
      reported = now
      context.progress(lastStep)
    }
  }

  /// The run as it stands, measured; of its rows those that its recording asks for.
  ///
  /// - Parameter counts: all that it has cost, what was asked after the last row included.
  func result(counts: EvaluationCounts, seconds: Double) -> RunResult {
    if let (row, point) = pending {
      point.withUnsafeBufferPointer { append(row, Slice(base: $0, bounds: 0..<$0.count)) }
      pending = nil
    }
    let outcome = Outcome(
      status: status ?? .completed, reason: reason, steps: lastStep, initialLoss: initialLoss,
      finalLoss: finalLoss, bestLoss: bestLoss, validation: trajectory.validation.last?.metrics,
      test: test, counts: counts, seconds: seconds, measures: measure(trajectory))
    if recording.path == .outcomes { return RunResult(outcome) }
    if stride < recording.every { trajectory.keep(every: recording.every) }
    return RunResult(outcome, trajectory)
  }

  private func judge(
    step: Int, loss: Double, gradientNorm: Double, point: UnsafeBufferPointer<Double>
  ) {
    let limits = limits
    let gap = loss - limits.floor
    if !loss.isFinite || !point.allSatisfy(\.isFinite) {
      status = .diverged
      if step == 0 {
        reason = "the loss at the start is \(loss.isNaN ? "nan" : "\(loss)")"
      } else {
        let what =
          loss.isFinite
          ? "a coordinate is not finite" : "the loss is \(loss.isNaN ? "nan" : "\(loss)")"
        reason = "\(what) after step \(step); the last finite loss was \(finalLoss)"
      }
    } else if judgesGradient, !gradientNorm.isFinite {
      status = .diverged
      let norm = gradientNorm.isNaN ? "nan" : "\(gradientNorm)"
      reason =
        step == 0
        ? "the norm of the gradient at the start is \(norm)"
        : "the norm of the gradient is \(norm) after step \(step); the loss was \(loss)"
    } else if gap > limits.highest {
      status = .diverged
      let factor = spec.lossLimit ?? divergenceFactor
      let exponent = (Double.log(factor) / Double.log(10)).rounded()
      let text = factor < 1000 ? shortest(factor) : "1e\(Int(exponent))"
      reason = "the loss passed \(text) times the start's after step \(step)"
    } else if let target = spec.target, gap <= limits.goal {
      status = .reachedTarget
      reason = "f - f* fell to \(target) of the start's after step \(step)"
    }
  }
}
