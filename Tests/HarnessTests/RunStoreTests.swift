// The store: what goes in comes out, and what is no store is left alone.

import Foundation
import GRDB
import OptimizerKit
import Testing

@testable import Harness

@Suite struct RunStoreTests {
  private func plan() throws -> Plan {
    let group = Suite.Group(name: "g", optimizers: ["sgd[lr=1e-3,1e-2]"], problems: ["beale"])
    return try Plan(Suite(name: "s", title: "", groups: [group]), catalogue: catalogue)
  }

  private func record(_ entry: Plan.Entry) throws -> RunRecord {
    try catalogue.execute(
      entry.spec, key: entry.key, context: ExecutionContext(now: monotonicSeconds))
  }

  @Test func whatGoesInComesOut() throws {
    try withFolder { folder in
      let plan = try plan()
      let path = folder.appendingPathComponent("deep/in/runs.sqlite").path
      let store = try RunStore(path: path)
      try store.register(plan)
      let first = try record(plan.entries[0])
      var second = RunRecord(
        key: plan.entries[1].key, spec: plan.entries[1].spec, status: .crashed, reason: "why")
      second.spec.seed = .max
      try store.save(first)
      try store.save(second)
      let again = try RunStore.existing(path: path)
      #expect(
        try again.stored(plan.entries.map(\.key) + ["none"]) == [
          plan.entries[0].key: .completed, plan.entries[1].key: .crashed,
        ])
      let back = try #require(try again.record(first.key))
      #expect(back.trajectory.blob == first.trajectory.blob)
      #expect(back.spec == first.spec)
      #expect(back.counts == first.counts)
      #expect(try again.record(second.key)?.spec.seed == .max)
      #expect(try again.record(second.key)?.finalLoss.isNaN == true)
      #expect(try again.summaries().count == 2)
      #expect(
        try again.records(suite: "s", group: "g").map(\.spec.label)
          == ["sgd[lr=1e-3]", "sgd[lr=1e-2]"])
    }
  }

  /// A store of version 1, whose specifications and trajectories know of no diagnostics.
  @Test func earlierStoresAreReadable() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("runs.sqlite").path
      let entry = try plan().entries[0]
      do {
        let store = try RunStore(path: path)
        try store.save(try record(entry))
        let blob = try #require(Data(base64Encoded: TrajectoryBlobTests.version1))
        try store.database.write { db in
          let bytes = try #require(try Data.fetchOne(db, sql: "SELECT record FROM run"))
          var json = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
          var spec = try #require(json["spec"] as? [String: Any])
          spec["recording"] = ["every": 1, "validations": 10]
          var trajectory = try #require(json["trajectory"] as? [String: Any])
          #expect(trajectory.removeValue(forKey: "diagnostics") != nil)
          json["spec"] = spec
          json["trajectory"] = trajectory
          try db.execute(
            sql: "UPDATE run SET record = ?, trajectory = ?; PRAGMA user_version = 1",
            arguments: [try JSONSerialization.data(withJSONObject: json), blob])
        }
        try store.database.close()
      }
      let store = try RunStore.existing(path: path)
      let back = try #require(try store.record(entry.key))
      #expect(back.spec == entry.spec)
      #expect(back.trajectory.steps == [0, 4])
      #expect(try store.summaries().count == 1)
      // From now on it may hold what version 1 cannot read.
      #expect(
        try store.database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 2)
    }
  }

  @Test func onlyWhatIsMissingIsRunAgain() throws {
    try withFolder { folder in
      let plan = try plan()
      let store = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      let pool = WorkerPool(WorkerOptions(executable: "", arguments: [], jobs: 1))
      func missing(retry: Bool) throws -> Int {
        try Comparison(plan: plan, store: store, pool: pool, retriesFailures: retry).missing().count
      }
      #expect(try missing(retry: false) == 2)
      try store.save(try record(plan.entries[0]))
      #expect(try missing(retry: false) == 1)
      try store.save(
        RunRecord(key: plan.entries[1].key, spec: plan.entries[1].spec, status: .timedOut))
      #expect(try missing(retry: false) == 0)
      #expect(try missing(retry: true) == 1)
    }
  }

  /// Each of these is refused in words, byte for byte as it was.
  @Test func whatIsNoStoreIsLeftUntouched() throws {
    try withFolder { folder in
      func file(_ name: String, _ bytes: Data) throws -> String {
        let url = folder.appendingPathComponent(name)
        try bytes.write(to: url)
        return url.path
      }
      func database(_ name: String, _ sql: String) throws -> String {
        let path = folder.appendingPathComponent(name).path
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE t (a); \(sql)") }
        try queue.close()
        return path
      }
      let good = folder.appendingPathComponent("good").path
      do { _ = try RunStore(path: good) }
      let whole = try Data(contentsOf: URL(fileURLWithPath: good))
      let text = try file("text", Data("hello".utf8))
      let short = try file("short", whole.prefix(50))
      let cut = try file("cut", whole.prefix(4097))
      let other = try database("other", "")
      let newer = try database(
        "newer", "PRAGMA application_id = \(RunStore.applicationID); PRAGMA user_version = 3")
      let expected = [
        (text, "\(text) is not a store of OptimizerLab; it was left untouched"),
        (short, "\(short) is not a store of OptimizerLab; it was left untouched"),
        (cut, "\(cut) is cut short; it was left untouched"),
        (other, "\(other) is not a store of OptimizerLab; it was left untouched"),
        (
          newer,
          "\(newer) was written by a newer OptimizerLab (store version 3, this one reads up to 2); "
            + "it was left untouched"
        ),
        (folder.path, "\(folder.path) is a folder"),
      ]
      for (path, reason) in expected {
        let before = try? Data(contentsOf: URL(fileURLWithPath: path))
        #expect(message { try RunStore(path: path) } == reason)
        #expect((try? Data(contentsOf: URL(fileURLWithPath: path))) == before)
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
      }
      let none = folder.appendingPathComponent("none").path
      #expect(
        message { try RunStore.existing(path: none) }
          == "there is no store at '\(none)'; 'optlab compare quick' makes one")
      #expect(!FileManager.default.fileExists(atPath: none))
    }
  }

  /// A store that was made and never closed is a store: its mark is not in the log alone.
  @Test func aNewStoreIsMarkedAtOnce() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("runs.sqlite").path
      let open = try RunStore(path: path)
      let killed = folder.appendingPathComponent("killed.sqlite").path
      try FileManager.default.copyItem(atPath: path, toPath: killed)
      #expect(message { try RunStore(path: killed) } == nil)
      #expect(try open.summaries().isEmpty)
    }
  }

  @Test func twoMayWriteAtOnce() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-tests-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("runs.sqlite").path
    let spec = try specification("sgd", on: "beale")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          let store = try RunStore(path: path)
          for run in 0..<10 {
            try store.save(RunRecord(key: "\(writer) \(run)", spec: spec, status: .completed))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try RunStore.existing(path: path).summaries().count == 40)
  }
}
