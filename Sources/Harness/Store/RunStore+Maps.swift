// Maps into the store and out of it: a map is one row.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  /// The tables of maps. They were added to stores of version 6, which earlier versions of the lab go on
  /// reading: they are made where they are missing.
  static let mapTables = """
    CREATE TABLE IF NOT EXISTS map (
      key TEXT PRIMARY KEY,
      label TEXT NOT NULL,
      spec BLOB NOT NULL,
      cells BLOB NOT NULL,
      finished TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
    );
    CREATE TABLE IF NOT EXISTS suite_map (
      suite TEXT NOT NULL,
      "group" TEXT NOT NULL,
      position INTEGER NOT NULL,
      key TEXT NOT NULL,
      label TEXT NOT NULL,
      PRIMARY KEY (suite, "group", position)
    ) WITHOUT ROWID;
    """

  /// Stores a map, in place of an older one with the same key.
  public func save(_ map: OutcomeMap) throws {
    let spec = try map.spec.bytes
    try access {
      try $0.write { db in
        try db.execute(
          sql: "INSERT OR REPLACE INTO map (key, label, spec, cells) VALUES (?, ?, ?, ?)",
          arguments: [map.key, map.label, spec, map.cells.bytes])
      }
    }
  }

  /// Whether a map is stored.
  public func hasMap(_ key: String) throws -> Bool {
    try access {
      try $0.read { db in
        guard try Self.hasMaps(db) else { return false }
        return try Bool.fetchOne(
          db, sql: "SELECT EXISTS (SELECT 1 FROM map WHERE key = ?)", arguments: [key]) ?? false
      }
    }
  }

  /// A stored map; nil where there is none with this key.
  public func map(_ key: String) throws -> OutcomeMap? {
    try access {
      try $0.read { db in
        guard try Self.hasMaps(db) else { return nil }
        return try Row.fetchOne(
          db, sql: "SELECT key, label, spec, cells FROM map WHERE key = ?", arguments: [key]
        ).map(Self.map)
      }
    }
  }

  /// The keys of all stored maps, by what they are called.
  public func mapKeys() throws -> [String] {
    try access {
      try $0.read { db in
        guard try Self.hasMaps(db) else { return [] }
        return try String.fetchAll(db, sql: "SELECT key FROM map ORDER BY label, key")
      }
    }
  }

  /// The stored maps of a group, in the order of its plan, called as the suite calls them.
  public func maps(suite: String, group: String) throws -> [OutcomeMap] {
    try access {
      try $0.read { db in
        guard try Self.hasMaps(db) else { return [] }
        return try Row.fetchAll(
          db,
          sql: """
            SELECT key, suite_map.label AS label, spec, cells FROM suite_map JOIN map USING (key)
            WHERE suite = ? AND "group" = ? ORDER BY position
            """, arguments: [suite, group]
        ).map(Self.map)
      }
    }
  }

  /// Notes which maps belong to a suite, in place of what was noted before.
  static func register(_ plan: Plan, maps db: Database) throws {
    try db.execute(sql: "DELETE FROM suite_map WHERE suite = ?", arguments: [plan.suite.name])
    for (position, entry) in plan.maps.enumerated() {
      try db.execute(
        sql: "INSERT INTO suite_map VALUES (?, ?, ?, ?, ?)",
        arguments: [plan.suite.name, entry.group, position, entry.job.key, entry.job.label])
    }
  }

  /// Whether there are tables of maps: an old store that nobody may write to has none.
  private static func hasMaps(_ db: Database) throws -> Bool { try db.tableExists("map") }

  private static func map(_ row: Row) throws -> OutcomeMap {
    OutcomeMap(
      key: row["key"], label: row["label"], spec: try MapSpec(bytes: row["spec"]),
      cells: try MapCells(bytes: row["cells"]))
  }
}
