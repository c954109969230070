// What is kept of the training of a model.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct TrainingRunTests {
  /// With α = 1/2, w₁ goes 0, 2, 3, 3.5, ... (exact in binary) while w₀ stays at 3, and b goes 0, −½,
  /// −1, ....
  @Test func updateRatiosByHand() throws {
    let record = try run(
      drill(lr: 0.5, steps: 4), recording: Recording(validations: 4), in: catalogueWithDrill)
    #expect(record.status == .completed)
    let diagnostics = record.trajectory.diagnostics
    #expect(diagnostics.map(\.step) == [1, 2, 3, 4])
    #expect(diagnostics.allSatisfy { $0.layers.isEmpty })
    for pass in diagnostics {
      #expect(pass.updates.map(\.tensor) == ["dense1.weight", "dense1.bias"])
      #expect(pass.updates.map(\.role) == [.weight, .bias])
    }
    let weight = diagnostics.map { $0.updates[0].ratio }
    // ‖Δw‖² and ‖w‖² with w = (3, 0), (3, 2), (3, 3) and (3, 3.5).
    let squares: [(Double, Double)] = [(4, 9), (1, 13), (0.25, 18), (0.0625, 21.25)]
    #expect(weight == squares.map { ($0 / $1).squareRoot() })
    let bias = diagnostics.map { $0.updates[1].ratio }
    #expect(bias[0].isNaN)  // of what was 0
    #expect(bias.dropFirst() == [1, 0.5, (0.25 / 2.25).squareRoot()])
  }

  /// They are of one update, however far apart the passes are.
  @Test func updateRatiosOfSomeSteps() throws {
    let spec = try drill(lr: 0.1, steps: 9)
    let all = try run(spec, recording: Recording(validations: 9), in: catalogueWithDrill)
    let some = try run(spec, recording: Recording(every: 4, validations: 2), in: catalogueWithDrill)
    #expect(some.trajectory.diagnostics.map(\.step) == [4, 9])
    #expect(
      some.trajectory.diagnostics
        == all.trajectory.diagnostics.filter { [4, 9].contains($0.step) })
  }

  @Test func projectionFollowsEveryUpdate() throws {
    let record = try run(
      drill("drill[limit=3]", lr: 0.5, steps: 6), recording: Recording(validations: 1),
      in: catalogueWithDrill)
    // Of the circle of radius 3, the point nearest to (3, 4) is at a distance of 2, where the loss is 2
    // beside the bias; six steps come within 1e-2 of it. Without projection it would be 0.002.
    let bias = -0.5 * 6
    #expect(abs(record.finalLoss - bias - 2) < 1e-2)
  }

  @Test func layersOnRequest() throws {
    let record = try run(
      drill(lr: 0.5, steps: 2), recording: Recording(validations: 1, layers: true),
      in: catalogueWithDrill)
    let diagnostics = record.trajectory.diagnostics
    #expect(diagnostics.map(\.step) == [0, 2])
    #expect(diagnostics.map(\.updates.count) == [0, 2])
    // At the parameters of the row, for the minibatch that comes next.
    #expect(diagnostics.map { $0.layers[0].activationMean } == [0, 3])
    #expect(diagnostics.map { $0.layers[0].gradientMean } == [1, 3])
  }

  @Test func testsOnRequest() throws {
    func test(_ recording: Recording, ruin: Int = -1) throws -> ValidationMetrics? {
      try run(
        drill("drill[ruin=\(ruin)]", lr: 0.5, steps: 2), recording: recording,
        in: catalogueWithDrill
      ).test
    }
    #expect(try test(Recording()) == nil)
    // Of the last parameters: the loss is −0.5, three quarters of the way.
    #expect(
      try test(Recording(validations: 1, test: true))
        == ValidationMetrics(loss: -1, accuracy: 0.375))
    // What has diverged has no result.
    #expect(try test(Recording(test: true), ruin: 2) == nil)
  }

  @Test func aGradientThatIsNoNumberIsADivergence() throws {
    let spec = try drill("drill[ruin=3]", lr: 0.5, steps: 9)
    let record = try run(spec, in: catalogueWithDrill)
    #expect(record.status == .diverged)
    #expect(record.reason == "the norm of the gradient is nan after step 2; the loss was -0.5")
    #expect(record.steps == 2)
    #expect(record.finalLoss == -0.5)
    let atOnce = try run(drill("drill[ruin=1]", lr: 0.5, steps: 9), in: catalogueWithDrill)
    #expect(atOnce.status == .diverged)
    #expect(atOnce.reason == "the norm of the gradient at the start is nan")
  }

  @Test func anOverflowingNetworkHasDiverged() throws {
    let record = try run(
      specification("sgd[lr=1e6]", on: "mlp[trainSize=256;batch=32;hidden=8]", steps: 20))
    #expect(record.status == .diverged)
    #expect(record.steps < 20)
    #expect(record.reason.contains("after step \(record.steps)"))
    #expect(record.finalLoss.isFinite)
  }

  /// Looking at a run does not change it.
  @Test func recordingLeavesNoTrace() throws {
    func losses(_ recording: Recording) throws -> [Double] {
      try run(
        specification(
          "momentum[lr=0.1]", on: "mlp[trainSize=256;batch=32;hidden=8]", steps: 12),
        recording: recording
      ).trajectory.losses
    }
    let plain = try losses(Recording(validations: 1))
    #expect(plain.count == 13)
    #expect(try losses(Recording(validations: 12, layers: true)) == plain)
  }

  /// The number of updates before the first pass that meets the target.
  @Test(
    arguments: [
      (TrainingTarget.validationAccuracy(atLeast: 0.5), 1), (.validationAccuracy(atLeast: 0.8), 3),
      (.validationAccuracy(atLeast: 1), nil), (.validationLoss(atMost: 8), 0),
      (.validationLoss(atMost: 0), 2), (.validationLoss(atMost: -9), nil),
    ] as [(TrainingTarget, Double?)])
  func stepsToTarget(_ target: TrainingTarget, _ expected: Double?) throws {
    // Accuracies 0, 0.5, 0.75, 0.875, 0.9375; losses 8, 1.5, −0.5, −1.375, −1.96875.
    let run = try run(
      drill(lr: 0.5, steps: 4), recording: Recording(validations: 4), in: catalogueWithDrill)
    #expect(RunMeasures(of: run.trajectory, target: target).stepsToTarget == expected)
    #expect(RunMeasures(of: run.trajectory, target: nil).stepsToTarget == nil)
  }

  /// What is measured of a run is in its outcome, with or without a path.
  @Test(arguments: Recording.Path.allCases)
  func measuresOfARun(_ path: Recording.Path) throws {
    let run = try run(
      drill(lr: 0.5, steps: 4), recording: Recording(path: path, validations: 4),
      in: catalogueWithDrill)
    // The target of the drill is an accuracy of a half.
    #expect(run.outcome.measures.stepsToTarget == 1)
    // The median of the squares of `updateRatiosByHand`: of 4/9, 1/13, 1/72 and 1/340 the two in the
    // middle.
    let middle = [(1.0 / 13).squareRoot(), (0.25 / 18).squareRoot()]
    #expect(run.outcome.measures.updateRatio == (middle[0] + middle[1]) / 2)
    #expect(run.validation == ValidationMetrics(loss: -1.96875, accuracy: 0.9375))
    #expect(run.trajectory.count == (path == .outcomes ? 0 : 5))
    #expect(run.trajectory.validation.count == (path == .outcomes ? 0 : 5))
    // It does not come that far.
    let slow = try HarnessTests.run(drill(lr: 0.01, steps: 4), in: catalogueWithDrill)
    #expect(slow.outcome.measures.stepsToTarget == nil)
  }

  @Test func aMetricThatIsNoNumberMeetsNoTarget() {
    let nothing = ValidationMetrics(loss: .nan, accuracy: .nan)
    #expect(!TrainingTarget.validationAccuracy(atLeast: 0).isMet(by: nothing))
    #expect(!TrainingTarget.validationLoss(atMost: .infinity).isMet(by: nothing))
  }

  @Test func targetsInWords() {
    #expect(
      TrainingTarget.validationAccuracy(atLeast: 0.57).description == "validation accuracy ≥ 57 %")
    #expect(
      TrainingTarget.validationAccuracy(atLeast: 0.885).description
        == "validation accuracy ≥ 88.5 %")
    #expect(TrainingTarget.validationLoss(atMost: 0.02).description == "validation loss ≤ 0.02")
  }

  /// A share of f − f* means nothing where f* is not known.
  @Test func aRelativeTargetIsRefused() {
    var group = Suite.Group(name: "g", optimizers: ["sgd"], problems: ["drill"])
    group.target = 0.1
    #expect(
      message {
        try Plan(Suite(name: "s", title: "", groups: [group]), catalogue: catalogueWithDrill)
      }
        == "drill: a target is a share of f - f*, and the minimum f* of a network's loss is not known; "
        + "leave the target out; its own target, validation accuracy ≥ 50 %, is looked for in any case"
    )
  }
}
