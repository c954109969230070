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
  /// 8 since trainings have a class of loss curve; 7 since runs have checksums; 6, the earliest that is
  /// read, since instances have rotations and shifts, and suites ledgers.
  static let version: Int32 = 8
  static let earliestVersion: Int32 = 6

  let database: DatabaseQueue
  /// Where the file is.
  public let path: String
  /// When the file was last written, of one that is read without locks.
  private let modified: Int?

  /// Opens a store, or makes one. One of the version before is brought to this version, in one
  /// transaction; one that cannot be written is only read.
  ///
  /// - Throws: `RunStoreError` where the file is no store, a newer one or a far older one; it is left
  ///   untouched.
  public convenience init(path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    let files = FileManager.default
    let isReadOnly =
      files.fileExists(atPath: path)
      && !(files.isWritableFile(atPath: path) && files.isWritableFile(atPath: folder.path))
    if isReadOnly { try self.init(reading: path) } else { try self.init(writing: path, folder) }
  }

  /// Opens a store to read it: neither it nor its folder is changed, and both may be read-only.
  ///
  /// - Throws: `RunStoreError` where there is none, or the file is no store, a newer one or a far older
  ///   one.
  public init(reading path: String) throws {
    self.path = path
    try Self.requireFile(path)
    let found = try Self.inspect(path)
    var configuration = Self.configuration()
    configuration.readonly = true
    if found < Self.version {
      configuration.prepareDatabase { try $0.execute(sql: Self.runs(ofVersion: found)) }
    }
    do {
      // With no log nobody writes: what does not change needs no locks, and no files for them.
      let log = FileStatus(of: path + "-wal")?.size ?? 0
      modified = log > 0 ? nil : FileStatus(of: path)?.modified
      let absolute = URL(fileURLWithPath: path).path
      let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      database = try DatabaseQueue(
        path: log > 0 ? path : "file:\(escaped ?? absolute)?immutable=1",
        configuration: configuration)
    } catch {
      throw RunStoreError(description: "cannot open the store \(path): \(Self.reason(error))")
    }
  }

  private init(writing path: String, _ folder: URL) throws {
    self.path = path
    try Self.inspect(path)
    modified = nil
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      database = try DatabaseQueue(path: path, configuration: Self.configuration())
      // Made whole before the change to WAL: a file that carries the mark of a store in its first
      // bytes whenever the command is killed.
      try database.write(Self.prepare)
      try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    } catch {
      throw RunStoreError(description: "cannot open the store \(path): \(Self.reason(error))")
    }
  }

  /// Whether two paths lead to one file.
  public static func isSame(_ a: String, _ b: String) -> Bool {
    if let a = FileStatus(of: a), let b = FileStatus(of: b) { return a.identity == b.identity }
    return URL(fileURLWithPath: a).standardizedFileURL
      == URL(fileURLWithPath: b).standardizedFileURL
  }

  /// Refuses what was read without locks while another command wrote.
  func requireUnchanged() throws {
    guard let modified, FileStatus(of: path)?.modified != modified else { return }
    throw RunStoreError(
      description: "\(path) was written while it was read, and nothing of it was taken; "
        + "the same command again takes it")
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { db in
      // Keys lie in no order: what is asked for by key is on any page. In KiB.
      try db.execute(sql: "PRAGMA cache_size = -131072")
      db.add(function: Checksum.function)
    }
    return configuration
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
    try naming { try work(database) }
  }

  /// Work on the database whose failures name the store, if they do not name one already.
  func naming<T>(_ work: () throws -> T) throws -> T {
    do { return try work() } catch let error as RunStoreError { throw error } catch {
      throw RunStoreError(description: "the store \(path) failed: \(Self.reason(error))")
    }
  }

  /// Opens a store that must be there already.
  public static func existing(path: String) throws -> RunStore {
    try requireFile(path)
    return try RunStore(path: path)
  }

  private static func requireFile(_ path: String) throws {
    let status = FileStatus(of: path)
    // What is no file is refused by its own name.
    guard let status, status.size > 0 || !status.isRegular else {
      throw RunStoreError(
        description: "there is no store at '\(path)'; 'optlab compare quick' makes one")
    }
  }

  /// Refuses what is no store, or of a version that is not read, before anything is opened for writing.
  ///
  /// - Returns: its version; 0 where it has none yet.
  @discardableResult
  private static func inspect(_ path: String) throws -> Int32 {
    // SQLite would keep it in memory, and lose it with the process.
    guard !path.isEmpty, path != ":memory:" else {
      throw RunStoreError(description: "a store is a file: '\(path)' is no name for one")
    }
    guard let status = FileStatus(of: path) else { return 0 }
    guard !status.isFolder else { throw RunStoreError(description: "\(path) is a folder") }
    guard status.isRegular else {
      throw RunStoreError(description: "\(path) is no regular file; it was left untouched")
    }
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd(),
      (try? file.seek(toOffset: 0)) != nil
    else { throw RunStoreError(description: "\(path) cannot be read") }
    if size == 0 { return 0 }
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
    guard word(60) == 0 || word(60) >= earliestVersion else {
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
    return word(60)
  }

  private static func prepare(_ db: Database) throws {
    try db.execute(sql: mapTables)
    let found = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard found == 0 else {
      if found < version { try migrate(db, from: found) }
      return
    }
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
          finished TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
          pathChecksum INTEGER,
          checksum INTEGER
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
