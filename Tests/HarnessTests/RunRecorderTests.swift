// What is kept of a run, and how it ends.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct RunRecorderTests {
  private func record(
    _ losses: [Double], steps: Int? = nil, every: Int = 1, target: Double? = nil,
    minimum: Double? = 0
  ) throws -> RunRecord {
    let spec = try specification(
      "sgd", on: "beale", steps: steps ?? losses.count - 1, every: every, target: target)
    let recorder = RunRecorder(
      key: "k", spec: spec, context: ExecutionContext(now: { 0 }))
    recorder.minimumLoss = minimum
    for (step, loss) in losses.enumerated() {
      [Double(step), 0].withUnsafeBufferPointer {
        recorder.row(step: step, loss: loss, gradientNorm: 1, learningRate: 0.1, point: $0)
      }
    }
    return recorder.record(counts: EvaluationCounts(), seconds: 0)
  }

  @Test func completes() throws {
    let record = try record([3, 1, 2])
    #expect(record.status == .completed)
    #expect(record.reason == "")
    #expect((record.initialLoss, record.finalLoss, record.bestLoss) == (3, 2, 1))
    #expect(record.steps == 2)
    #expect(record.trajectory.points == [0, 0, 1, 0, 2, 0])
  }

  @Test func divergesAtTheFirstLossThatIsNoNumber() throws {
    let record = try record([3, 1, .nan, 5], steps: 9)
    #expect(record.status == .diverged)
    #expect(record.reason == "the loss is nan after step 2; the last finite loss was 1.0")
    #expect(record.steps == 2)
    #expect(record.finalLoss == 1)
    #expect(record.trajectory.steps == [0, 1, 2])
  }

  @Test func divergesFarAboveTheStart() throws {
    let record = try record([1, 1e8, 1.1e8, 0])
    #expect(record.status == .diverged)
    #expect(record.reason == "the loss passed 1e8 times the start's after step 2")
  }

  @Test func mayStartNowhere() throws {
    let record = try record([.infinity, 0])
    #expect(record.status == .diverged)
    #expect(record.reason == "the loss at the start is inf")
    #expect(record.steps == 0)
  }

  @Test func stopsAtTheTarget() throws {
    let record = try record([12, 8, 3, 0], target: 0.1, minimum: 2)
    #expect(record.status == .reachedTarget)
    #expect(record.reason == "f - f* fell to 0.1 of the start's after step 2")
    #expect(record.trajectory.steps == [0, 1, 2])
    #expect(try self.record([12, 8, 3, 0], target: 0.1, minimum: nil).status == .completed)
  }

  @Test func keepsEveryFewRowsAndTheLast() throws {
    #expect(
      try record(Array(repeating: 1, count: 9), every: 3).trajectory.steps == [0, 3, 6, 8])
    #expect(
      try record([1, 1, 1, 1, .nan], steps: 9, every: 3).trajectory.steps == [0, 3, 4])
  }

  @Test func stopsAtTheTimeLimit() throws {
    let spec = try specification("sgd", on: "beale")
    let recorder = RunRecorder(
      key: "k", spec: spec, context: ExecutionContext(now: { 2 }, deadline: 1))
    [0.0, 0].withUnsafeBufferPointer {
      recorder.row(step: 0, loss: 1, gradientNorm: 1, learningRate: 0, point: $0)
    }
    recorder.checkTime()
    let record = recorder.record(counts: EvaluationCounts(), seconds: 0)
    #expect(record.status == .timedOut)
    #expect(record.reason == "stopped at the time limit, after step 0")
  }

  /// Beyond low dimensions the first coordinates are kept, so that a long run fits.
  @Test func keepsSomeCoordinatesOfManyDimensions() throws {
    #expect(
      try run(specification("sgd[lr=1e-3]", on: "quadratic[dim=512]", steps: 2)).trajectory
        .dimension == 512)
    let large = try run(specification("sgd[lr=1e-3]", on: "quadratic[dim=513]", steps: 2))
      .trajectory
    #expect(large.dimension == 16)
    #expect(large.points.count == 3 * 16)
  }
}
