// Runs that begin alike are validated once before their first step.

import OptimizerKit
import Testing

@testable import Harness

struct FirstValidationsTests {
  @Test func whatBeginsAlikeIsMeasuredOnce() throws {
    let validations = FirstValidations()
    var measured = 0.0
    func loss(_ problem: String, lr: Double = 0.1, seed: UInt64 = 1) throws -> Double {
      var spec = try drill(problem, lr: lr, steps: 1)
      spec.seed = seed
      return validations.metrics(spec) {
        measured += 1
        return ValidationMetrics(loss: measured, accuracy: 0)
      }.loss
    }
    #expect(try loss("drill") == 1)
    #expect(try loss("drill", lr: 0.2) == 1)
    #expect(try loss("drill[limit=5]") == 2)
    #expect(try loss("drill", seed: 2) == 3)
    #expect(try loss("drill") == 1)
    #expect(measured == 3)
  }

  @Test func sharingChangesNoRecord() throws {
    let context = ExecutionContext(now: { 0 })
    for lr in [0.1, 0.2] {
      let spec = try drill(lr: lr, steps: 4)
      let recording = Recording(validations: 4)
      let shared = try catalogueWithDrill.execute(spec, recording: recording, context: context)
      let alone = try run(spec, recording: recording, in: catalogueWithDrill)
      #expect(shared.trajectory.validation == alone.trajectory.validation)
      #expect(shared.trajectory.validation.map(\.step) == [0, 1, 2, 3, 4])
    }
  }
}
