// Bits that changed on their way: found, named, and done again.

import Foundation
import GRDB
import OptimizerKit
import Testing

@testable import Harness

@Suite struct ChecksumTests {
  /// No bit of a value can change unseen, nor a value move from one column to the next.
  @Test func everyBitCounts() throws {
    let bytes = Data((0..<37).map { UInt8($0) })
    let whole = Checksum.of([bytes.databaseValue])
    for bit in 0..<8 * bytes.count {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(Checksum.of([other.databaseValue]) != whole)
    }
    let number = Checksum.of([(0.1).databaseValue, .null])
    for bit in 0..<64 as Range<UInt64> {
      let other = Double(bitPattern: (0.1).bitPattern ^ 1 << bit)
      #expect(Checksum.of([other.databaseValue, .null]) != number)
    }
    let values: [[DatabaseValue]] = [
      [.null, (1).databaseValue], [(1).databaseValue, .null], [(1.0).databaseValue, .null],
      ["1".databaseValue, .null], [Data("1".utf8).databaseValue, .null],
      [(0.0).databaseValue, .null], [(-0.0).databaseValue, .null], ["".databaseValue, .null],
      ["ab".databaseValue, "c".databaseValue], ["a".databaseValue, "bc".databaseValue],
      [.null, .null], [.null, .null, .null],
    ]
    #expect(Set(values.map { Checksum.of($0) }).count == values.count)
    #expect(Checksum.of([DatabaseValue.null]) == nil)
  }

  /// A bit that flips on the disk, in an outcome or in a path.
  @Test(arguments: ["outcome", "path"]) func flippedBits(_ place: String) throws {
    try withFolder { folder in
      let group = Suite.Group(name: "g", optimizers: ["sgd[lr=1e-3,1e-2]"], problems: ["beale"])
      let plan = try Plan(Suite(name: "s", title: "", groups: [group]), catalogue: catalogue)
      let path = folder.appendingPathComponent("runs.sqlite").path
      let runs = try plan.entries.map {
        $0.job.traced(
          try catalogue.execute(
            $0.spec, recording: $0.job.recording, context: ExecutionContext(now: { 0 })))
      }
      do {
        let store = try RunStore(path: path)
        try store.save(runs.map(FinishedRun.init))
        #expect(try store.health().isWhole)
        try store.database.close()
      }
      // SQLite writes numbers with the highest byte first; a long path goes over pages, its middle
      // lies on one.
      let blob = runs[1].trajectory.keptBytes
      let needle =
        place == "path"
        ? blob[blob.count / 2..<blob.count / 2 + 16]
        : withUnsafeBytes(of: runs[1].outcome.finalLoss.bitPattern.bigEndian) { Data($0) }
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      // Pages also keep what once lay on them: wherever it stands.
      var flips = 0
      while let found = bytes.range(of: needle) {
        bytes[found.lowerBound + 5] ^= 0x10
        flips += 1
      }
      #expect(flips > 0)
      try bytes.write(to: URL(fileURLWithPath: path))

      let store = try RunStore(path: path)
      #expect(try store.health().damaged == [runs[1].key])
      #expect(try store.health().faults.isEmpty)
      let comparison = Comparison(plan: plan, store: store, runner: RunnerOfTests())
      let missing = try comparison.missing()
      #expect(missing.map(\.key) == [runs[1].key])
      #expect(try comparison.damaged(missing).map(\.key) == [runs[1].key])
      try store.save(runs[1])
      #expect(try comparison.missing().isEmpty)
      #expect(try store.health().isWhole)
      // A path that is gone is missed.
      try store.database.write {
        try $0.execute(sql: "DELETE FROM trajectory WHERE key = ?", arguments: [runs[0].key])
      }
      #expect(try comparison.missing().map(\.key) == [runs[0].key])
    }
  }

  /// A planted difference is seen by a verification, with its step; sound runs are the same.
  @Test func verificationSeesWhatWasPlanted() async throws {
    try await withFolder { folder in
      let group = Suite.Group(
        name: "g", optimizers: ["sgd[lr=1e-3,1e-2]", "adam"], problems: ["beale"])
      let plan = try Plan(Suite(name: "s", title: "", groups: [group]), catalogue: catalogue)
      let store = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      let runs = try plan.entries.map {
        $0.job.traced(
          try catalogue.execute(
            $0.spec, recording: $0.job.recording, context: ExecutionContext(now: { 0 })))
      }
      var planted = runs
      planted[1].trajectory.losses[9] = 0.5
      planted[2].record.key = String(repeating: "0", count: 32)
      try store.save(planted.map(FinishedRun.init))
      let verification = Verification(try store.records(), catalogue: catalogue)
      #expect((verification.runs.count, verification.changed) == (2, 1))
      #expect(
        verification.sample(1, seed: 3).map(\.key)
          == Verification(try store.records().reversed(), catalogue: catalogue)
          .sample(1, seed: 3).map(\.key))
      let found = try await Verification.repeated(
        verification.sample(.max, seed: 1), of: store, by: RunnerOfTests(), timeLimit: 60
      ) { _ in }
      #expect(found.map(\.record.key) == [runs[1].key])
      #expect(
        found.first?.numbers == [
          NumberDifference(
            what: "losses", step: 9, ours: "0.5", theirs: "\(runs[1].trajectory.losses[9])")
        ])
    }
  }
}
