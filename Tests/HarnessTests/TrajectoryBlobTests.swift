// Trajectories as bytes, and frames of bytes.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct TrajectoryBlobTests {
  private var trajectory: Trajectory {
    var trajectory = Trajectory()
    trajectory.dimension = 2
    trajectory.steps = [0, 1, 5]
    trajectory.losses = [1, -.infinity, .nan]
    trajectory.gradientNorms = [0, .leastNonzeroMagnitude, .infinity]
    trajectory.learningRates = [0, 1e308, -0.0]
    trajectory.points = [1, 2, 3, .nan, -0.0, 6]
    trajectory.gradients = [0, 2, 10]
    trajectory.nanoseconds = [0, 1, .max]
    trajectory.hessians = [0, 0, 7]
    trajectory.validation = [
      .init(step: 5, metrics: ValidationMetrics(loss: .nan, accuracy: 0.5))
    ]
    trajectory.diagnostics = [
      .init(
        step: 5,
        updates: [
          TensorUpdate(tensor: "dense1.weight", role: .weight, ratio: 0.1 + 0.2),
          TensorUpdate(tensor: "dense1.bias", role: .bias, ratio: .nan),
        ],
        layers: [
          LayerStatistics(
            layer: "dense1", activationMean: -0.0, activationDeviation: .infinity,
            gradientMean: 1e-300, gradientDeviation: .leastNonzeroMagnitude, dead: 1)
        ])
    ]
    return trajectory
  }

  /// Bit for bit, what is no number included.
  @Test func comesBackBitForBit() throws {
    let blob = trajectory.blob
    let back = try Trajectory(blob: blob)
    #expect(back.blob == blob)
    #expect(back.steps == trajectory.steps)
    #expect(back.losses.map(\.bitPattern) == trajectory.losses.map(\.bitPattern))
    #expect(back.points.map(\.bitPattern) == trajectory.points.map(\.bitPattern))
    #expect(back.gradients == [0, 2, 10] && back.nanoseconds == [0, 1, .max])
    #expect(back.lossEvaluations == [] && back.hessians == [0, 0, 7])
    #expect(back.validation.count == 1)
    #expect(back.diagnostics[0].layers == trajectory.diagnostics[0].layers)
    #expect(back.diagnostics[0].updates[0] == trajectory.diagnostics[0].updates[0])
    #expect(back.diagnostics[0].updates[1].ratio.isNaN)
    #expect(try Trajectory(blob: Trajectory().blob) == Trajectory())
  }

  /// Parameters come back bit for bit, and bytes that are cut short are refused.
  @Test func checkpointsComeBackBitForBit() throws {
    var trajectory = trajectory
    let first: [Float] = (0..<100).map { Float($0) / 7 - 6 }
    trajectory.checkpoints = [
      .init(step: 0, parameters: first), .init(step: 3, parameters: first.map { $0 * 1.001 }),
      .init(step: 5, parameters: first.map { -$0 }),
    ]
    let blob = trajectory.blob
    #expect(blob[4] == 5)
    let back = try Trajectory(blob: blob)
    #expect(back.checkpoints == trajectory.checkpoints && back.blob == blob)
    // −0, the largest and the least number, and no checkpoint of anything.
    trajectory.checkpoints = [
      .init(step: 0, parameters: [-0.0, .greatestFiniteMagnitude]),
      .init(step: 9, parameters: [.leastNonzeroMagnitude, -.greatestFiniteMagnitude]),
    ]
    #expect(
      try Trajectory(blob: trajectory.blob).checkpoints.map { $0.parameters.map(\.bitPattern) }
        == trajectory.checkpoints.map { $0.parameters.map(\.bitPattern) })
    for end in [blob.count - 1, blob.count - 300] {
      #expect(throws: MalformedData.self) { try Trajectory(blob: blob.prefix(end)) }
    }
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob + [0]) }
  }

  /// A number more or less than the versions of today.
  @Test(arguments: [UInt8(1), 3, 6, 255]) func otherVersionsAreRefused(_ version: UInt8) {
    var blob = trajectory.blob
    #expect(blob[4] == 4)
    blob[4] = version
    #expect(message { try Trajectory(blob: blob) } == "not a trajectory of version 4")
    blob = trajectory.blob
    blob[0] ^= 1
    #expect(message { try Trajectory(blob: blob) } == "not a trajectory of version 4")
  }

  @Test func everyTruncationIsRefused() {
    let blob = trajectory.blob
    for count in 0..<blob.count {
      #expect(throws: MalformedData.self) { try Trajectory(blob: blob.prefix(count)) }
    }
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob + [0]) }
  }

  /// Counts that nothing can be behind are refused before memory is taken for them: each alone, and
  /// all together.
  @Test func hugeCountsAreRefused() {
    for offsets in stride(from: 8, to: 44, by: 4).map({ [$0] }) + [[8, 12, 16]] {
      for byte in [UInt8(0x7F), 0xFF] {
        var blob = trajectory.blob
        for offset in offsets {
          blob.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, byte])
        }
        #expect(throws: MalformedData.self, "\(offsets)") { try Trajectory(blob: blob) }
      }
    }
    // The same of a trajectory without rows.
    for offset in stride(from: 8, to: 44, by: 4) {
      var blob = Trajectory().blob
      blob.replaceSubrange(offset..<offset + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
      #expect(throws: MalformedData.self, "\(offset)") { try Trajectory(blob: blob) }
    }
  }

  /// Every column has a value for each row or none at all: whoever leaves rows out relies on it.
  @Test(arguments: [16, 20, 24, 28, 32]) func partsOfColumnsAreRefused(_ offset: Int) {
    var whole = trajectory
    whole.lossEvaluations = [0, 0, 1]
    whole.hessianVectorProducts = [0, 1, 1]
    var blob = whole.blob
    #expect(blob[offset] == 3)
    blob[offset] = 2
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob) }
  }

  /// Bytes that were changed anywhere are read or refused; nothing traps, and what is read can be
  /// worked with.
  @Test func changedBytesAreReadOrRefused() throws {
    var random = RandomSource(seed: 5, purpose: .noise)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let long = try run(specification("newton", on: "rosenbrock", steps: 70)).trajectory.blob
    var refused = 0
    for round in 0..<4000 {
      var blob = round % 2 == 0 ? trajectory.blob : long
      for _ in 0...below(3) {
        let place = below(blob.count)
        switch below(4) {
        case 0: blob[place] = UInt8(below(256))
        case 1: blob[place] ^= 1 << UInt8(below(8))
        case 2: blob.removeSubrange(place..<min(place + 1 + below(8), blob.count))
        default: blob.insert(contentsOf: (0...below(8)).map { _ in UInt8(below(256)) }, at: place)
        }
        if blob.isEmpty { break }
      }
      do {
        var back = try Trajectory(blob: blob)
        #expect(back.points.count == back.count * back.dimension)
        for row in 0..<back.count { _ = (back.point(row), back.counts(row)) }
        back.keep(every: 2)
        _ = back.blob
      } catch is MalformedData {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }
}
