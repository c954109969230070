// The columns of the store that hold outcomes.

import GRDB
import OptimizerKit

/// A column of the table of runs, from an outcome and back.
struct OutcomeColumns: Sendable {
  let name: String
  let type: String
  let get: @Sendable (Outcome) -> (any DatabaseValueConvertible)?
  let set: @Sendable (inout Outcome, Row, Int) -> Void

  /// The type of a number's column: none. In one of type REAL SQLite keeps whole numbers as integers,
  /// and −0 becomes 0.
  private static let real = ""

  /// A number that may be anything: SQLite has no NaN and stores NULL for it.
  private static func number(_ name: String, _ path: WritableKeyPath<Outcome, Double> & Sendable)
    -> Self
  {
    Self(
      name: name, type: real, get: { $0[keyPath: path] },
      set: { $0[keyPath: path] = $1[$2] ?? .nan })
  }

  private static func count(_ name: String, _ path: WritableKeyPath<Outcome, Int> & Sendable)
    -> Self
  {
    Self(
      name: name, type: "INTEGER NOT NULL", get: { $0[keyPath: path] },
      set: { $0[keyPath: path] = $1[$2] })
  }

  /// Loss and accuracy of a pass over examples: no loss means no pass, and a text is a loss that is
  /// no number.
  private static func metrics(
    _ name: String, _ path: WritableKeyPath<Outcome, ValidationMetrics?> & Sendable
  ) -> [Self] {
    [
      Self(
        name: "\(name)Loss", type: real,
        get: { outcome -> (any DatabaseValueConvertible)? in
          guard let loss = outcome[keyPath: path]?.loss else { return nil }
          if loss.isNaN { return "nan" }
          return loss
        },
        set: { outcome, row, index in
          let value: DatabaseValue = row[index]
          if value.isNull { return }
          outcome[keyPath: path] = ValidationMetrics(
            loss: Double.fromDatabaseValue(value) ?? .nan, accuracy: .nan)
        }),
      Self(
        name: "\(name)Accuracy", type: real, get: { $0[keyPath: path]?.accuracy },
        set: { $0[keyPath: path]?.accuracy = $1[$2] ?? .nan }),
    ]
  }

  private static let measures = RunMeasures.columns.map { column in
    Self(
      name: column.name, type: real, get: { $0.measures[keyPath: column.path] },
      set: { $0.measures[keyPath: column.path] = $1[$2] })
  }

  /// The version of the store that has them first, of those that have not been there from the earliest
  /// version that is read.
  static let later: [String: Int32] = ["lossCurve": 8]

  /// All of them, in order.
  static let all: [Self] =
    [
      Self(
        name: "status", type: "TEXT NOT NULL", get: { $0.status.rawValue },
        set: { $0.status = RunStatus(rawValue: $1[$2]) ?? .crashed }),
      Self(
        name: "reason", type: "TEXT NOT NULL", get: { $0.reason }, set: { $0.reason = $1[$2] }),
      count("steps", \.steps),
      number("initialLoss", \.initialLoss), number("finalLoss", \.finalLoss),
      number("bestLoss", \.bestLoss),
      count("losses", \.counts.losses), count("gradients", \.counts.gradients),
      count("hessianVectorProducts", \.counts.hessianVectorProducts),
      count("hessians", \.counts.hessians),
      number("seconds", \.seconds), count("concurrency", \.concurrency),
    ] + metrics("validation", \.validation) + metrics("test", \.test) + measures
}
