// What the store knows of suites.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  /// Keeps the ledger of a suite, in place of an earlier one.
  public func keep(_ ledger: Ledger) throws {
    let data = try LabJSON.encode(ledger)
    try access {
      try $0.write {
        try $0.execute(
          sql: "INSERT OR REPLACE INTO suite_ledger (suite, ledger) VALUES (?, ?)",
          arguments: [ledger.suite, data])
      }
    }
  }

  /// The ledger of a suite; nil where there is none.
  public func ledger(of suite: String) throws -> Ledger? {
    try access {
      try $0.read {
        let statement = "SELECT ledger FROM suite_ledger WHERE suite = ?"
        return try Data.fetchOne($0, sql: statement, arguments: [suite])
          .map { try LabJSON.decode(Ledger.self, from: $0) }
      }
    }
  }

  /// The suite that was compared last; nil where there is none.
  public func latestSuite() throws -> String? {
    try access {
      try $0.read {
        try String.fetchOne($0, sql: "SELECT suite FROM suite_ledger ORDER BY kept DESC LIMIT 1")
      }
    }
  }

  /// The suites of which there are runs, by name; trials are no suite of their own.
  public func suites() throws -> [String] {
    try access {
      try $0.read {
        try String.fetchAll($0, sql: "SELECT DISTINCT suite FROM suite_run ORDER BY suite")
          .filter { !$0.contains("/") }
      }
    }
  }

  /// The figures that groups of a suite ask for, with whatever settings, by group and name.
  public func figures(of suite: String) throws -> [(group: String, figure: String)] {
    try access {
      try $0.read {
        try Row.fetchAll(
          $0,
          sql:
            #"SELECT "group", figure FROM suite_figure WHERE suite = ? ORDER BY "group", figure"#,
          arguments: [suite]
        ).map { ($0[0], $0[1]) }
      }
    }
  }

  /// How many runs a suite has, and how many of them are stored.
  public func progress(of suite: String) throws -> (planned: Int, stored: Int) {
    try access {
      try $0.read {
        let row = try Row.fetchOne(
          $0,
          sql: """
            SELECT count(*), count(run.key) FROM suite_run LEFT JOIN run USING (key)
            WHERE suite = ?
            """, arguments: [suite])
        return (row?[0] ?? 0, row?[1] ?? 0)
      }
    }
  }
}
