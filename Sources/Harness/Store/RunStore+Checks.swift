// Records that are not what was written.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  /// The columns that the checksum of a run is over, in order: all but the time at which it was stored.
  static let checkedColumns =
    ["key", "label", "spec", "recording"] + SpecColumns.all.map(\.name)
    + OutcomeColumns.all.map(\.name) + ["pathChecksum"]

  /// Whether a row of runs is what was written; what carries no checksum is taken for it.
  static let isRowWhole =
    "(run.checksum IS NULL OR run.checksum = \(Checksum.name)("
    + checkedColumns.map { "run.\($0)" }.joined(separator: ", ") + "))"

  /// Whether a run's path is, or is rightly none.
  static let isPathWhole = """
    (run.checksum IS NULL OR run.pathChecksum IS
      (SELECT \(Checksum.name)(data) FROM trajectory WHERE trajectory.key = run.key))
    """

  /// Gives a store of version 6 what version 7 has: a checksum of each run and of each path.
  static func migrate(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE run ADD COLUMN pathChecksum INTEGER;
        ALTER TABLE run ADD COLUMN checksum INTEGER;
        UPDATE run SET pathChecksum =
          (SELECT \(Checksum.name)(data) FROM trajectory WHERE trajectory.key = run.key);
        UPDATE run SET checksum = \(Checksum.name)(\(checkedColumns.joined(separator: ", ")));
        PRAGMA user_version = \(version);
        """)
  }

  /// What is known of the state of a store.
  public struct Health: Sendable {
    /// How many runs are stored.
    public let runs: Int
    /// The keys of those that are not what was written.
    public let damaged: [String]
    /// What SQLite finds wrong with the file itself, a line each.
    public let faults: [String]

    public var isWhole: Bool { damaged.isEmpty && faults.isEmpty }
  }

  /// Checks the whole store: the pages of the file, and each run with its path by their checksums.
  ///
  /// Everything is read once: a second for 100,000 runs without paths, and as long as the disk needs
  /// for paths.
  ///
  /// - Throws: `RunStoreError` where the file is so broken that it cannot be read.
  public func health() throws -> Health {
    try access {
      try $0.read { db in
        let said = try String.fetchAll(db, sql: "PRAGMA quick_check(10)")
        let faults = said == ["ok"] ? [] : said
        let runs = try Int.fetchOne(db, sql: "SELECT count(*) FROM run") ?? 0
        guard hasChecksums else { return Health(runs: runs, damaged: [], faults: faults) }
        let damaged = try String.fetchAll(
          db,
          sql: """
            SELECT CAST(key AS TEXT) FROM run
            WHERE NOT (\(Self.isRowWhole) AND \(Self.isPathWhole)) ORDER BY key
            """)
        return Health(runs: runs, damaged: damaged, faults: faults)
      }
    }
  }

  /// The keys among `keys` whose runs are stored, and are not what was written.
  func damaged(among keys: [String]) throws -> Set<String> {
    Set(try stored(keys).filter(\.value.isDamaged).keys)
  }
}
