// The store: one SQLite file with every finished run.

import Foundation
import GRDB
import OptimizerKit

/// Why a store cannot be used.
public struct RunStoreError: Error, CustomStringConvertible {
  public let description: String
}

/// Finished runs in one SQLite file (WAL), and which suite asked for which of them.
///
/// A run is written in one transaction when it is finished: whenever the command is killed, nothing
/// is half-written and nothing finished is lost.
public final class RunStore: Sendable {
  /// "OLAB": marks the file as a store of this lab.
  static let applicationID: Int32 = 0x4F4C_4142
  /// 2 since trajectories carry diagnostics, which version 1 cannot read.
  static let version: Int32 = 2

  let database: DatabaseQueue
  /// Where the file is.
  public let path: String

  /// Opens a store, or makes one.
  ///
  /// - Throws: `RunStoreError` where the file is no store or a newer one; it is left untouched.
  public init(path: String) throws {
    self.path = path
    try Self.inspect(path)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      configuration.readonly =
        FileManager.default.fileExists(atPath: path)
        && !FileManager.default.isWritableFile(atPath: path)
      database = try DatabaseQueue(path: path, configuration: configuration)
      guard !configuration.readonly else { return }
      // Made whole before the change to WAL: a file that carries the mark of a store in its first
      // bytes whenever the command is killed.
      try database.write(Self.prepare)
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    } catch {
      throw RunStoreError(description: "cannot open the store \(path): \(Self.reason(error))")
    }
  }

  /// What a failure of the database or the file system comes down to.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as DatabaseError: error.message ?? "SQLite error \(error.resultCode.rawValue)"
    case let error as CocoaError:
      (error.underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) }
        ?? error.localizedDescription
    default: "\(error)"
    }
  }

  /// Access to the database whose failures name the store.
  private func access<T>(_ work: (DatabaseQueue) throws -> T) throws -> T {
    do { return try work(database) } catch {
      throw RunStoreError(description: "the store \(path) failed: \(Self.reason(error))")
    }
  }

  /// Opens a store that must be there already.
  public static func existing(path: String) throws -> RunStore {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let attributes, attributes[.size] as? Int != 0 else {
      throw RunStoreError(
        description: "there is no store at '\(path)'; 'optlab compare quick' makes one")
    }
    return try RunStore(path: path)
  }

  /// Refuses what is not a store of this version, before anything is opened for writing.
  private static func inspect(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    guard !isFolder.boolValue else { throw RunStoreError(description: "\(path) is a folder") }
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd(),
      (try? file.seek(toOffset: 0)) != nil
    else { throw RunStoreError(description: "\(path) cannot be read") }
    if size == 0 { return }
    let header = (try? file.read(upToCount: 100)) ?? Data()
    func word(_ offset: Int) -> Int32 {
      header[offset..<offset + 4].reduce(0) { $0 << 8 | Int32($1) }
    }
    guard header.count == 100, header.starts(with: Data("SQLite format 3\0".utf8)),
      word(68) == applicationID
    else {
      throw RunStoreError(
        description: "\(path) is not a store of OptimizerLab; it was left untouched")
    }
    guard word(60) <= version else {
      throw RunStoreError(
        description: "\(path) was written by a newer OptimizerLab (store version \(word(60)), "
          + "this one reads up to \(version)); it was left untouched")
    }
    // A page size of 1 means 65,536.
    let pageSize = word(16) >> 16 == 1 ? 65_536 : UInt64(word(16) >> 16)
    let whole = pageSize * UInt64(max(word(28), 0))
    func isShort() -> Bool { ((try? file.seekToEnd()) ?? 0) < whole }
    func isBeingWritten() -> Bool {
      ["-wal", "-journal"].contains { suffix in
        let log = try? FileManager.default.attributesOfItem(atPath: path + suffix)
        return log?[.size] as? UInt64 ?? 0 > 0
      }
    }
    // With a log beside it, the file may rightly be short. Asked again in the end: another process
    // may have completed it and removed the log between the first question and the second.
    guard !isShort() || isBeingWritten() || !isShort() else {
      throw RunStoreError(description: "\(path) is cut short; it was left untouched")
    }
  }

  private static func prepare(_ db: Database) throws {
    switch try Int32.fetchOne(db, sql: "PRAGMA user_version") {
    case 0: break
    case version: return
    default:
      // The tables are those of version 1.
      try db.execute(sql: "PRAGMA user_version = \(version)")
      return
    }
    try db.execute(
      sql: """
        CREATE TABLE run (
          key TEXT PRIMARY KEY,
          label TEXT NOT NULL,
          optimizer TEXT NOT NULL,
          problem TEXT NOT NULL,
          seed INTEGER NOT NULL,
          status TEXT NOT NULL,
          record BLOB NOT NULL,
          trajectory BLOB NOT NULL,
          finished TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
        ) WITHOUT ROWID;
        CREATE TABLE suite_run (
          suite TEXT NOT NULL,
          "group" TEXT NOT NULL,
          position INTEGER NOT NULL,
          key TEXT NOT NULL,
          label TEXT NOT NULL,
          PRIMARY KEY (suite, "group", position)
        ) WITHOUT ROWID;
        CREATE TABLE suite_figure (
          suite TEXT NOT NULL,
          "group" TEXT NOT NULL,
          figure TEXT NOT NULL,
          compared TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
          PRIMARY KEY (suite, "group", figure)
        ) WITHOUT ROWID;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """)
  }

  // MARK: writing

  /// Stores a finished run, in place of an older one with the same key.
  public func save(_ record: RunRecord) throws {
    var bare = record
    bare.trajectory = Trajectory()
    let header = try LabJSON.encode(bare)
    let trajectory = record.trajectory.blob
    try access {
      try $0.write { db in
        try db.execute(
          sql: """
            INSERT OR REPLACE INTO run (key, label, optimizer, problem, seed, status, record, trajectory)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            record.key, record.spec.label, record.spec.optimizer.name, record.spec.problem.name,
            Int64(bitPattern: record.spec.seed), record.status.rawValue, header, trajectory,
          ])
      }
    }
  }

  /// Notes which runs belong to a suite, in place of what was noted before.
  public func register(_ plan: Plan) throws {
    try access {
      try $0.write { db in
        try db.execute(sql: "DELETE FROM suite_run WHERE suite = ?", arguments: [plan.suite.name])
        try db.execute(
          sql: "DELETE FROM suite_figure WHERE suite = ?", arguments: [plan.suite.name])
        for (position, entry) in plan.entries.enumerated() {
          try db.execute(
            sql: "INSERT INTO suite_run VALUES (?, ?, ?, ?, ?)",
            arguments: [plan.suite.name, entry.group, position, entry.key, entry.spec.label])
        }
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

  // MARK: reading

  /// The keys among `keys` whose runs are stored, with their status.
  public func stored(_ keys: [String]) throws -> [String: RunStatus] {
    try access {
      try $0.read { db in
        var found: [String: RunStatus] = [:]
        for key in keys {
          if let status = try String.fetchOne(
            db, sql: "SELECT status FROM run WHERE key = ?", arguments: [key])
          {
            found[key] = RunStatus(rawValue: status)
          }
        }
        return found
      }
    }
  }

  /// A stored run, whole.
  public func record(_ key: String) throws -> RunRecord? {
    try access {
      try $0.read { db in
        try Row.fetchOne(db, sql: "SELECT * FROM run WHERE key = ?", arguments: [key])
          .map(Self.record)
      }
    }
  }

  /// Stored runs, newest last, without their trajectories.
  public func summaries() throws -> [RunRecord] {
    try access {
      try $0.read { db in
        try Row.fetchAll(db, sql: "SELECT record FROM run ORDER BY finished, key").map {
          try LabJSON.decode(RunRecord.self, from: $0["record"])
        }
      }
    }
  }

  /// The groups that were last compared and ask for a figure, newest first.
  public func groups(drawing figure: String) throws -> [(suite: String, group: String)] {
    try access {
      try $0.read { db in
        try Row.fetchAll(
          db,
          sql: #"SELECT suite, "group" FROM suite_figure WHERE figure = ? ORDER BY compared DESC"#,
          arguments: [figure]
        ).map { ($0["suite"], $0["group"]) }
      }
    }
  }

  /// The stored runs of a group, in the order of its plan, called as the suite calls them.
  public func records(suite: String, group: String) throws -> [RunRecord] {
    try access {
      try $0.read { db in
        try Row.fetchAll(
          db,
          sql: """
            SELECT run.*, suite_run.label AS called FROM suite_run JOIN run USING (key)
            WHERE suite = ? AND "group" = ? ORDER BY position
            """, arguments: [suite, group]
        ).map { row in
          var record = try Self.record(row)
          record.spec.label = row["called"]
          return record
        }
      }
    }
  }

  private static func record(_ row: Row) throws -> RunRecord {
    var record = try LabJSON.decode(RunRecord.self, from: row["record"])
    record.trajectory = try Trajectory(blob: row["trajectory"])
    return record
  }
}
