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
  /// 6 since instances have rotations and shifts, and suites ledgers.
  static let version: Int32 = 6

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
    // Keys lie in no order: what is asked for by key is on any page. In KiB.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -131072") }
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
    case is CocoaError, is POSIXError: systemReason(error)
    default: "\(error)"
    }
  }

  /// Access to the database whose failures name the store.
  func access<T>(_ work: (DatabaseQueue) throws -> T) throws -> T {
    do { return try work(database) } catch {
      throw RunStoreError(description: "the store \(path) failed: \(Self.reason(error))")
    }
  }

  /// Opens a store that must be there already.
  public static func existing(path: String) throws -> RunStore {
    let status = FileStatus(of: path)
    // What is no file is refused by its own name.
    guard let status, status.size > 0 || !status.isRegular else {
      throw RunStoreError(
        description: "there is no store at '\(path)'; 'optlab compare quick' makes one")
    }
    return try RunStore(path: path)
  }

  /// Refuses what is not a store of this version, before anything is opened for writing.
  private static func inspect(_ path: String) throws {
    // SQLite would keep it in memory, and lose it with the process.
    guard !path.isEmpty, path != ":memory:" else {
      throw RunStoreError(description: "a store is a file: '\(path)' is no name for one")
    }
    guard let status = FileStatus(of: path) else { return }
    guard !status.isFolder else { throw RunStoreError(description: "\(path) is a folder") }
    guard status.isRegular else {
      throw RunStoreError(description: "\(path) is no regular file; it was left untouched")
    }
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
          + "this one reads \(version)); it was left untouched")
    }
    guard word(60) == 0 || word(60) == version else {
      throw RunStoreError(
        description: "\(path) was written by an earlier OptimizerLab (store version \(word(60)), "
          + "this one reads \(version)); it was left untouched: name another with --store, or move it"
      )
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
    try db.execute(sql: mapTables)
    guard try Int32.fetchOne(db, sql: "PRAGMA user_version") == 0 else { return }
    let columns = SpecColumns.all.map { "\($0.name) \($0.type)" }.joined(separator: ",\n  ")
    let outcome = OutcomeColumns.all.map { "\($0.name) \($0.type)" }.joined(separator: ",\n  ")
    try db.execute(
      sql: """
        CREATE TABLE run (
          key TEXT PRIMARY KEY,
          label TEXT NOT NULL,
          \(columns),
          spec BLOB NOT NULL,
          recording BLOB NOT NULL,
          \(outcome),
          finished TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
        ) WITHOUT ROWID;
        CREATE TABLE trajectory (
          key TEXT PRIMARY KEY REFERENCES run (key) ON DELETE CASCADE,
          data BLOB NOT NULL
        );
        CREATE TABLE suite_run (
          suite TEXT NOT NULL,
          "group" TEXT NOT NULL,
          position INTEGER NOT NULL,
          key TEXT NOT NULL,
          label TEXT NOT NULL,
          recording BLOB NOT NULL,
          PRIMARY KEY (suite, "group", position)
        ) WITHOUT ROWID;
        CREATE INDEX suite_run_key ON suite_run (key);
        CREATE TABLE suite_figure (
          suite TEXT NOT NULL,
          "group" TEXT NOT NULL,
          figure TEXT NOT NULL,
          compared TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
          PRIMARY KEY (suite, "group", figure)
        ) WITHOUT ROWID;
        CREATE TABLE suite_ledger (
          suite TEXT PRIMARY KEY,
          ledger BLOB NOT NULL,
          kept TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
        ) WITHOUT ROWID;
        CREATE TABLE claim (
          key TEXT PRIMARY KEY,
          owner TEXT NOT NULL,
          until REAL NOT NULL
        ) WITHOUT ROWID;
        \(views)
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(version);
        """)
  }
}
