// What a comparison does and what it leaves alone.

import Foundation
import OptimizerKit
import Synchronization
import Testing

@testable import Harness

@Suite struct ComparisonTests {
  /// Two groups that ask for the same two runs: for other rows, other passes, under other names.
  private func suite(_ first: String, _ second: String, named name: String = "s") throws -> Plan {
    try Plan(
      Suite(
        yaml: """
          steps: 24
          groups:
            - {name: one, optimizers: "sgd[lr=1e-3,2e-3]", problems: rosenbrock, \(first)}
            - {name: two, optimizers: "sgd[lr=0.001,0.002]", problems: rosenbrock, \(second)}
          """, name: name, file: "s.yaml"), catalogue: catalogue)
  }

  /// Compares; returns what was done.
  private func compare(_ plan: Plan, _ store: RunStore) async throws -> [RunJob] {
    let comparison = Comparison(plan: plan, store: store, runner: RunnerOfTests())
    let jobs = try comparison.missing()
    let done = Mutex(0)
    let outcome = try await comparison.run(jobs) { event in
      if case .finished(let runs) = event { done.withLock { $0 += runs.count } }
    }
    #expect(done.withLock { $0 } == jobs.count)
    #expect(outcome.done == jobs.count && outcome.reused == plan.entries.count - jobs.count)
    return jobs
  }

  private func withStore(_ work: (RunStore) async throws -> Void) async throws {
    try await withFolder {
      try await work(RunStore(path: $0.appendingPathComponent("runs.sqlite").path))
    }
  }

  /// The same run, asked for twice, is done once, so that it serves both; each group is given the rows
  /// that it asked for, and the second time nothing is done.
  @Test(arguments: [(4, 6, 2), (6, 4, 2), (5, 1, 1), (3, 12, 3), (25, 10, 5)])
  func theSameRunIsDoneOnce(_ first: Int, _ second: Int, _ kept: Int) async throws {
    try await withStore { store in
      let plan = try suite("every: \(first)", "every: \(second)")
      #expect(plan.entries.count == 4)
      let jobs = try await compare(plan, store)
      #expect(jobs.map(\.spec.optimizer["lr"]) == ["0.001", "0.002"])
      #expect(jobs.map(\.recording) == [Recording(every: kept), Recording(every: kept)])
      #expect(try await compare(plan, store).isEmpty)
      for (group, every, labels) in [
        ("one", first, ["sgd[lr=1e-3]", "sgd[lr=2e-3]"]),
        ("two", second, ["sgd[lr=0.001]", "sgd[lr=0.002]"]),
      ] {
        let runs = try store.runs(suite: "s", group: group)
        #expect(runs.map(\.label) == labels)
        for run in runs {
          let alone = try HarnessTests.run(run.spec, recording: Recording(every: every))
          #expect(run.trajectory == alone.trajectory)
          #expect(run.outcome == alone.outcome)
        }
      }
      // The same rows are exported.
      let listed = try store.listed()
      #expect(listed.map(\.recording.every) == [first, first, second, second])
      for record in listed {
        let rows = try #require(try store.run(record)).trajectory
        #expect(
          rows.steps
            == (0...24).filter { $0.isMultiple(of: record.recording.every) || $0 == 24 })
      }
    }
  }

  /// Outcomes and a path of the same run: the path is kept, and who asked for none gets none.
  @Test func outcomesAreServedByPaths() async throws {
    try await withStore { store in
      let plan = try suite("record: outcomes", "every: 3")
      let thirds = Recording(every: 3)
      #expect(try await compare(plan, store).map(\.recording) == [thirds, thirds])
      #expect(try await compare(plan, store).isEmpty)
      #expect(try store.runs(suite: "s", group: "one").map(\.trajectory.count) == [0, 0])
      #expect(try store.runs(suite: "s", group: "two").map(\.trajectory.count) == [9, 9])
      #expect(
        try store.runs(suite: "s", group: "one").map(\.outcome)
          == store.runs(suite: "s", group: "two").map(\.outcome))
    }
  }

  /// What is asked for later and is not there is done again, so that it serves what was promised too.
  @Test func whatWasPromisedStaysKept() async throws {
    try await withStore { store in
      let coarse = try suite("every: 4", "every: 8", named: "coarse")
      let fine = try suite("every: 6", "every: 12", named: "fine")
      #expect(try await compare(coarse, store).map(\.recording.every) == [4, 4])
      #expect(try await compare(fine, store).map(\.recording.every) == [2, 2])
      #expect(try await compare(coarse, store).isEmpty)
      #expect(try await compare(fine, store).isEmpty)
      #expect(try store.records().map(\.recording.every) == [2, 2])
      #expect(
        try store.runs(suite: "coarse", group: "two")[0].trajectory.steps == [0, 8, 16, 24])
      #expect(
        try store.runs(suite: "fine", group: "one")[0].trajectory.steps == [0, 6, 12, 18, 24])
      // Nothing but outcomes is served by what is there, and leaves it there.
      let outcomes = try suite("record: outcomes", "record: outcomes", named: "outcomes")
      #expect(try await compare(outcomes, store).isEmpty)
      #expect(try await compare(fine, store).isEmpty)
    }
  }

  /// A network is validated so that both groups find their passes, and judged where one of them asks.
  @Test func passesAndTestsAreUnited() async throws {
    let plan = try Plan(
      Suite(
        yaml: """
          steps: 12
          groups:
            - {name: one, optimizers: sgd, problems: drill, validations: 2, test: true}
            - {name: two, optimizers: sgd, problems: drill, validations: 3, layers: true}
          """, name: "s", file: "s.yaml"), catalogue: catalogueWithDrill)
    try await withStore { store in
      let jobs = try Comparison(plan: plan, store: store, runner: RunnerOfTests()).missing()
      #expect(jobs.map(\.recording) == [Recording(validations: 6, layers: true, test: true)])
    }
  }
}
