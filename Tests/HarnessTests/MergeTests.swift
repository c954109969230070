// Stores brought together: nothing is lost, nothing is replaced by what contradicts it, and what is
// only read stays as it is.

import Foundation
import GRDB
import OptimizerKit
import Testing

@testable import Harness

@Suite struct MergeTests {
  private func plan(_ optimizers: String = "sgd[lr=1e-3,1e-2]", name: String = "s") throws -> Plan {
    var group = Suite.Group(name: "g", optimizers: [optimizers], problems: ["beale"])
    group.figures = ["trajectory"]
    return try Plan(Suite(name: name, title: "", groups: [group]), catalogue: catalogue)
  }

  private func done(_ job: RunJob, seconds: Double = 1) throws -> TracedRun {
    var run = job.traced(
      try catalogue.execute(
        job.spec, recording: job.recording, context: ExecutionContext(now: { 0 })))
    run.record.outcome.seconds = seconds
    return run
  }

  /// Makes a store and closes it.
  private func store(_ folder: URL, _ name: String, _ runs: [TracedRun], of plans: [Plan] = [])
    throws -> String
  {
    let path = folder.appendingPathComponent(name).path
    let store = try RunStore(path: path)
    for plan in plans { try store.register(plan) }
    try store.save(runs.map(FinishedRun.init))
    try store.database.close()
    return path
  }

  private func merge(_ target: String, _ sources: String..., isTrial: Bool = false) throws
    -> [MergeReport]
  {
    try RunStore(path: target).merge(
      try sources.map { try RunStore(reading: $0) }, isTrial: isTrial)
  }

  private func files(_ folder: URL) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
      })
  }

  @Test func whatIsApartComesTogether() throws {
    try withFolder { folder in
      let plan = try plan()
      let runs = try plan.entries.map { try done($0.job) }
      let sources = folder.appendingPathComponent("sources")
      let a = try store(sources, "a ?#%.sqlite", [runs[0]], of: [plan])
      let b = try store(sources, "b.sqlite", [runs[1]], of: [plan])
      let before = try files(sources)
      let target = folder.appendingPathComponent("all.sqlite").path
      let trial = try merge(target, a, b, isTrial: true)
      #expect(trial.map(\.added) == [1, 1])
      #expect(try RunStore.existing(path: target).records().isEmpty)
      let reports = try merge(target, a, b)
      #expect(reports.map(\.added) == [1, 1])
      #expect(reports.map(\.suites) == [["s": 2], [:]])
      let all = try RunStore.existing(path: target)
      #expect(try all.records(suite: "s").map(\.record.key) == runs.map(\.key))
      for run in runs {
        let back = try #require(try all.run(run.record))
        #expect(back.trajectory == run.trajectory)
        #expect(try all.outcomes([run.key])[run.key] == run.outcome)
      }
      #expect(try all.figures(of: "s").map(\.figure) == ["trajectory"])
      #expect(try all.health().isWhole)
      // Sources stay as they were, and nothing is left beside them.
      #expect(try files(sources) == before)
      // The same again says that there is nothing new.
      #expect(try merge(target, a, b).map(\.same) == [1, 1])
    }
  }

  /// What a suite asks for here and there is one list.
  @Test func suitesAreJoined() throws {
    try withFolder { folder in
      let (first, second) = try (plan(), plan("sgd[lr=1e-2,1e-1]"))
      let target = try store(folder, "a", try first.entries.map { try done($0.job) }, of: [first])
      let source = try store(folder, "b", try second.entries.map { try done($0.job) }, of: [second])
      let report = try merge(target, source)[0]
      #expect((report.added, report.same) == (1, 1))
      #expect(report.suites == ["s": 1])
      let labels = try RunStore.existing(path: target).records(suite: "s").map(\.record.label)
      #expect(labels == ["sgd[lr=1e-3]", "sgd[lr=1e-2]", "sgd[lr=1e-1]"])
    }
  }

  /// What keeps more, and what came to an end, takes the place of what did not.
  @Test func moreTakesThePlaceOfLess() throws {
    try withFolder { folder in
      let entries = try plan("sgd[lr=1e-3,1e-2,1e-4]").entries
      let whole = try entries.map { try done($0.job) }
      let bare = RunJob(
        key: entries[0].key, label: "bare", spec: entries[0].spec,
        recording: Recording(path: .outcomes))
      let less = [
        try done(bare, seconds: 2),
        entries[1].job.traced(RunResult(Outcome(status: .crashed, reason: "no memory"))),
        try done(entries[2].job, seconds: 3),
      ]
      let target = try store(folder, "a", less)
      let source = try store(folder, "b", whole)
      let report = try merge(target, source)[0]
      #expect((report.added, report.replaced, report.same, report.kept) == (0, 2, 1, 0))
      #expect(report.isClean)
      let all = try RunStore.existing(path: target)
      for run in whole { #expect(try all.run(run.record)?.trajectory == run.trajectory) }
      // Times are no numbers of a run: what was there stays.
      #expect(try all.outcomes([whole[2].key])[whole[2].key]?.seconds == 3)
      // The other way round nothing is taken.
      let other = try store(folder, "c", whole)
      let back = try merge(other, try store(folder, "d", less))[0]
      #expect((back.replaced, back.same, back.kept) == (0, 2, 1))
    }
  }

  /// Other numbers under the same key: named, with step and both values; nothing is overwritten.
  @Test func contradictionsAreShown() throws {
    try withFolder { folder in
      let runs = try plan("sgd[lr=1e-3,1e-2,1e-4]").entries.map { try done($0.job) }
      var others = runs
      others[0].record.outcome.finalLoss = runs[0].outcome.finalLoss.nextUp
      others[1].trajectory.points[2 * 7 + 1] += 1
      let target = try store(folder, "a", runs)
      let report = try merge(target, try store(folder, "b", others))[0]
      #expect((report.added, report.replaced, report.same) == (0, 0, 1))
      #expect(!report.isClean)
      let found = Dictionary(
        uniqueKeysWithValues: report.differences.map { ($0.key, $0.numbers) })
      #expect(
        found == [
          runs[0].key: [
            NumberDifference(
              what: "finalLoss", step: nil, ours: "\(runs[0].outcome.finalLoss)",
              theirs: "\(others[0].outcome.finalLoss)")
          ],
          runs[1].key: [
            NumberDifference(
              what: "x1", step: 7, ours: "\(runs[1].trajectory.points[15])",
              theirs: "\(others[1].trajectory.points[15])")
          ],
        ])
      let all = try RunStore.existing(path: target)
      for run in runs {
        #expect(try all.run(run.record)?.trajectory == run.trajectory)
        #expect(try all.outcomes([run.key])[run.key] == run.outcome)
      }
    }
  }

  /// A damaged record is not taken, and one that is whole takes its place.
  @Test func damageDoesNotSpread() throws {
    try withFolder { folder in
      let runs = try plan().entries.map { try done($0.job) }
      let (whole, damaged) = (try store(folder, "a", runs), try store(folder, "b", runs))
      try DatabaseQueue(path: damaged).write {
        try $0.execute(
          sql: "UPDATE run SET steps = steps + 1 WHERE key = ?", arguments: [runs[0].key])
      }
      let target = folder.appendingPathComponent("all").path
      let report = try merge(target, damaged)[0]
      #expect(report.damaged == [runs[0].key] && report.added == 1 && !report.isClean)
      let healing = try merge(damaged, whole)[0]
      #expect((healing.replaced, healing.same) == (1, 1))
      #expect(try RunStore.existing(path: damaged).health().isWhole)
    }
  }

  /// A store of an earlier version is read as it is, and brought to this version where it is written.
  @Test(arguments: [6, 7]) func earlierVersionsAreTaken(_ version: Int) throws {
    try withFolder { folder in
      let plan = try plan()
      let runs = try plan.entries.map { try done($0.job) }
      let old = try store(folder.appendingPathComponent("old"), "a", runs, of: [plan])
      try DatabaseQueue(path: old).write {
        $0.add(function: Checksum.function)
        let columns = RunStore.checkedColumns.filter { $0 != "lossCurve" }
        try $0.execute(
          sql: """
            DROP VIEW judged; DROP VIEW trial; ALTER TABLE run DROP COLUMN lossCurve;
            UPDATE run SET checksum = \(Checksum.name)(\(columns.joined(separator: ", ")));
            """)
        if version == 6 {
          try $0.execute(
            sql: """
              ALTER TABLE run DROP COLUMN checksum; ALTER TABLE run DROP COLUMN pathChecksum;
              """)
        }
        try $0.execute(sql: "PRAGMA user_version = \(version)")
      }
      let before = try files(folder.appendingPathComponent("old"))
      let target = folder.appendingPathComponent("all").path
      #expect(try merge(target, old)[0].added == 2)
      #expect(try RunStore.existing(path: target).health().isWhole)
      #expect(try RunStore(reading: old).records().count == 2)
      #expect(try RunStore(reading: old).health().isWhole)
      #expect(try files(folder.appendingPathComponent("old")) == before)
      let migrated = try RunStore(path: old)
      let health = try migrated.health()
      #expect(health.runs == 2 && health.isWhole)
      for run in runs { #expect(try migrated.run(run.record)?.trajectory == run.trajectory) }
      // Its checksums are those that would have been written with the runs.
      func checksums(_ store: RunStore) throws -> [Row] {
        try store.database.read {
          try Row.fetchAll($0, sql: "SELECT checksum, pathChecksum FROM run ORDER BY key")
        }
      }
      let fresh = try RunStore(path: try store(folder, "fresh", runs))
      #expect(try checksums(migrated) == checksums(fresh))
      // Its views have what those of a new one have.
      #expect(
        try migrated.database.read { try Row.fetchAll($0, sql: "SELECT loss_curve FROM judged") }
          .count == 2)
    }
  }

  /// What was damaged before is so after a store was brought to this version.
  @Test func damageIsNotMadeGood() throws {
    try withFolder { folder in
      let runs = try plan().entries.map { try done($0.job) }
      let old = try store(folder, "a", runs)
      try DatabaseQueue(path: old).write {
        $0.add(function: Checksum.function)
        let columns = RunStore.checkedColumns.filter { $0 != "lossCurve" }
        try $0.execute(
          sql: """
            DROP VIEW judged; DROP VIEW trial; ALTER TABLE run DROP COLUMN lossCurve;
            UPDATE run SET checksum = \(Checksum.name)(\(columns.joined(separator: ", ")));
            PRAGMA user_version = 7;
            """)
        try $0.execute(
          sql: "UPDATE run SET steps = steps + 1 WHERE key = ?", arguments: [runs[0].key])
      }
      #expect(try RunStore(reading: old).health().damaged == [runs[0].key])
      #expect(try RunStore(path: old).health().damaged == [runs[0].key])
    }
  }

  /// What another command has not written back to the file yet is read too.
  @Test func openStoresAreRead() throws {
    try withFolder { folder in
      let runs = try plan().entries.map { try done($0.job) }
      let open = try RunStore(path: folder.appendingPathComponent("open").path)
      try open.save(runs.map(FinishedRun.init))
      let target = folder.appendingPathComponent("all").path
      #expect(try merge(target, open.path)[0].added == 2)
    }
  }
}
