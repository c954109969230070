// The columns of the store that say what a run was, for queries and for other programs; the lab itself
// reads the specification.

import GRDB
import OptimizerKit

/// A column of the table of runs, from a specification.
struct SpecColumns: Sendable {
  let name: String
  let type: String
  let get: @Sendable (RunSpec) -> (any DatabaseValueConvertible)?

  /// All of them, in order.
  static let all: [Self] = [
    Self(name: "optimizer", type: "TEXT NOT NULL") { $0.optimizer.name },
    Self(name: "settings", type: "TEXT NOT NULL") { $0.optimizer.text },
    Self(name: "problem", type: "TEXT NOT NULL") { $0.problem.name },
    Self(name: "problemSettings", type: "TEXT NOT NULL") { $0.problem.settingsText },
    Self(name: "start", type: "TEXT NOT NULL") {
      ($0.start ?? []).map { shortest($0) }.joined(separator: " ")
    },
    Self(name: "instance", type: "INTEGER") {
      $0.instance.map { Int64(bitPattern: $0.number) }
    },
    Self(name: "moved", type: "INTEGER") { $0.instance.map(\.isMoved) },
    Self(name: "seed", type: "INTEGER NOT NULL") { Int64(bitPattern: $0.seed) },
    Self(name: "budget", type: "REAL NOT NULL") { spec -> Double in
      switch spec.budget {
      case .steps(let count), .gradients(let count): Double(count)
      case .seconds(let time): time
      }
    },
    Self(name: "budgetUnit", type: "TEXT NOT NULL") { $0.budget.unit },
  ]
}

extension PluginSpec {
  /// "lr=0.1;beta1=0.9": every hyperparameter.
  var settingsText: String { settings.map { "\($0.name)=\($0.value)" }.joined(separator: ";") }
}

extension OptimizerSpec {
  /// The whole of it as a selection: "sam[rho=0.05](sgd[lr=0.1]):cosine[final=0]".
  var text: String {
    func brackets(_ plugin: PluginSpec) -> String {
      plugin.name + (plugin.settings.isEmpty ? "" : "[\(plugin.settingsText)]")
    }
    let schedules = schedules.map { schedule in
      ":" + (schedule.hyperparameter == "lr" ? "" : schedule.hyperparameter + "=")
        + schedule.parts.map(brackets).joined(separator: "+")
    }
    return brackets(plugin) + (inner.map { "(\($0.text))" } ?? "") + schedules.joined()
  }
}
