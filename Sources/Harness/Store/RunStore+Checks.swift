// Records that are not what was written.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  /// The columns that the checksum of a run is over, in order: all but the time at which it was stored.
  static let checkedColumns = checkedColumns(ofVersion: version)

  /// The same in an earlier version that has checksums.
  private static func checkedColumns(ofVersion version: Int32) -> [String] {
    ["key", "label", "spec", "recording"] + SpecColumns.all.map(\.name)
      + OutcomeColumns.all.map(\.name).filter { OutcomeColumns.later[$0] ?? 0 <= version }
      + ["pathChecksum"]
  }

  private static func checksum(ofVersion version: Int32) -> String {
    let columns = checkedColumns(ofVersion: version).map { "run.\($0)" }.joined(separator: ", ")
    return "\(Checksum.name)(\(columns))"
  }

  /// The checksum of a run's path, as it is stored.
  private static let pathChecksum =
    "(SELECT \(Checksum.name)(data) FROM trajectory WHERE trajectory.key = run.key)"

  /// Whether a row of runs is what was written; what carries no checksum is taken for it.
  static let isRowWhole =
    "(run.checksum IS NULL OR run.checksum = \(checksum(ofVersion: version)))"

  /// Whether a run's path is, or is rightly none.
  static let isPathWhole = "(run.checksum IS NULL OR run.pathChecksum IS \(pathChecksum))"

  /// The columns that a version does not have yet.
  private static func missingColumns(ofVersion version: Int32) -> [String] {
    OutcomeColumns.all.map(\.name).filter { OutcomeColumns.later[$0] ?? 0 > version }
  }

  /// Brings a store of an earlier version to this one: it gets the columns that it does not have, without
  /// values, and each run the checksum over all of them; but for runs that are not what was written.
  static func migrate(_ db: Database, from found: Int32) throws {
    if found < 7 {
      try db.execute(
        sql: """
          ALTER TABLE run ADD COLUMN pathChecksum INTEGER;
          ALTER TABLE run ADD COLUMN checksum INTEGER;
          UPDATE run SET pathChecksum = \(pathChecksum);
          """)
    }
    let new = missingColumns(ofVersion: found)
    for column in new { try db.execute(sql: "ALTER TABLE run ADD COLUMN \(column)") }
    let isWhole = found < 7 ? "1" : "checksum IS \(checksum(ofVersion: found))"
    try db.execute(
      sql: """
        UPDATE run SET checksum = \(checksum(ofVersion: version)) WHERE \(isWhole);
        DROP VIEW IF EXISTS judged;
        DROP VIEW IF EXISTS trial;
        \(views)
        PRAGMA user_version = \(version);
        """)
  }

  /// A view in place of the table of runs of an earlier version that is only read: what `migrate` would
  /// make of it.
  static func runs(ofVersion found: Int32) -> String {
    let columns = missingColumns(ofVersion: found).map { ", NULL AS \($0)" }.joined()
    guard found >= 7 else {
      return """
        CREATE TEMP VIEW run AS SELECT run.*\(columns), \(pathChecksum) AS pathChecksum,
          NULL AS checksum FROM main.run AS run
        """
    }
    let stored =
      SpecColumns.all.map(\.name)
      + OutcomeColumns.all.map(\.name).filter { OutcomeColumns.later[$0] ?? 0 <= found }
    let kept = (["key", "label", "spec", "recording"] + stored + ["finished", "pathChecksum"])
      .map { "run.\($0)" }.joined(separator: ", ")
    let new = checkedColumns.map { OutcomeColumns.later[$0] ?? 0 > found ? "NULL" : "run.\($0)" }
      .joined(separator: ", ")
    return """
      CREATE TEMP VIEW run AS SELECT \(kept)\(columns),
        CASE WHEN run.checksum IS \(checksum(ofVersion: found))
          THEN \(Checksum.name)(\(new)) ELSE run.checksum END AS checksum
      FROM main.run AS run
      """
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
