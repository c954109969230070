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
    #expect(back.validation.count == 1)
    #expect(back.diagnostics[0].layers == trajectory.diagnostics[0].layers)
    #expect(back.diagnostics[0].updates[0] == trajectory.diagnostics[0].updates[0])
    #expect(back.diagnostics[0].updates[1].ratio.isNaN)
    #expect(try Trajectory(blob: Trajectory().blob) == Trajectory())
  }

  /// As the lab wrote it before there were diagnostics.
  static let version1 =
    "VFJBSgEAAAABAAAAAgAAAAEAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAABEAAAAAAAAD4fwAAAAAAAPg/AAAAAAAA4D8A"
    + "AAAAAAAAAJqZmZmZmbk/AAAAAAAA8L8AAAAAAAAcQAQAAAAAAAAAAAAAAAAA0D8AAAAAAADoPw=="

  @Test func version1IsReadable() throws {
    let blob = try #require(Data(base64Encoded: Self.version1))
    let trajectory = try Trajectory(blob: blob)
    #expect(trajectory.dimension == 1)
    #expect(trajectory.steps == [0, 4])
    #expect(trajectory.losses[0] == 2.5 && trajectory.losses[1].isNaN)
    #expect(trajectory.gradientNorms == [1.5, 0.5])
    #expect(trajectory.learningRates == [0, 0.1])
    #expect(trajectory.points == [-1, 7])
    #expect(
      trajectory.validation == [
        .init(step: 4, metrics: ValidationMetrics(loss: 0.25, accuracy: 0.75))
      ])
    #expect(trajectory.diagnostics.isEmpty)
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob.dropLast()) }
  }

  @Test func laterVersionsAreRefused() {
    var blob = trajectory.blob
    blob[4] = 3
    #expect(message { try Trajectory(blob: blob) } == "not a trajectory of version 1 to 2")
  }

  @Test func everyTruncationIsRefused() {
    let blob = trajectory.blob
    for count in 0..<blob.count {
      #expect(throws: MalformedData.self) { try Trajectory(blob: blob.prefix(count)) }
    }
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob + [0]) }
  }

  /// Counts whose product overflows are refused like any others that do not fit.
  @Test func hugeCountsAreRefused() {
    var blob = trajectory.blob
    for offset in 8..<20 { blob[offset] = 0xFF }
    #expect(throws: MalformedData.self) { try Trajectory(blob: blob) }
  }
}

@Suite struct FrameTests {
  @Test func framesMayBeCutAnywhere() throws {
    let record = try run(try specification("sgd", on: "quadratic"))
    let bytes =
      try WorkerMessage.accepted.encoded() + WorkerMessage.progress(7).encoded()
      + WorkerMessage.record(record).encoded() + WorkerMessage.failure("no 😀").encoded()
    for cut in 0...bytes.count {
      var frames = FrameReader()
      var messages: [WorkerMessage] = []
      for piece in [bytes.prefix(cut), bytes.dropFirst(cut)] {
        piece.withUnsafeBytes { frames.append($0) }
        while let (kind, payload) = try frames.next() {
          messages.append(try WorkerMessage(kind: kind, payload: payload))
        }
      }
      guard messages.count == 4, case .accepted = messages[0],
        case .progress(7) = messages[1], case .record(let back) = messages[2],
        case .failure("no 😀") = messages[3]
      else {
        Issue.record("cut at \(cut): \(messages)")
        return
      }
      #expect(back.trajectory == record.trajectory)
    }
  }

  @Test(
    arguments: [
      ([0x00, 0, 0, 0, 0], "bytes that begin no message"),
      ([0x52, 0xFF, 0xFF, 0xFF, 0x7F], "a message of 2147483647 bytes"),
    ] as [([UInt8], String)])
  func garbageIsRefused(_ bytes: [UInt8], _ expected: String) {
    var frames = FrameReader()
    bytes.withUnsafeBytes { frames.append($0) }
    #expect(message { try frames.next() } == expected)
  }

  @Test(
    arguments: [
      (FrameKind.job, [], "a job where a record was expected"),
      (.progress, [1, 2], "the data are cut short"),
      (.record, [9, 0, 0, 0, 1], "the data are cut short"),
      (.record, [1, 0, 0, 0, 0x7B], "a record that cannot be read"),
    ] as [(FrameKind, [UInt8], String)])
  func garbageInAFrameIsRefused(_ kind: FrameKind, _ payload: [UInt8], _ expected: String) {
    #expect(message { try WorkerMessage(kind: kind, payload: Data(payload)) } == expected)
  }
}
