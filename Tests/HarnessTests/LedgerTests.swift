// What is known of a suite beside its runs: the ledger, its size, its views in the store.

import Foundation
import GRDB
import OptimizerKit
import Testing

@testable import Harness

@Suite struct LedgerTests {
  private static let yaml = """
    gradients: 20
    groups:
      - name: tuned
        optimizers: [sgd, "adam[lr=1e-9..1e-8]"]
        problems: [beale, booth]
        instances: [1, 2, 3, 7, 9, 10]
        seeds: 4
        tuning: {trials: 4, random-starts: 11-12}
      - {name: plain, optimizers: bfgs, problems: beale, target: 0.5, seconds: 1, seeds: 1-2}
    """

  private func suite() throws -> Suite {
    try Suite(yaml: Self.yaml, name: "x", file: "x.yaml")
  }

  private func withStore(_ work: (RunStore) async throws -> Void) async throws {
    try await withFolder {
      try await work(RunStore(path: $0.appendingPathComponent("runs.sqlite").path))
    }
  }

  @Test(
    arguments: [
      ([1, 2, 3], "1-3"), ([5], "5"), ([3, 1, 2, 7], "1-3, 7"), ([1, 3, 5], "1, 3, 5"),
      ([9, 10, 1, 2], "1-2, 9-10"),
      ([.max, .max - 1], "18446744073709551614-18446744073709551615"),
    ] as [([UInt64], String)])
  func numbersAsRanges(_ numbers: [UInt64], _ text: String) { #expect(spans(numbers) == text) }

  @Test(arguments: [
    (Budget.steps(100), 0.25, Budget.steps(25)), (.gradients(10), 1, .gradients(10)),
    (.gradients(100), 1.0 / 3, .gradients(33)), (.steps(3), 0.01, .steps(1)),
    (.seconds(8), 0.25, .seconds(2)),
  ])
  func partsOfBudgets(_ budget: Budget, _ share: Double, _ part: Budget) {
    #expect(budget.share(share) == part)
  }

  /// Trials, suites and ledgers go into the store and come out of it; trials and what is judged stand in
  /// views of their own, whose columns other programs rely on.
  @Test func aTunedSuiteInTheStore() async throws {
    try await withStore { store in
      let suite = try suite()
      let size = try SuiteSize(suite, catalogue: catalogue)
      #expect(size.judged == 2 * 2 * 2 * 6 + 2 && size.trials == 2 * 2 * 4 * 2)
      #expect("\(size)" == "50 runs, and 32 of trials before")
      var tuner = try SuiteTuner(suite, catalogue: catalogue)
      while let round = try tuner.nextRound() {
        let comparison = Comparison(plan: round, store: store, runner: RunnerOfTests())
        _ = try await comparison.run(try comparison.missing()) { _ in }
        tuner.take(try store.outcomes(round.entries.map(\.key)))
      }
      try store.register(tuner.trials)
      let tuned = try tuner.results()
      let plan = try Plan(suite, tuned: tuned, catalogue: catalogue)
      try store.register(plan)
      #expect(try store.progress(of: "x") == (plan.entries.count, 0))
      let comparison = Comparison(plan: plan, store: store, runner: RunnerOfTests())
      let missing = try comparison.missing()
      _ = try await comparison.run(Array(missing.prefix(5))) { _ in }
      #expect(try store.progress(of: "x").stored == 5)
      _ = try await comparison.run(try comparison.missing()) { _ in }
      #expect(try store.progress(of: "x") == (plan.entries.count, plan.entries.count))
      #expect(try store.suites() == ["x"])
      let records = try store.records(suite: "x")
      #expect(records.map(\.record.key) == plan.entries.map(\.key))
      #expect(records.map(\.group) == plan.entries.map(\.group))
      #expect(records.map(\.record.label) == plan.entries.map(\.job.label))

      let ledger = Ledger(
        suite, tuned: tuned, catalogue: catalogue, versions: ["lab 1"], machine: "m")
      try store.keep(ledger)
      #expect(try store.ledger(of: "x") == ledger && store.ledger(of: "y") == nil)
      #expect(ledger.groups.map(\.budget) == ["20 gradients", "1 s"])
      #expect(ledger.groups[0].instances == "1-3, 7, 9-10, with rotation and shift")
      #expect(ledger.groups[1].instances == nil && ledger.groups[1].target == 0.5)
      #expect(ledger.groups.map(\.seeds) == ["4", "1-2"])
      #expect(ledger.tuning.count == 4)
      #expect(ledger.tuning[0].instances == "11-12, starts only")
      #expect(ledger.tuning[1].space == ["lr in 1e-09..1e-08 (log)"])
      #expect(ledger.tuning.allSatisfy { $0.group == "tuned" && $0.trials == 4 })
      #expect(ledger.warnings(of: "plain").isEmpty)
      let edges = ledger.warnings(of: "tuned").filter { $0.hasPrefix("adam: ") }
      let upper = tuned.filter { $0.defaultLabel == "adam" && !$0.edges.isEmpty }.count
      #expect(edges.isEmpty == (upper == 0))

      let trials = tuner.trials
      try await store.database.read { db in
        for (view, plan) in [("judged", plan), ("trial", trials)] {
          let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(view) ORDER BY position")
          #expect(rows.map { $0["key"] as String } == plan.entries.map(\.key))
          #expect(rows.map { $0["label"] as String } == plan.entries.map(\.job.label))
          for (row, entry) in zip(rows, plan.entries) {
            #expect(row["suite"] as String == plan.suite.name)
            #expect(row["group_name"] as String == entry.group)
            #expect(row["instance"] as Int64? == entry.spec.instance.map { Int64($0.number) })
            #expect(row["moved"] as Bool? == entry.spec.instance?.isMoved)
            #expect(row["problem"] as String == entry.spec.problem.name)
            #expect((row["settings"] as String).hasPrefix(entry.spec.optimizer.name + "["))
            let final: Double? = row["final_loss"]
            let outcome = try #require(try Self.outcome(entry.key, db))
            #expect(final == outcome || final == nil && outcome.isNaN)
          }
        }
        let names = try db.columns(in: "judged").map(\.name)
        for name in [
          "budget", "budget_unit", "status", "hessian_vector_products", "validation_accuracy",
          "zig_zag", "evaluations_to_1e1", "evaluations_to_1e8", "finished",
        ] { #expect(names.contains(name), "\(name)") }
      }
    }
  }

  private static func outcome(_ key: String, _ db: Database) throws -> Double? {
    try Double.fetchOne(
      db, sql: "SELECT ifnull(finalLoss, 'nan') FROM run WHERE key = ?", arguments: [key])
  }
}
