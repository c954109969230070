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

  private func done(_ job: RunJob) throws -> TracedRun {
    job.traced(
      try catalogue.execute(
        job.spec, recording: job.recording, context: ExecutionContext(now: { 0 })))
  }

  /// A store of its own for one test.
  private func withStore(_ work: (RunStore) throws -> Void) throws {
    try withFolder { try work(RunStore(path: $0.appendingPathComponent("runs.sqlite").path)) }
  }

  @Test func whatGoesInComesOut() throws {
    try withFolder { folder in
      let plan = try plan()
      let path = folder.appendingPathComponent("deep/in/runs.sqlite").path
      let store = try RunStore(path: path)
      try store.register(plan)
      let first = try done(plan.entries[0].job)
      var second = plan.entries[1].job.traced(
        RunResult(Outcome(status: .crashed, reason: "why 😀\n'\"")))
      second.record.spec.seed = .max
      second.record.recording.layers = true
      try store.save(first)
      try store.save(second)
      let again = try RunStore.existing(path: path)
      #expect(
        try again.stored(plan.entries.map(\.key) + ["none"]) == [
          first.key: .init(status: .completed, recording: Recording()),
          second.key: .init(status: .crashed, recording: second.record.recording),
        ])
      let back = try #require(try again.run(first.record))
      #expect(back.trajectory == first.trajectory)
      #expect(back.record.outcome == first.outcome)
      #expect(try again.outcomes([second.key])[second.key]?.finalLoss.isNaN == true)
      #expect(
        try again.outcomes(plan.entries.map(\.key) + ["none"]).mapValues(\.reason)
          == [first.key: "", second.key: "why 😀\n'\""])
      let records = try again.records()
      #expect(records.map(\.key).sorted() == [first.key, second.key].sorted())
      for record in records {
        let run = record.key == first.key ? first : second
        #expect(record.spec == run.spec && record.label == run.label)
        #expect(record.recording == run.record.recording)
      }
      #expect(
        try again.runs(suite: "s", group: "g").map(\.label) == ["sgd[lr=1e-3]", "sgd[lr=1e-2]"])
    }
  }

  /// A run that is done again takes the place of the old one, its path and all.
  @Test func theLaterRunIsKept() throws {
    try withStore { store in
      let job = try plan().entries[0].job
      try store.save(job.traced(RunResult(Outcome(status: .timedOut, reason: "after 1 s"))))
      let whole = try done(job)
      try store.save(whole)
      #expect(try store.outcomes([job.key])[job.key] == whole.outcome)
      #expect(try store.run(whole.record)?.trajectory == whole.trajectory)
      #expect(try store.records().count == 1)
      // Back to one that left no path: none of the older one stays.
      let lost = job.traced(RunResult(Outcome(status: .crashed, reason: "lost")))
      try store.save(lost)
      #expect(try store.outcomes([job.key])[job.key]?.status == .crashed)
      #expect(try store.run(lost.record)?.trajectory.count == 0)
    }
  }

  /// Numbers that are none, that are endless, that have a sign and no size; measures that there are and
  /// that there are not; runs of every kind of budget, with and without a start.
  @Test func everyOutcomeComesBackBitForBit() throws {
    let numbers = [
      0, -0.0, 1, -3, 0.1 + 0.2, 1e300, 9007199254740993, .leastNonzeroMagnitude,
      .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
    ]
    var specs = [
      try specification("adam:cosine", on: "beale", target: 0.25),
      try specification("sgd", on: "beale", budget: .gradients(7)),
      try specification("sgd", on: "beale", budget: .seconds(0.1)),
      try specification("scaled(asking(sgd):lr=step)", on: "drill", in: catalogueWithWrappers),
    ]
    specs[1].start = [-0.0, .leastNonzeroMagnitude]
    var runs: [TracedRun] = []
    for (i, number) in numbers.enumerated() {
      func other(_ step: Int) -> Double { numbers[(i + step) % numbers.count] }
      let status = RunStatus.allCases[i % RunStatus.allCases.count]
      var outcome = Outcome(
        status: status, reason: String(repeating: "r", count: i), steps: i,
        initialLoss: number, finalLoss: other(1), bestLoss: other(2), seconds: other(3),
        concurrency: i + 1)
      outcome.counts.losses = i
      outcome.counts.gradients = .max - i
      outcome.counts.hessianVectorProducts = 2 * i
      outcome.counts.hessians = 3 * i
      if i % 3 > 0 { outcome.validation = .init(loss: number, accuracy: other(4)) }
      if i % 3 > 1 { outcome.test = .init(loss: other(5), accuracy: number) }
      for (j, column) in RunMeasures.columns.enumerated() where (i + j) % 3 > 0 {
        let measure = other(j)
        // What is measured is a number.
        outcome.measures[keyPath: column.path] = measure.isNaN ? nil : measure
      }
      let job = RunJob(
        key: "\(i)", label: "run \(i)", spec: specs[i % specs.count],
        recording: Recording(path: .outcomes, every: i + 1))
      runs.append(job.traced(RunResult(outcome)))
    }
    try withStore { store in
      try store.save(runs.map(FinishedRun.init))
      let records = try Dictionary(
        uniqueKeysWithValues: RunStore.existing(path: store.path).records().map { ($0.key, $0) })
      let outcomes = try store.outcomes(runs.map(\.key))
      for run in runs {
        let back = try #require(records[run.key])
        #expect(back.spec == run.spec && back.label == run.label)
        #expect(
          back.spec.start?.map(\.bitPattern) == run.spec.start?.map(\.bitPattern))
        #expect(back.recording == run.record.recording)
        for outcome in [back.outcome, try #require(outcomes[run.key])] {
          #expect(text(outcome) == text(run.outcome))
        }
      }
    }
  }

  /// All that an outcome holds, with the sign of 0 and one NaN.
  private func text(_ outcome: Outcome) -> String {
    var text = ""
    dump(outcome, to: &text)
    return text
  }

  /// Columns of the table are those of the outcome, each once: a new measure is a column.
  @Test func everyMeasureHasItsColumn() throws {
    let names = OutcomeColumns.all.map(\.name)
    #expect(Set(names).count == names.count)
    let properties = Mirror(reflecting: RunMeasures()).children.flatMap { child in
      let label = child.label ?? ""
      return child.value is [Double?]
        ? RunMeasures.targets.indices.map { "\(label)1e\($0 + 1)" } : [label]
    }
    #expect(properties == RunMeasures.columns.map(\.name))
    #expect(names.suffix(RunMeasures.columns.count) == RunMeasures.columns.map(\.name))
    try withStore { store in
      let columns = try store.database.read { try $0.columns(in: "run").map(\.name) }
      #expect(Set(names).isSubset(of: columns))
    }
  }

  @Test func outcomesOnlyKeepNoPath() throws {
    try withStore { store in
      let entry = try plan().entries[0]
      let job = RunJob(
        key: entry.key, label: "l", spec: entry.spec, recording: Recording(path: .outcomes))
      try store.save(try done(job))
      #expect(try paths(in: store) == 0)
      let record = try #require(try store.records().first)
      #expect(try store.run(record)?.trajectory == Trajectory())
      // Measured all the same, as with a path.
      #expect(record.outcome.measures.pathLength != nil)
      #expect(record.outcome == (try done(entry.job)).outcome)
    }
  }

  /// What is done again takes the place of what was there, path and all.
  @Test func replacedRunsLeaveNoOldPath() throws {
    try withStore { store in
      let job = try plan().entries[0].job
      let whole = try done(job)
      try store.save(whole)
      #expect(try paths(in: store) == 1)
      // By one that crashed on the way and has no path.
      try store.save(job.traced(RunResult(Outcome(status: .crashed, reason: "again"))))
      #expect(try paths(in: store) == 0)
      #expect(try store.run(job.record(Outcome(status: .crashed)))?.trajectory == Trajectory())
      #expect(try store.records().map(\.reason) == ["again"])
      // By one with another path.
      let coarse = RunJob(
        key: job.key, label: job.label, spec: job.spec, recording: Recording(every: 10))
      try store.save([FinishedRun(whole), FinishedRun(try done(coarse))])
      #expect(try paths(in: store) == 1)
      let record = try #require(try store.records().first)
      let back = try #require(try store.run(record))
      #expect(back.trajectory.count == 101)
      #expect(back.record.recording.every == 10)
    }
  }

  private func paths(in store: RunStore) throws -> Int {
    try store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM trajectory") ?? -1 }
  }

  /// All of them or none: one that cannot be written takes back those before it.
  @Test func runsAreSavedTogether() throws {
    try withStore { store in
      try store.database.write {
        try $0.execute(
          sql: """
            CREATE TRIGGER refuse BEFORE INSERT ON run WHEN new.label = 'bad'
            BEGIN SELECT RAISE(ABORT, 'no bad runs'); END
            """)
      }
      let entries = try plan().entries
      let bad = RunJob(key: entries[1].key, label: "bad", spec: entries[1].spec)
      #expect(
        message { try store.save([entries[0].job, bad].map { FinishedRun(try done($0)) }) }
          == "the store \(store.path) failed: no bad runs")
      #expect(try store.records().isEmpty)
      #expect(try paths(in: store) == 0)
    }
  }

  /// Runs are listed as suites ask for them, once for each way to ask, then those of no suite.
  @Test func listingsAreThoseOfSuites() throws {
    func plan(_ name: String, _ groups: String) throws -> Plan {
      try Plan(Suite(yaml: groups, name: name, file: "x.yaml"), catalogue: catalogue)
    }
    try withStore { store in
      let first = try plan(
        "a", "groups: [{optimizers: [sgd, adam], problems: beale, steps: 10, every: 4}]")
      let second = try plan(
        "b", "groups: [{optimizers: ['sgd[lr=0.01]', adam], problems: beale, steps: 10, every: 4}]")
      let third = try plan(
        "c", "groups: [{optimizers: sgd, problems: beale, steps: 10, every: 2}]")
      let loose = try plan("d", "groups: [{optimizers: newton, problems: beale, steps: 10}]")
      for plan in [third, first, second] { try store.register(plan) }
      #expect(Set((first.entries + third.entries).map(\.key)).count == 2)
      #expect(first.entries[0].key == second.entries[0].key)
      for plan in [third, first, loose] {
        for entry in plan.entries { try store.save(try done(entry.job)) }
      }
      let listed = try store.listed()
      #expect(listed.map(\.label) == ["sgd", "adam", "sgd", "newton"])
      #expect(listed.map(\.recording.every) == [4, 4, 2, 1])
      let records = try store.records()
      #expect(records.count == 3)
      // The lines of a table say what the records say, in the same order.
      for (line, record) in zip(try store.lines(), records) {
        #expect(line.key == record.key && line.label == record.label)
        #expect(line.problem == record.spec.problem.name && line.seed == record.spec.seed)
        #expect(line.steps == record.steps && line.status == record.status)
        #expect(line.finalLoss == record.finalLoss && line.bestLoss == record.bestLoss)
        #expect(line.seconds == record.seconds && line.reason == record.reason)
      }
      #expect(try store.lines(RunQuery(optimizers: ["newton"])).map(\.label) == ["newton"])
      // As its own suite calls it.
      #expect(
        try store.runs(suite: "b", group: "group-1").map(\.label) == ["sgd[lr=0.01]", "adam"])
    }
  }

  /// A store of an earlier version is refused in a sentence, and left as it was.
  @Test(arguments: [1, 2]) func earlierStoresAreLeftUntouched(_ version: Int) throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("runs.sqlite").path
      let queue = try DatabaseQueue(path: path)
      try queue.write {
        try $0.execute(
          sql: """
            CREATE TABLE run (key TEXT PRIMARY KEY, record BLOB NOT NULL, trajectory BLOB);
            INSERT INTO run VALUES ('a', x'00', NULL);
            PRAGMA application_id = \(RunStore.applicationID); PRAGMA user_version = \(version)
            """)
      }
      try queue.close()
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      for open in [{ try RunStore(path: path) }, { try RunStore.existing(path: path) }] {
        #expect(
          message { try open() }
            == "\(path) was written by an earlier OptimizerLab (store version \(version), this one "
            + "reads \(RunStore.version)); it was left untouched: name another with --store, or move it"
        )
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["runs.sqlite"])
    }
  }

  @Test func onlyWhatIsMissingIsRunAgain() throws {
    try withFolder { folder in
      let plan = try plan()
      let store = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      func missing(retry: Bool) throws -> Int {
        try Comparison(plan: plan, store: store, runner: RunnerOfTests(), retriesFailures: retry)
          .missing().count
      }
      #expect(try missing(retry: false) == 2)
      try store.save(try done(plan.entries[0].job))
      #expect(try missing(retry: false) == 1)
      try store.save(plan.entries[1].job.traced(RunResult(Outcome(status: .timedOut))))
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
        "newer", "PRAGMA application_id = \(RunStore.applicationID); PRAGMA user_version = 1000")
      let expected = [
        (text, "\(text) is not a store of OptimizerLab; it was left untouched"),
        (short, "\(short) is not a store of OptimizerLab; it was left untouched"),
        (cut, "\(cut) is cut short; it was left untouched"),
        (other, "\(other) is not a store of OptimizerLab; it was left untouched"),
        (
          newer,
          "\(newer) was written by a newer OptimizerLab (store version 1000, this one reads "
            + "\(RunStore.version)); it was left untouched"
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
      #expect(try open.records().isEmpty)
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
            let job = RunJob(key: "\(writer) \(run)", label: "sgd", spec: spec)
            try store.save(job.traced(RunResult(Outcome(status: .completed))))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try RunStore.existing(path: path).records().count == 40)
  }
}
