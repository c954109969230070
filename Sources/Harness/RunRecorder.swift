// Collects what a run emits and decides when it has diverged or reached its target.

import OptimizerKit

/// Builds the record of one run, row by row.
final class RunRecorder {
  let key: String
  let spec: RunSpec
  let context: ExecutionContext
  /// The known minimum of the loss, where there is one.
  var minimumLoss: Double?
  /// The most that a loss may exceed the start by before the run counts as diverged, relative to
  /// the start's distance from the minimum.
  var divergenceFactor = 1e8
  /// Whether a gradient that is not finite is a divergence even where the loss is finite: a
  /// rectifier turns NaN into 0, and the loss of a ruined network may look like any other.
  var judgesGradient = false

  /// What the last parameters reach on the test examples.
  var test: ValidationMetrics?

  private(set) var trajectory = Trajectory()
  private(set) var status: RunStatus?
  private(set) var reason = ""
  private(set) var lastStep = 0
  private var initialLoss = Double.nan
  private var finalLoss = Double.nan
  private var bestLoss = Double.nan
  private var reported = -Double.infinity

  init(key: String, spec: RunSpec, context: ExecutionContext) {
    self.key = key
    self.spec = spec
    self.context = context
  }

  /// Whether the run is over.
  var isFinished: Bool { status != nil }

  /// Takes in the state after `step` updates; `point` is empty where points are not kept, and of a
  /// point in many dimensions the first few coordinates are.
  func row(
    step: Int, loss: Double, gradientNorm: Double, learningRate: Double,
    point: UnsafeBufferPointer<Double>
  ) {
    guard !isFinished else { return }
    lastStep = step
    if step == 0 {
      initialLoss = loss
      trajectory.dimension = recordedCoordinates(of: point.count)
    }
    if loss.isFinite {
      finalLoss = loss
      if !(bestLoss <= loss) { bestLoss = loss }
    }
    judge(step: step, loss: loss, gradientNorm: gradientNorm, point: point)
    if step % spec.recording.every == 0 || isFinished || step == spec.steps {
      trajectory.steps.append(step)
      trajectory.losses.append(loss)
      trajectory.gradientNorms.append(gradientNorm)
      trajectory.learningRates.append(learningRate)
      trajectory.points.append(contentsOf: point.prefix(trajectory.dimension))
    }
  }

  /// Takes in a validation pass.
  func validation(step: Int, _ metrics: ValidationMetrics) {
    trajectory.validation.append(.init(step: step, metrics: metrics))
  }

  /// Takes in what updates and layers look like.
  func diagnostics(_ diagnostics: Trajectory.Diagnostics) {
    if diagnostics.updates.isEmpty, diagnostics.layers.isEmpty { return }
    trajectory.diagnostics.append(diagnostics)
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

  /// The record of the run as it stands.
  func record(counts: EvaluationCounts, seconds: Double) -> RunRecord {
    RunRecord(
      key: key, spec: spec, status: status ?? .completed, reason: reason, steps: lastStep,
      initialLoss: initialLoss, finalLoss: finalLoss, bestLoss: bestLoss,
      validation: trajectory.validation.last?.metrics, test: test, counts: counts,
      seconds: seconds, trajectory: trajectory)
  }

  private func judge(
    step: Int, loss: Double, gradientNorm: Double, point: UnsafeBufferPointer<Double>
  ) {
    let gap = loss - (minimumLoss ?? 0)
    let initialGap = initialLoss - (minimumLoss ?? 0)
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
    } else if gap > divergenceFactor * max(abs(initialGap), 1) {
      status = .diverged
      let exponent = Int((Double.log(divergenceFactor) / Double.log(10)).rounded())
      reason = "the loss passed 1e\(exponent) times the start's after step \(step)"
    } else if let target = spec.target, minimumLoss != nil, gap <= target * initialGap {
      status = .reachedTarget
      reason = "f - f* fell to \(target) of the start's after step \(step)"
    }
  }
}
