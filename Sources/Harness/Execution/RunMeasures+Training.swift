// What is measured of the training of a model.

import Analysis
import OptimizerKit

extension RunMeasures {
  /// The measures of a run that trains a model towards a target.
  ///
  /// - Parameter guess: the loss of equal odds for all classes, where there are any.
  init(of trajectory: Trajectory, target: TrainingTarget?, guess: Double? = nil) {
    self.init()
    stepsToTarget = target.flatMap { target in
      trajectory.validation.first { target.isMet(by: $0.metrics) }.map { Double($0.step) }
    }
    let updates = trajectory.diagnostics.flatMap(\.updates)
    updateRatio = Statistics.median(
      updates.filter { $0.role == .weight && $0.ratio.isFinite }.map(\.ratio))
    let shape = LossCurveShape(
      losses: trajectory.losses, gradientNorms: trajectory.gradientNorms,
      validation: trajectory.validation.map(\.metrics.loss), guess: guess)
    lossCurve = shape.curve.map { Double($0.rawValue) }
  }
}
