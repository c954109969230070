// What is kept of a run, what each row has cost, and how a run ends.

import OptimizerKit
import Testing

@testable import Harness

/// What a run emits, before anybody has looked at it.
private struct Emission {
  var losses: [Double]
  var norms: [Double]
  var rates: [Double]
  var points: [Double]
  /// The cost up to each row.
  var costs: [RunCost]

  /// Points move to the right; a step costs so many evaluations of each kind and 2⁻⁶ s.
  init(_ losses: [Double], gradients: Int = 1, others: Int = 0) {
    self.losses = losses
    norms = losses.indices.map { 100 + Double($0) }
    rates = losses.indices.map { $0 == 0 ? 0 : 0.1 / Double($0) }
    points = losses.indices.flatMap { [Double($0), 0.5] }
    costs = losses.indices.map { row in
      var cost = RunCost()
      cost.counts.gradients = gradients * row
      cost.counts.losses = others * row
      cost.counts.hessianVectorProducts = others * row
      cost.counts.hessians = others * row
      cost.seconds = 0x1p-6 * Double(row)
      return cost
    }
  }

  /// Gives some of the rows to a recorder, as one chunk.
  func give(_ rows: Range<Int>, to recorder: RunRecorder) {
    let dimension = points.count / losses.count
    losses.withUnsafeBufferPointer { losses in
      norms.withUnsafeBufferPointer { norms in
        rates.withUnsafeBufferPointer { rates in
          points.withUnsafeBufferPointer { points in
            recorder.rows(
              from: rows.lowerBound, losses: .init(rebasing: losses[rows]),
              gradientNorms: .init(rebasing: norms[rows]),
              learningRates: .init(rebasing: rates[rows]),
              points: .init(
                rebasing: points[rows.lowerBound * dimension..<rows.upperBound * dimension]),
              cost: costs[rows.upperBound - 1])
          }
        }
      }
    }
  }
}

@Suite struct RunRecorderTests {
  private func record(
    _ emission: Emission, chunks: Int = 1, steps: Int? = nil, every: Int = 1,
    target: Double? = nil, minimum: Double? = 0
  ) throws -> TracedRun {
    let spec = try specification(
      "sgd", on: "beale", steps: steps ?? emission.losses.count - 1, target: target)
    let recording = Recording(every: every)
    let recorder = RunRecorder(
      spec: spec, recording: recording, context: ExecutionContext(now: { 0 }))
    recorder.minimumLoss = minimum
    recorder.measure = { trajectory in
      var measures = RunMeasures()
      measures.pathLength = trajectory.points.reduce(0, +)
      return measures
    }
    // The start comes alone, as it does in a run.
    emission.give(0..<1, to: recorder)
    for first in stride(from: 1, to: emission.losses.count, by: chunks) {
      emission.give(first..<min(first + chunks, emission.losses.count), to: recorder)
    }
    var counts = EvaluationCounts()
    counts.gradients = recorder.lastStep
    let result = recorder.result(counts: counts, seconds: 0)
    return RunJob(key: "k", label: "l", spec: spec, recording: recording).traced(result)
  }

  private func record(
    _ losses: [Double], steps: Int? = nil, every: Int = 1, target: Double? = nil,
    minimum: Double? = 0
  ) throws -> TracedRun {
    try record(Emission(losses), steps: steps, every: every, target: target, minimum: minimum)
  }

  @Test func completes() throws {
    let run = try record([3, 1, 2])
    #expect(run.status == .completed)
    #expect(run.reason == "")
    #expect((run.initialLoss, run.finalLoss, run.bestLoss) == (3, 2, 1))
    #expect(run.steps == 2)
    #expect(run.trajectory.points == [0, 0.5, 1, 0.5, 2, 0.5])
  }

  @Test func divergesAtTheFirstLossThatIsNoNumber() throws {
    let run = try record([3, 1, .nan, 5], steps: 9)
    #expect(run.status == .diverged)
    #expect(run.reason == "the loss is nan after step 2; the last finite loss was 1.0")
    #expect(run.steps == 2)
    #expect(run.finalLoss == 1)
    #expect(run.trajectory.steps == [0, 1, 2])
  }

  @Test func divergesFarAboveTheStart() throws {
    let run = try record([1, 1e8, 1.1e8, 0])
    #expect(run.status == .diverged)
    #expect(run.reason == "the loss passed 1e8 times the start's after step 2")
  }

  @Test func mayStartNowhere() throws {
    let run = try record([.infinity, 0])
    #expect(run.status == .diverged)
    #expect(run.reason == "the loss at the start is inf")
    #expect(run.steps == 0)
  }

  @Test func stopsAtTheTarget() throws {
    let run = try record([12, 8, 3, 0], target: 0.1, minimum: 2)
    #expect(run.status == .reachedTarget)
    #expect(run.reason == "f - f* fell to 0.1 of the start's after step 2")
    #expect(run.trajectory.steps == [0, 1, 2])
    #expect(try record([12, 8, 3, 0], target: 0.1, minimum: nil).status == .completed)
  }

  @Test func keepsEveryFewRowsAndTheLast() throws {
    #expect(
      try record(Array(repeating: 1, count: 9), every: 3).trajectory.steps == [0, 3, 6, 8])
    #expect(
      try record([1, 1, 1, 1, .nan], steps: 9, every: 3).trajectory.steps == [0, 3, 4])
  }

  // MARK: chunks

  /// How a run may end within a chunk: not at all, at a loss that is none, too high, at its target.
  private static let endings: [[Double]] = [
    (0..<20).map { 20 - Double($0) },
    (0..<20).map { $0 == 13 ? .nan : 20 - Double($0) },
    (0..<20).map { $0 == 13 ? 1e10 : 20 - Double($0) },
    (0..<20).map { $0 == 13 ? 0.5 : 20 - Double($0) },
  ]

  /// Rows that come together are kept, judged and charged as those that come alone: the cost of a
  /// chunk is spread evenly over its rows, and here it is even.
  @Test(arguments: [1, 2, 3, 5, 7, 19], [1, 3, 4, 19, 100])
  func chunksOfAnySizeAreTheSame(_ chunks: Int, _ every: Int) throws {
    for losses in Self.endings {
      let emission = Emission(losses, gradients: 2, others: 3)
      let alone = try record(emission, every: every, target: 0.05)
      let together = try record(emission, chunks: chunks, every: every, target: 0.05)
      #expect(together.outcome == alone.outcome)
      #expect(together.trajectory.blob == alone.trajectory.blob)
      // One by one, a row has its own cost.
      let rows = alone.trajectory
      #expect(rows.gradients == rows.steps.map { 2 * $0 })
      #expect(rows.lossEvaluations == rows.steps.map { 3 * $0 })
      #expect(rows.hessianVectorProducts == rows.lossEvaluations)
      #expect(rows.hessians == rows.lossEvaluations)
      #expect(rows.nanoseconds == rows.steps.map { 15_625_000 * $0 })
      #expect(alone.steps == (losses == Self.endings[0] ? 19 : 13))
    }
  }

  /// The same where rows are left out before the run is measured, as in a run that is too long.
  @Test(arguments: [1, 2, 5, 19], [3, 100])
  func chunksOfALongRunAreTheSame(_ chunks: Int, _ every: Int) throws {
    for losses in Self.endings {
      let emission = Emission(losses, gradients: 2, others: 3)
      func record(_ chunks: Int, steps: Int) throws -> TracedRun {
        try self.record(emission, chunks: chunks, steps: steps, every: every, target: 0.05)
      }
      let long = RunRecorder.mostMeasured
      let thinned = try record(chunks, steps: long)
      #expect(try thinned.trajectory.blob == record(1, steps: 19).trajectory.blob)
      #expect(try thinned.outcome == record(1, steps: long).outcome)
      // It was measured on the rows that it keeps.
      #expect(thinned.outcome.measures.pathLength == thinned.trajectory.points.reduce(0, +))
    }
  }

  /// The first row of a chunk is charged from the row before it, whatever that one cost.
  @Test func costsAreSpreadOverAChunk() throws {
    var emission = Emission([9, 8, 7, 6, 5, 4, 3])
    emission.costs[1].counts.gradients = 10
    emission.costs[1].seconds = 1
    emission.costs[6].counts.gradients = 21  // 11 for five rows
    emission.costs[6].counts.hessians = 5
    emission.costs[6].seconds = 2.25
    let recorder = RunRecorder(
      spec: try specification("sgd", on: "beale", steps: 6), recording: Recording(),
      context: ExecutionContext(now: { 0 }))
    for rows in [0..<1, 1..<2, 2..<7] { emission.give(rows, to: recorder) }
    #expect(recorder.trajectory.gradients == [0, 10, 12, 14, 16, 18, 21])
    #expect(recorder.trajectory.hessians == [0, 0, 1, 2, 3, 4, 5])
    #expect(recorder.trajectory.lossEvaluations == [])
    #expect(
      recorder.trajectory.nanoseconds
        == [
          0, 1_000_000_000, 1_250_000_000, 1_500_000_000, 1_750_000_000, 2_000_000_000,
          2_250_000_000,
        ])
  }

  /// What is kept does not decide what is measured.
  @Test(arguments: [
    "sgd[lr=1e-3]", "momentum[lr=2e-3;momentum=0.99]", "adam[lr=0.1]:cosine", "sgd[lr=0.1]",
  ])
  func measuresDoNotDependOnWhatIsKept(_ optimizer: String) throws {
    let spec = try specification(optimizer, on: "rosenbrock", steps: 500)
    let whole = try run(spec)
    for recording in [
      Recording(every: 7), Recording(every: 1000), Recording(path: .outcomes),
      Recording(path: .outcomes, every: 9),
    ] {
      let other = try run(spec, recording: recording)
      #expect(other.outcome == whole.outcome)
      #expect((other.trajectory.count == 0) == (recording.path == .outcomes))
      #expect(other.trajectory.count < whole.trajectory.count)
    }
    #expect(whole.outcome.measures.pathLength != nil)
  }

  @Test func stopsAtTheTimeLimit() throws {
    let recorder = RunRecorder(
      spec: try specification("sgd", on: "beale"), recording: Recording(),
      context: ExecutionContext(now: { 2 }, deadline: 1))
    Emission([1]).give(0..<1, to: recorder)
    recorder.checkTime()
    let outcome = recorder.result(counts: EvaluationCounts(), seconds: 0).outcome
    #expect(outcome.status == .timedOut)
    #expect(outcome.reason == "stopped at the time limit, after step 0")
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
