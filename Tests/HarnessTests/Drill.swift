// A training problem small enough to be followed by hand.

import OptimizerKit

/// Two weights and a bias, drawn to a target: L = ½ ‖w − (3, 4)‖² + b.
///
/// The weights start at (3, 0), so that a gradient step of rate α takes w₁ from 4 − d to 4 − (1 − α) d;
/// the bias starts at 0 and has the gradient 1.
struct Drill: TrainingProblem {
  static let name = "drill"
  static let summary = ""
  @Hyperparameter("length that w is held to") var limit = 1e9
  @Hyperparameter("the step at whose minibatch the gradient is NaN") var ruin = -1
  @Hyperparameter("whether there are classes") var classes = true
  init() {}
  var target: TrainingTarget? {
    classes ? .validationAccuracy(atLeast: 0.5) : .validationLoss(atMost: 2)
  }
  func makeSession(seed: UInt64) -> any TrainingSession { DrillSession(self) }
}

private final class DrillSession: TrainingSession {
  let problem: Drill
  let layout: ParameterLayout
  let stepsPerEpoch = 4

  init(_ problem: Drill) {
    self.problem = problem
    var layout = ParameterLayout()
    layout.append("dense1.weight", shape: [1, 2], role: .weight, fanIn: 2)
    layout.append("dense1.bias", shape: [1], role: .bias, fanIn: 1)
    self.layout = layout
  }

  func initialParameters() -> Vector<Float> { Vector([3, 0, 0]) }

  func lossAndGradient(
    at x: Vector<Float>, step: Int, gradient: inout Vector<Float>, isTracked: Bool
  ) -> Double {
    gradient[0] = step == problem.ruin ? .nan : x[0] - 3
    gradient[1] = x[1] - 4
    gradient[2] = 1
    return loss(at: x, step: step)
  }

  func loss(at x: Vector<Float>, step: Int) -> Double {
    let u = Double(x[0]) - 3
    let v = Double(x[1]) - 4
    return 0.5 * (u * u + v * v) + Double(x[2])
  }

  /// The share of the way that w₁ has gone.
  func validate(_ x: Vector<Float>) -> ValidationMetrics {
    ValidationMetrics(
      loss: loss(at: x, step: 1), accuracy: problem.classes ? Double(x[1]) / 4 : .nan)
  }

  /// Twice the loss, half of the share.
  func openTest() -> ((Vector<Float>) -> ValidationMetrics)? {
    { x in
      let metrics = self.validate(x)
      return ValidationMetrics(loss: 2 * metrics.loss, accuracy: metrics.accuracy / 2)
    }
  }

  func project(_ x: inout Vector<Float>) {
    let length = (x[0] * x[0] + x[1] * x[1]).squareRoot()
    let limit = Float(problem.limit)
    guard length > limit else { return }
    x[0] *= limit / length
    x[1] *= limit / length
  }

  func layerStatistics(at x: Vector<Float>, step: Int) -> [LayerStatistics] {
    [
      LayerStatistics(
        layer: "dense1", activationMean: Double(x[1]), activationDeviation: .nan,
        gradientMean: Double(step), gradientDeviation: 0.5, dead: 0.25)
    ]
  }

  func minibatchIndices(step: Int) -> [Int32] { [Int32(step), Int32(10 * step)] }
}

/// The plugins that come with the lab, and the drill.
let catalogueWithDrill: PluginCatalogue = {
  var lab = catalogue
  lab.register(Drill.self, file: "Drill.swift", sourceHash: "")
  return lab
}()

/// A run of plain descent on the drill.
func drill(_ problem: String = "drill", lr: Double, steps: Int) throws -> RunSpec {
  try specification("sgd[lr=\(lr)]", on: problem, steps: steps, in: catalogueWithDrill)
}
