// Runs into the store and out of it.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  // MARK: writing

  /// Stores a finished run with its path, in place of an older one with the same key.
  public func save(_ run: TracedRun) throws { try save([FinishedRun(run)]) }

  /// Stores finished runs, all of them or none, in place of older ones with the same keys.
  public func save(_ runs: [FinishedRun]) throws {
    guard !runs.isEmpty else { return }
    try access {
      try $0.write { db in
        let columns = Self.checkedColumns + ["checksum"]
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        let insert = try db.cachedStatement(
          sql: """
            INSERT OR REPLACE INTO run (\(columns.joined(separator: ", "))) VALUES (\(places))
            """)
        let insertPath = try db.cachedStatement(
          sql: "INSERT OR REPLACE INTO trajectory (key, data) VALUES (?, ?)")
        let removePath = try db.cachedStatement(sql: "DELETE FROM trajectory WHERE key = ?")
        for run in runs {
          let record = run.job.record(run.outcome)
          var values = [
            record.key.databaseValue, record.label.databaseValue, record.spec.bytes.databaseValue,
            try LabJSON.encode(record.recording).databaseValue,
          ]
          values += SpecColumns.all.map { $0.get(record.spec)?.databaseValue ?? .null }
          values += OutcomeColumns.all.map { $0.get(record.outcome)?.databaseValue ?? .null }
          let path = run.path.isEmpty ? nil : Checksum.of([run.path.databaseValue])
          values.append(path?.databaseValue ?? .null)
          values.append(Checksum.of(values)?.databaseValue ?? .null)
          try insert.execute(arguments: StatementArguments(values))
          if run.path.isEmpty {
            try removePath.execute(arguments: [record.key])
          } else {
            try insertPath.execute(arguments: [record.key, run.path])
          }
        }
      }
    }
  }

  /// Notes which runs belong to a suite, in place of what was noted before.
  public func register(_ plan: Plan) throws {
    try access {
      try $0.write { db in
        if try !Self.isRegistered(plan, db) {
          try db.execute(
            sql: "DELETE FROM suite_run WHERE suite = ?", arguments: [plan.suite.name])
          let insert = try db.cachedStatement(
            sql: "INSERT INTO suite_run VALUES (?, ?, ?, ?, ?, ?)")
          var recordings: [Recording: Data] = [:]
          for (position, entry) in plan.entries.enumerated() {
            let job = entry.job
            let recording = try recordings[job.recording] ?? LabJSON.encode(job.recording)
            recordings[job.recording] = recording
            try insert.execute(
              arguments: [plan.suite.name, entry.group, position, job.key, job.label, recording])
          }
        }
        try Self.register(plan, maps: db)
        try db.execute(
          sql: "DELETE FROM suite_figure WHERE suite = ?", arguments: [plan.suite.name])
        for group in plan.suite.groups {
          for figure in group.figures {
            try db.execute(
              sql: #"INSERT OR IGNORE INTO suite_figure (suite, "group", figure) VALUES (?, ?, ?)"#,
              arguments: [plan.suite.name, group.name, figure])
          }
        }
      }
    }
  }

  /// Whether what is noted of a suite is this plan: reading it costs a tenth of writing it.
  private static func isRegistered(_ plan: Plan, _ db: Database) throws -> Bool {
    var count = 0
    var recordings: [Data: Recording] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: #"SELECT "group", position, key, label, recording FROM suite_run WHERE suite = ?"#,
      arguments: [plan.suite.name])
    while let row = try rows.next() {
      let position: Int = row[1]
      guard plan.entries.indices.contains(position) else { return false }
      let entry = plan.entries[position]
      guard entry.group == row[0], entry.job.key == row[2], entry.job.label == row[3],
        entry.job.recording == (try recording(row[4], &recordings))
      else { return false }
      count += 1
    }
    return count == plan.entries.count
  }

  // MARK: reading

  /// How a stored run went and what was kept of it, without the rest.
  public struct Stored: Sendable, Equatable {
    public let status: RunStatus
    public let recording: Recording
    /// Whether it is not what was written; the rest says nothing then.
    public var isDamaged = false
  }

  /// The keys among `keys` whose runs are stored.
  public func stored(_ keys: [String]) throws -> [String: Stored] {
    try access {
      try $0.read { db in
        var recordings: [Data: Recording] = [:]
        var found: [String: Stored] = [:]
        found.reserveCapacity(keys.count)
        let isWhole = "\(Self.isRowWhole) AND \(Self.isPathWhole)"
        try Self.forEachRow(db, "key, status, recording, \(isWhole)", keys) { row in
          guard row[3] == true else {
            found[row[0]] = Stored(status: .interrupted, recording: Recording(), isDamaged: true)
            return
          }
          found[row[0]] = Stored(
            status: RunStatus(rawValue: row[1]) ?? .crashed,
            recording: try Self.recording(row[2], &recordings))
        }
        return found
      }
    }
  }

  /// A stored run with its path, called and kept as `record` has it.
  public func run(_ record: RunRecord) throws -> TracedRun? {
    try access {
      try $0.read { db in
        let statement = try db.cachedStatement(sql: "SELECT data FROM trajectory WHERE key = ?")
        let data = try Data.fetchOne(statement, arguments: [record.key])
        return TracedRun(record, try Self.trajectory(data, for: record.recording))
      }
    }
  }

  /// Stored runs as suites call them and ask for them to be kept, suite by suite in the order of their
  /// plans, then those of no suite: two equal studies have equal lists. A run that several suites ask
  /// for in the same way stands once.
  public func listed(_ query: RunQuery = .init()) throws -> [RunRecord] {
    try access {
      try $0.read { db in
        struct Listing: Hashable {
          let key: String
          let recording: Data
        }
        var reader = RecordReader()
        var seen: Set<Listing> = []
        var records: [RunRecord] = []
        let (condition, arguments) = query.condition
        let rows = try Row.fetchCursor(
          db,
          sql: """
            \(Self.columns), suite_run.label AS called, suite_run.recording AS wanted
            FROM run LEFT JOIN suite_run USING (key) WHERE \(condition)
            ORDER BY suite IS NULL, suite, position, run.label, spec
            """, arguments: arguments)
        while let row = try rows.next() {
          let wanted: Data = row["wanted"] ?? row["kept"]
          guard seen.insert(Listing(key: row[0], recording: wanted)).inserted else { continue }
          records.append(try reader.called(row))
        }
        return records
      }
    }
  }

  /// Stored runs, newest last, without their trajectories.
  public func records(_ query: RunQuery = .init()) throws -> [RunRecord] {
    try access {
      try $0.read { db in
        var reader = RecordReader()
        var records: [RunRecord] = []
        let (condition, arguments) = query.condition
        let rows = try Row.fetchCursor(
          db, sql: "\(Self.columns) FROM run WHERE \(condition) ORDER BY finished, key",
          arguments: arguments)
        while let row = try rows.next() { records.append(try reader.record(row)) }
        return records
      }
    }
  }

  /// A stored run in a line: what it was, and how it ended.
  public struct Line: Sendable, Equatable {
    public let key: String
    public let label: String
    public let problem: String
    public let seed: UInt64
    public let steps: Int
    public let status: RunStatus
    public let finalLoss: Double
    public let bestLoss: Double
    public let seconds: Double
    public let reason: String
  }

  /// Stored runs in a line each, newest last: no more is read of each than the line says.
  public func lines(_ query: RunQuery = .init()) throws -> [Line] {
    try access {
      try $0.read { db in
        let (condition, arguments) = query.condition
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT key, label, problem, seed, steps, status, finalLoss, bestLoss, seconds, reason
            FROM run WHERE \(condition) ORDER BY finished, key
            """, arguments: arguments)
        var lines: [Line] = []
        while let row = try rows.next() {
          lines.append(
            Line(
              key: row[0], label: row[1], problem: row[2], seed: UInt64(bitPattern: row[3]),
              steps: row[4], status: RunStatus(rawValue: row[5]) ?? .crashed,
              finalLoss: row[6] ?? .nan, bestLoss: row[7] ?? .nan, seconds: row[8] ?? .nan,
              reason: row[9]))
        }
        return lines
      }
    }
  }

  /// How the runs with these keys went, for those that are stored.
  public func outcomes(_ keys: [String]) throws -> [String: Outcome] {
    try access {
      try $0.read { db in
        var outcomes: [String: Outcome] = [:]
        outcomes.reserveCapacity(keys.count)
        let columns = (["key"] + OutcomeColumns.all.map(\.name)).joined(separator: ", ")
        try Self.forEachRow(db, columns, keys) { outcomes[$0[0]] = Self.outcome($0, from: 1) }
        return outcomes
      }
    }
  }

  /// The groups that were last compared and ask for a figure, with whatever settings, newest first.
  public func groups(drawing figure: String) throws -> [(suite: String, group: String)] {
    try access {
      try $0.read { db in
        try Row.fetchAll(
          db,
          sql: """
            SELECT suite, "group" FROM suite_figure
            WHERE substr(figure, 1, length(:name) + 1) IN (:name, :name || '[', :name || '@')
            GROUP BY suite, "group" ORDER BY max(compared) DESC
            """, arguments: ["name": figure]
        ).map { ($0["suite"], $0["group"]) }
      }
    }
  }

  /// The stored runs of a group, in the order of its plan, called as the suite calls them.
  public func runs(suite: String, group: String) throws -> [TracedRun] {
    try access {
      try $0.read { db in
        try Row.fetchAll(
          db,
          sql: """
            \(Self.columns), data, suite_run.label AS called, suite_run.recording AS wanted
            FROM suite_run JOIN run USING (key) LEFT JOIN trajectory USING (key)
            WHERE suite = ? AND "group" = ? ORDER BY position
            """, arguments: [suite, group]
        ).map { row in
          var reader = RecordReader()
          let record = try reader.called(row)
          return TracedRun(record, try Self.trajectory(row["data"], for: record.recording))
        }
      }
    }
  }

  /// The stored runs of a suite by group, in the order of its plan, called as it calls them, without their
  /// trajectories.
  public func records(suite: String) throws -> [(group: String, record: RunRecord)] {
    try access {
      try $0.read { db in
        var reader = RecordReader()
        var records: [(group: String, record: RunRecord)] = []
        let rows = try Row.fetchCursor(
          db,
          sql: """
            \(Self.columns), suite_run.label AS called, suite_run.recording AS wanted,
            suite_run."group" AS asked
            FROM suite_run JOIN run USING (key) WHERE suite = ? ORDER BY position
            """, arguments: [suite])
        while let row = try rows.next() { records.append((row["asked"], try reader.called(row))) }
        return records
      }
    }
  }

  // MARK: rows

  /// Calls `body` with the columns of every stored run with one of these keys: a query for hundreds of
  /// them at a time.
  private static func forEachRow(
    _ db: Database, _ columns: String, _ keys: [String], _ body: (Row) throws -> Void
  ) throws {
    let most = 500
    // In the order of the table: neighbours lie on one page.
    let keys = keys.sorted()
    for start in stride(from: 0, to: keys.count, by: most) {
      let part = keys[start..<min(start + most, keys.count)]
      let places = repeatElement("?", count: part.count).joined(separator: ", ")
      let rows = try Row.fetchCursor(
        db.cachedStatement(sql: "SELECT \(columns) FROM run WHERE key IN (\(places))"),
        arguments: StatementArguments(Array(part)))
      while let row = try rows.next() { try body(row) }
    }
  }

  /// What a record is read from: key, label, specification, recording, then the outcome.
  private static let columns =
    "SELECT run.key, run.label, spec, run.recording AS kept, "
    + OutcomeColumns.all.map(\.name).joined(separator: ", ")

  private static func outcome(_ row: Row, from first: Int) -> Outcome {
    var outcome = Outcome(status: .crashed)
    for (index, column) in OutcomeColumns.all.enumerated() {
      column.set(&outcome, row, first + index)
    }
    return outcome
  }

  private static func recording(_ data: Data, _ known: inout [Data: Recording]) throws -> Recording
  {
    if let recording = known[data] { return recording }
    let recording = try LabJSON.decode(Recording.self, from: data)
    known[data] = recording
    return recording
  }

  /// Reads records; what many of them share is read once.
  private struct RecordReader {
    var recordings: [Data: Recording] = [:]

    mutating func record(_ row: Row) throws -> RunRecord {
      RunRecord(
        key: row[0], label: row[1], spec: try RunSpec(bytes: row[2]),
        recording: try RunStore.recording(row[3], &recordings),
        outcome: RunStore.outcome(row, from: 4))
    }

    /// A record as a suite calls it and asks for it to be kept, where one does.
    mutating func called(_ row: Row) throws -> RunRecord {
      var record = try record(row)
      guard let called: String = row["called"], let wanted: Data = row["wanted"] else {
        return record
      }
      record.label = called
      record.recording = try RunStore.recording(wanted, &recordings)
      return record
    }
  }

  /// A path from its bytes, of its rows those that a recording asks for.
  private static func trajectory(_ data: Data?, for recording: Recording) throws -> Trajectory {
    guard let data, recording.path == .trajectories else { return Trajectory() }
    var trajectory = try Trajectory(blob: data)
    trajectory.keep(every: recording.every)
    if recording.checkpoints == 0 { trajectory.checkpoints = [] }
    return trajectory
  }
}
