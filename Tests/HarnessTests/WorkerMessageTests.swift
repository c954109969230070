// What workers and the command say to each other: frames, messages, outcomes as bytes.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct WorkerMessageTests {
  @Test func framesMayBeCutAnywhere() throws {
    let run = try run(try specification("sgd", on: "quadratic"))
    let whole = WorkerResult(place: 3, RunResult(run.outcome, run.trajectory))
    let crashed = WorkerResult(place: 1 << 20, outcome: Outcome(status: .crashed, reason: "no 😀"))
    let bytes =
      WorkerMessage.accepted(5).encoded() + WorkerMessage.progress(2, steps: 1 << 40).encoded()
      + WorkerMessage.results([whole, crashed]).encoded() + WorkerMessage.results([]).encoded()
    for cut in 0...bytes.count {
      var frames = FrameReader()
      var messages: [WorkerMessage] = []
      for piece in [bytes.prefix(cut), bytes.dropFirst(cut)] {
        piece.withUnsafeBytes { frames.append($0) }
        while let (kind, payload) = try frames.next() {
          messages.append(try WorkerMessage(kind: kind, payload: payload))
        }
      }
      guard messages.count == 4, case .accepted(5) = messages[0],
        case .progress(2, 1 << 40) = messages[1], case .results(let back) = messages[2],
        case .results(let nothing) = messages[3], back.count == 2, nothing.isEmpty
      else {
        Issue.record("cut at \(cut): \(messages)")
        return
      }
      #expect(back.map(\.place) == [3, 1 << 20])
      #expect(back[0].outcome == run.outcome)
      #expect(try Trajectory(blob: back[0].path) == run.trajectory)
      #expect(back[1].outcome.status == .crashed && back[1].outcome.reason == "no 😀")
      #expect(back[1].path.isEmpty)
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
      (FrameKind.batch, [], "a batch where a result was expected"),
      (.accepted, [1, 2], "the data are cut short"),
      (.progress, [1, 0, 0, 0, 2], "the data are cut short"),
      (.results, [1], "the data are cut short"),
      (.results, [1, 0, 0, 0, 9, 0, 0, 0, 1], "the data are cut short"),
      (.results, [1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "a record that cannot be read"),
    ] as [(FrameKind, [UInt8], String)])
  func garbageInAFrameIsRefused(_ kind: FrameKind, _ payload: [UInt8], _ expected: String) {
    #expect(message { try WorkerMessage(kind: kind, payload: Data(payload)) } == expected)
  }

  // MARK: outcomes

  /// Numbers of every kind: the i-th is another one for each i.
  private static let numbers: [Double] = [
    0, -0.0, 1, 0.1 + 0.2, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
    .greatestFiniteMagnitude,
  ]

  private func outcome(_ seed: Int) -> Outcome {
    func number(_ place: Int) -> Double { Self.numbers[(seed + place) % Self.numbers.count] }
    var outcome = Outcome(
      status: RunStatus.allCases[seed % RunStatus.allCases.count],
      reason: seed == 0 ? "" : "step \(seed) – 😀\n", steps: seed, initialLoss: number(0),
      finalLoss: number(1), bestLoss: number(2), seconds: number(3), concurrency: 2 + seed)
    outcome.counts.losses = seed
    outcome.counts.gradients = .max - seed
    outcome.counts.hessianVectorProducts = 3
    outcome.counts.hessians = 4
    if seed % 2 == 0 { outcome.validation = .init(loss: number(4), accuracy: number(5)) }
    if seed % 3 == 0 { outcome.test = .init(loss: number(6), accuracy: number(7)) }
    for (i, column) in RunMeasures.columns.enumerated() where (seed + i) % 4 > 0 {
      outcome.measures[keyPath: column.path] = number(i)
    }
    return outcome
  }

  /// All that an outcome holds, with the sign of 0 and one NaN.
  private func text(_ outcome: Outcome) -> String {
    var text = ""
    dump(outcome, to: &text)
    return text
  }

  @Test func outcomesComeBackAsTheyAre() throws {
    for seed in 0..<40 {
      let outcome = outcome(seed)
      #expect(text(try Outcome(bytes: outcome.bytes)) == text(outcome))
    }
  }

  @Test func everyTruncationOfAnOutcomeIsRefused() {
    let bytes = outcome(6).bytes
    for count in 0..<bytes.count {
      #expect(throws: MalformedData.self) { try Outcome(bytes: bytes.prefix(count)) }
    }
    #expect(throws: MalformedData.self) { try Outcome(bytes: bytes + [0]) }
  }

  /// Bytes that were changed or cut anywhere are read or refused; nothing traps. A frame that is cut
  /// waits for the rest; a payload that is cut, as half of them are here, is refused unless the cut
  /// falls between two results.
  @Test func changedBytesAreReadOrRefused() {
    var random = RandomSource(seed: 7, purpose: .noise)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let result = WorkerResult(place: 1, outcome: outcome(5), path: Trajectory().blob)
    let message = WorkerMessage.results([result, result]).encoded()
    var refused = 0
    for _ in 0..<3000 {
      var bytes = message
      for _ in 0...below(3) { bytes[below(bytes.count)] = UInt8(below(256)) }
      if below(2) == 0 {
        bytes = bytes.prefix(below(bytes.count + 1))
        let cut = message.dropFirst(5).prefix(below(message.count - 5))
        do { _ = try WorkerMessage(kind: .results, payload: Data(cut)) } catch {
          refused += 1
          #expect(error is MalformedData)
        }
      }
      var frames = FrameReader()
      bytes.withUnsafeBytes { frames.append($0) }
      do {
        while let (kind, payload) = try frames.next() {
          _ = try WorkerMessage(kind: kind, payload: payload)
        }
      } catch {
        refused += 1
        #expect(error is MalformedData)
      }
    }
    #expect(refused > 1000)
  }
}
