// Which runs are under way: what lets several commands on one store share the work.

import Foundation
import GRDB
import OptimizerKit

extension RunStore {
  /// Seconds after which a claim that was not renewed counts for nothing: its machine is gone, or out of
  /// reach. Of processes on this machine it is known whether they live.
  private static let lifetime = 30.0

  /// The claims of one comparison, which end with it.
  final class Claims: Sendable {
    private let store: RunStore
    private let owner = "\(ProcessMark.own.text) \(UUID().uuidString)"

    fileprivate init(_ store: RunStore) { self.store = store }

    /// Claims runs, those that are another's for as long as it lives left out; returns the keys that
    /// are this one's now.
    func take(_ keys: [String]) throws -> Set<String> {
      try store.access {
        try $0.write { db in
          let insert = try db.cachedStatement(
            sql: """
              INSERT INTO claim (key, owner, until) VALUES (?, ?, ?)
              ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, until = excluded.until
              WHERE until < ? OR owner = excluded.owner
              """)
          let owners = try String.fetchAll(db, sql: "SELECT DISTINCT owner FROM claim")
          for gone in owners where ProcessMark(text: gone)?.isGone == true {
            try db.execute(sql: "DELETE FROM claim WHERE owner = ?", arguments: [gone])
          }
          let now = Date().timeIntervalSince1970
          var taken: Set<String> = []
          for key in keys {
            try insert.execute(arguments: [key, owner, now + RunStore.lifetime, now])
            if db.changesCount > 0 { taken.insert(key) }
          }
          return taken
        }
      }
    }

    /// Gives runs back that are stored now, or not wanted any more.
    func giveBack(_ keys: [String]) throws {
      try store.access {
        try $0.write { db in
          let delete = try db.cachedStatement(sql: "DELETE FROM claim WHERE key = ? AND owner = ?")
          for key in keys { try delete.execute(arguments: [key, owner]) }
        }
      }
    }

    /// Keeps the claims alive for as long as the task lives.
    func renew() async {
      while (try? await Task.sleep(for: .seconds(RunStore.lifetime / 3))) != nil {
        try? store.access {
          try $0.write { db in
            try db.execute(
              sql: "UPDATE claim SET until = ? WHERE owner = ?",
              arguments: [Date().timeIntervalSince1970 + RunStore.lifetime, owner])
          }
        }
      }
    }

    /// Gives all of them back.
    func end() {
      try? store.access {
        try $0.write { db in
          try db.execute(sql: "DELETE FROM claim WHERE owner = ?", arguments: [owner])
        }
      }
    }
  }

  /// Claims for a comparison, none at first.
  func claims() -> Claims { Claims(self) }
}
