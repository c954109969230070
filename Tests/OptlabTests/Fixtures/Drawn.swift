import OptimizerKit

/// Trains two weights and a bias towards the weights (3, 4), with a target and statistics of layers.
public struct Drawn: TrainingProblem {
  public static let name = "drawn"
  public static let summary = "a fixture"
  @Hyperparameter("whether there are classes") public var classes = true
  public init() {}
  public var target: TrainingTarget? {
    classes ? .validationAccuracy(atLeast: 0.5) : .validationLoss(atMost: 2)
  }
  public func makeSession(seed: UInt64) -> any TrainingSession {
    DrawnSession(classes: classes, start: seed == 3 ? -30 : 0)
  }
}

private final class DrawnSession: TrainingSession {
  let classes: Bool
  let start: Float
  let layout: ParameterLayout
  let stepsPerEpoch = 4

  init(classes: Bool, start: Float) {
    self.classes = classes
    self.start = start
    var layout = ParameterLayout()
    layout.append("dense1.weight", shape: [1, 2], role: .weight, fanIn: 2)
    layout.append("dense1.bias", shape: [1], role: .bias, fanIn: 1)
    self.layout = layout
  }

  func initialParameters() -> Vector<Float> { Vector([3, start, 0]) }

  func lossAndGradient(
    at x: Vector<Float>, step: Int, gradient: inout Vector<Float>, isTracked: Bool
  ) -> Double {
    gradient[0] = x[0] - 3
    gradient[1] = x[1] - 4
    gradient[2] = x[2]
    return loss(at: x, step: step)
  }

  func loss(at x: Vector<Float>, step: Int) -> Double {
    let (u, v) = (Double(x[0]) - 3, Double(x[1]) - 4)
    return 0.5 * (u * u + v * v + Double(x[2] * x[2]))
  }

  func validate(_ x: Vector<Float>) -> ValidationMetrics {
    ValidationMetrics(
      loss: loss(at: x, step: 1), accuracy: classes ? max(Double(x[1]) / 4, 0) : .nan)
  }

  func layerStatistics(at x: Vector<Float>, step: Int) -> [LayerStatistics] {
    [
      LayerStatistics(
        layer: "dense1", activationMean: Double(x[1]), activationDeviation: .nan,
        gradientMean: Double(step), gradientDeviation: 0.5, dead: 0.25)
    ]
  }
}
