// The parameters that a run keeps: no part of what the run is.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct CheckpointTests {
  private func trained(_ checkpoints: Int, lr: Double = 0.1, steps: Int = 23, ruin: Int = -1) throws
    -> TracedRun
  {
    try run(
      drill("drill[ruin=\(ruin)]", lr: lr, steps: steps),
      recording: Recording(checkpoints: checkpoints), in: catalogueWithDrill)
  }

  /// The start, then evenly, the end included.
  @Test(arguments: [(1, [0, 23]), (4, [0, 5, 11, 17, 23]), (100, Array(0...23))])
  func areEvenlyOverTheBudget(_ count: Int, _ steps: [Int]) throws {
    #expect(try trained(count).trajectory.checkpoints.map(\.step) == steps)
  }

  /// Parameters that begin at the problem's start, and lead to the losses of their rows.
  @Test func areTheParametersOfTheirSteps() throws {
    let trajectory = try trained(23).trajectory
    #expect(trajectory.checkpoints[0].parameters == [3, 0, 0])
    for checkpoint in trajectory.checkpoints {
      let x = checkpoint.parameters.map(Double.init)
      let loss = 0.5 * ((x[0] - 3) * (x[0] - 3) + (x[1] - 4) * (x[1] - 4)) + x[2]
      #expect(abs(loss - trajectory.losses[checkpoint.step]) < 1e-5)
    }
  }

  /// Nothing but the checkpoints differs.
  @Test func changeNoNumber() throws {
    let plain = try trained(0)
    let kept = try trained(7)
    #expect(plain.trajectory.checkpoints.isEmpty && kept.trajectory.checkpoints.count == 8)
    #expect(kept.outcome.hasSameNumbers(as: plain.outcome))
    #expect(kept.trajectory.losses == plain.trajectory.losses)
    #expect(kept.trajectory.validation == plain.trajectory.validation)
    let text = try String(decoding: LabJSON.encode(trained(7).trajectory), as: UTF8.self)
    #expect(!text.contains("checkpoint"))
  }

  /// A run that is ruined keeps those before, and no parameters that are no numbers.
  @Test func endWithTheLastFiniteParameters() throws {
    let trajectory = try trained(23, ruin: 9).trajectory
    #expect(!trajectory.checkpoints.isEmpty)
    #expect(trajectory.checkpoints.allSatisfy { $0.parameters.allSatisfy(\.isFinite) })
    #expect(trajectory.checkpoints.last!.step <= 9)
  }

  /// A suite asks for them; its runs' keys are those of a suite that does not.
  @Test func areNoPartOfAKey() throws {
    func plan(_ line: String) throws -> Plan {
      try Plan(
        Suite(
          yaml: "steps: 9\n\(line)\ngroups: [{optimizers: sgd, problems: drill}]", name: "s",
          file: "s.yaml"), catalogue: catalogueWithDrill)
    }
    let plain = try plan("")
    let kept = try plan("checkpoints: 3")
    #expect(plain.entries.map(\.job.key) == kept.entries.map(\.job.key))
    #expect(kept.entries[0].job.recording == Recording(checkpoints: 3))
  }

  /// Recordings written before there were checkpoints can still be read.
  @Test func areNoneInAnOlderRecording() throws {
    let old = #"{"every":2,"layers":true,"path":"trajectories","test":false,"validations":7}"#
    #expect(
      try LabJSON.decode(Recording.self, from: Data(old.utf8))
        == Recording(every: 2, validations: 7, layers: true))
    let new = Recording(checkpoints: 6)
    #expect(try LabJSON.decode(Recording.self, from: LabJSON.encode(new)) == new)
  }

  /// More than can be kept are refused, with how many can.
  @Test func tooManyAreRefused() throws {
    let suite = try Suite(
      yaml: """
        steps: 9
        checkpoints: 1000
        groups: [{optimizers: [sgd, adam], problems: mlp}]
        """, name: "s", file: "s.yaml")
    let error = #expect(throws: PlanError.self) {
      try Plan(suite, catalogue: .builtIn())
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("in 2 runs are too many to keep (at most 134217728 numbers in all)"))
    #expect(text.contains("or fewer"))
  }
}
