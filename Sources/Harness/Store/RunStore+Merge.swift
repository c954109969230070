// Runs of other stores.

import Foundation
import GRDB
import OptimizerKit

/// What came, or would come, of one store into another.
public struct MergeReport: Sendable {
  /// Runs that the target did not have.
  public var added = 0
  /// Runs that it had with less kept of them, that had failed there, or were damaged there.
  public var replaced = 0
  /// Runs that it had with the same numbers.
  public var same = 0
  /// Runs that it had, and whose counterparts say nothing against it: they failed, or were given a time
  /// to run and not a number of steps.
  public var kept = 0
  /// The runs with other numbers here than there; the target has its own still.
  public var differences: [Difference] = []
  /// The keys of runs of the source that are not what was written; they were not taken.
  public var damaged: [String] = []
  /// How many entries of suites were added, by the suite's name.
  public var suites: [String: Int] = [:]
  /// The suites of which both have a ledger, and not the same; the target has its own still.
  public var otherLedgers: [String] = []

  /// A run with other numbers in two stores.
  public struct Difference: Sendable {
    public let key: String
    /// "adam[lr=0.1] on beale, seed 3".
    public let run: String
    public let numbers: [NumberDifference]
  }

  /// Whether the two stores say nothing against each other and all of the source was whole.
  public var isClean: Bool { differences.isEmpty && damaged.isEmpty }
}

extension RunStore {
  /// Takes over what other stores have: runs with their paths, what suites ask for, their figures and
  /// ledgers; one transaction a store, in order.
  ///
  /// A run that both have must have the same numbers, times aside. Where it has not, the target's
  /// stays and the difference is reported. Of equal ones that stays which keeps more; one that ended
  /// takes the place of one that crashed, timed out or was interrupted. Rows are streamed: memory does
  /// not grow with the stores, and 100,000 runs without paths take some seconds.
  ///
  /// - Parameters:
  ///   - sources: stores opened by `init(reading:)`.
  ///   - isTrial: whether all of it is taken back in the end.
  /// - Returns: a report for each source.
  /// - Throws: `RunStoreError` where a store cannot be read or written; what came of the stores
  ///   before it stays.
  public func merge(_ sources: [RunStore], isTrial: Bool = false) throws -> [MergeReport] {
    try access { queue in
      try queue.writeWithoutTransaction { db in
        var reports: [MergeReport] = []
        if isTrial {
          try db.inTransaction(.immediate) {
            for source in sources { reports.append(try Merge(source, into: self, db).report()) }
            return .rollback
          }
        } else {
          for source in sources {
            try db.inTransaction(.immediate) {
              reports.append(try Merge(source, into: self, db).report())
              return .commit
            }
          }
        }
        return reports
      }
    }
  }
}

/// One store on its way into another.
private struct Merge {
  let source: RunStore
  let target: RunStore
  /// The target's, in a transaction.
  let db: Database

  init(_ source: RunStore, into target: RunStore, _ db: Database) {
    self.source = source
    self.target = target
    self.db = db
  }

  private static let columns = RunStore.checkedColumns
  /// Where the outcome begins among the columns.
  private static let outcome = 4 + SpecColumns.all.count
  private static let budgetUnit =
    4 + (SpecColumns.all.firstIndex { $0.name == "budgetUnit" } ?? 0)
  private static let seed = 4 + (SpecColumns.all.firstIndex { $0.name == "seed" } ?? 0)
  private static let problem = 4 + (SpecColumns.all.firstIndex { $0.name == "problem" } ?? 0)

  func report() throws -> MergeReport {
    var report = MergeReport()
    try source.access {
      try $0.read { other in
        try takeRuns(other, &report)
        try takeSuites(other, &report)
      }
    }
    try source.requireUnchanged()
    return report
  }

  // MARK: runs

  /// A row of runs: the checked columns, then the time at which it was stored.
  private struct StoredRow {
    let values: [DatabaseValue]
    let checksum: DatabaseValue
    let finished: DatabaseValue

    /// - Parameter row: the checked columns, their checksum, the time.
    init(_ row: Row) {
      let all = Array(row.databaseValues)
      values = Array(all.prefix(Merge.columns.count))
      checksum = all[Merge.columns.count]
      finished = all[Merge.columns.count + 1]
    }

    var key: String { String.fromDatabaseValue(values[0]) ?? "" }
    var isWhole: Bool { checksum.isNull || Checksum.of(values)?.databaseValue == checksum }
    var pathChecksum: DatabaseValue { values[Merge.columns.count - 1] }
    var outcome: [DatabaseValue] { Array(values[Merge.outcome..<Merge.columns.count - 1]) }
    var status: RunStatus {
      String.fromDatabaseValue(values[Merge.outcome]).flatMap { RunStatus(rawValue: $0) }
        ?? .interrupted
    }
    var recording: Recording {
      get throws {
        try LabJSON.decode(Recording.self, from: Data.fromDatabaseValue(values[3]) ?? Data())
      }
    }
    /// How much an end is worth.
    var rank: Int {
      switch status {
      case .completed, .reachedTarget, .diverged: 2
      case .crashed, .timedOut: 1
      case .interrupted: 0
      }
    }
    var isTimed: Bool { String.fromDatabaseValue(values[Merge.budgetUnit]) == "seconds" }
    var title: String {
      let seed = Int64.fromDatabaseValue(values[Merge.seed]).map { UInt64(bitPattern: $0) } ?? 0
      func text(_ place: Int) -> String { String.fromDatabaseValue(values[place]) ?? "?" }
      return "\(text(1)) on \(text(Merge.problem)), seed \(seed)"
    }
  }

  private func takeRuns(_ other: Database, _ report: inout MergeReport) throws {
    let checked = Self.columns.joined(separator: ", ")
    let rows = try Row.fetchCursor(
      other,
      sql: "SELECT \(checked), checksum, finished FROM run ORDER BY key")
    let find = try db.cachedStatement(
      sql: "SELECT \(checked), checksum, finished FROM run WHERE key = ?")
    let theirPath = try other.cachedStatement(sql: "SELECT data FROM trajectory WHERE key = ?")
    let ourPath = try db.cachedStatement(sql: "SELECT data FROM trajectory WHERE key = ?")
    let places = repeatElement("?", count: Self.columns.count + 2).joined(separator: ", ")
    let insert = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO run (\(checked), checksum, finished) VALUES (\(places))")
    let insertPath = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO trajectory (key, data) VALUES (?, ?)")

    let removePath = try db.cachedStatement(sql: "DELETE FROM trajectory WHERE key = ?")

    /// The bytes of a row's path; nil where they are not what was written.
    func path(_ row: StoredRow, _ statement: Statement) throws -> Data? {
      let data = try Data.fetchOne(statement, arguments: [row.values[0]])
      guard let data else { return row.pathChecksum.isNull ? Data() : nil }
      guard !row.checksum.isNull || !row.pathChecksum.isNull else { return data }
      return Checksum.of([data.databaseValue])?.databaseValue == row.pathChecksum ? data : nil
    }
    func take(_ row: StoredRow, _ path: Data) throws {
      let checksum = Checksum.of(row.values)?.databaseValue ?? .null
      try target.naming {
        try insert.execute(arguments: StatementArguments(row.values + [checksum, row.finished]))
        try removePath.execute(arguments: [row.values[0]])
        if !path.isEmpty { try insertPath.execute(arguments: [row.values[0], path]) }
      }
    }

    while let row = try rows.next() {
      let theirs = StoredRow(row)
      guard theirs.isWhole, let theirData = try path(theirs, theirPath) else {
        report.damaged.append(theirs.key)
        continue
      }
      let known = try target.naming { try Row.fetchOne(find, arguments: [theirs.values[0]]) }
      guard let found = known else {
        try take(theirs, theirData)
        report.added += 1
        continue
      }
      let ours = StoredRow(found)
      guard ours.isWhole, let ourData = try path(ours, ourPath), ours.rank >= theirs.rank else {
        try take(theirs, theirData)
        report.replaced += 1
        continue
      }
      guard ours.rank == theirs.rank, ours.rank == 2, !ours.isTimed else {
        report.kept += 1
        continue
      }
      let (ourRecording, theirRecording) = try (ours.recording, theirs.recording)
      let haveSameRecording = ourRecording == theirRecording
      var numbers = NumberDifference.outcomes(
        ours.outcome, theirs.outcome, haveSameRecording: haveSameRecording)
      if ourData != theirData, !ourData.isEmpty, !theirData.isEmpty {
        numbers += NumberDifference.paths(
          try Trajectory(blob: ourData), try Trajectory(blob: theirData),
          haveSameRecording: haveSameRecording)
      }
      if !numbers.isEmpty {
        report.differences.append(
          .init(key: ours.key, run: ours.title, numbers: numbers))
      } else if !haveSameRecording, ourRecording.isServed(by: theirRecording) {
        try take(theirs, theirData)
        report.replaced += 1
      } else {
        report.same += 1
      }
    }
  }

  // MARK: suites

  private func takeSuites(_ other: Database, _ report: inout MergeReport) throws {
    // What a suite asks for here and there is one list: ours, then what only they have.
    var places: [String: Int] = [:]
    let find = try db.cachedStatement(
      sql: #"SELECT 1 FROM suite_run WHERE key = ? AND suite = ? AND "group" = ? AND label = ?"#)
    let insert = try db.cachedStatement(sql: "INSERT INTO suite_run VALUES (?, ?, ?, ?, ?, ?)")
    let rows = try Row.fetchCursor(
      other,
      sql: """
        SELECT suite, "group", key, label, recording FROM suite_run ORDER BY suite, position
        """)
    while let row = try rows.next() {
      let values = Array(row.databaseValues)
      let isKnown = try Row.fetchOne(
        find, arguments: [values[2], values[0], values[1], values[3]])
      guard isKnown == nil else { continue }
      let suite: String = row[0]
      let place =
        try places[suite] ?? Int.fetchOne(
          db, sql: "SELECT max(position) + 1 FROM suite_run WHERE suite = ?", arguments: [suite])
        ?? 0
      places[suite] = place + 1
      try target.naming {
        try insert.execute(
          arguments: [values[0], values[1], place, values[2], values[3], values[4]])
      }
      report.suites[suite, default: 0] += 1
    }
    for row in try Row.fetchAll(
      other, sql: #"SELECT suite, "group", figure, compared FROM suite_figure"#)
    {
      try target.naming {
        try db.execute(
          sql: "INSERT OR IGNORE INTO suite_figure VALUES (?, ?, ?, ?)",
          arguments: StatementArguments(row.databaseValues))
      }
    }
    for row in try Row.fetchAll(other, sql: "SELECT suite, ledger, kept FROM suite_ledger") {
      let ours = try Data.fetchOne(
        db, sql: "SELECT ledger FROM suite_ledger WHERE suite = ?", arguments: [row[0] as String])
      let theirs: Data = row[1]
      if let ours {
        if ours != theirs { report.otherLedgers.append(row[0]) }
      } else {
        try target.naming {
          try db.execute(
            sql: "INSERT INTO suite_ledger VALUES (?, ?, ?)",
            arguments: StatementArguments(row.databaseValues))
        }
      }
    }
  }
}
