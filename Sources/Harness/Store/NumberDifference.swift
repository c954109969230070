// Where two runs of the same key do not have the same numbers.

import GRDB
import OptimizerKit

/// A number that two runs of one key should share, and do not.
public struct NumberDifference: Sendable, Equatable {
  /// Which one: a column of the outcome ("finalLoss") or of the path ("losses", "x1").
  public let what: String
  /// The first step at which the path differs; nil for what is no part of the path.
  public let step: Int?
  /// Both values, shortest decimals that read back exactly.
  public let ours: String
  public let theirs: String

  /// All that differs between two runs, but times: numbers bit for bit, what only one of them has kept
  /// left out where `haveSameRecording` is false. Of each column of the paths the first difference.
  ///
  /// Paths are compared at the steps that both have kept.
  static func all(
    _ ours: RunResult, _ theirs: RunResult, haveSameRecording: Bool
  ) -> [NumberDifference] {
    outcomes(
      OutcomeColumns.values(of: ours.outcome), OutcomeColumns.values(of: theirs.outcome),
      haveSameRecording: haveSameRecording)
      + paths(ours.trajectory, theirs.trajectory, haveSameRecording: haveSameRecording)
  }

  /// Outcomes as their columns are stored.
  static func outcomes(
    _ ours: [DatabaseValue], _ theirs: [DatabaseValue], haveSameRecording: Bool
  ) -> [NumberDifference] {
    var found: [NumberDifference] = []
    for (i, column) in OutcomeColumns.all.enumerated() where !column.isCircumstance {
      guard !isSame(ours[i], theirs[i]) else { continue }
      guard haveSameRecording || !(ours[i].isNull || theirs[i].isNull) else { continue }
      found.append(
        NumberDifference(what: column.name, step: nil, ours: text(ours[i]), theirs: text(theirs[i]))
      )
    }
    return found
  }

  private static func isSame(_ a: DatabaseValue, _ b: DatabaseValue) -> Bool {
    if case .double(let a) = a.storage, case .double(let b) = b.storage { return isSame(a, b) }
    return a == b
  }

  private static func isSame(_ a: Double, _ b: Double) -> Bool {
    a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
  }

  private static func text(_ value: DatabaseValue) -> String {
    switch value.storage {
    case .null: "none"
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .string(let text): text
    case .blob(let data): "\(data.count) bytes"
    }
  }

  /// Paths at the steps that both have.
  static func paths(
    _ ours: Trajectory, _ theirs: Trajectory, haveSameRecording: Bool
  ) -> [NumberDifference] {
    var found: [NumberDifference] = []
    func add(_ what: String, _ step: Int?, _ ours: Any, _ theirs: Any) {
      found.append(
        NumberDifference(what: what, step: step, ours: "\(ours)", theirs: "\(theirs)"))
    }
    if ours.count > 0, theirs.count > 0 {
      if haveSameRecording, ours.count != theirs.count {
        add("rows", nil, ours.count, theirs.count)
      }
      if ours.dimension != theirs.dimension {
        add("coordinates", nil, ours.dimension, theirs.dimension)
      }
      let rows = commonRows(ours.steps, theirs.steps)
      func compare(_ what: String, _ path: KeyPath<Trajectory, [Double]>) {
        let (a, b) = (ours[keyPath: path], theirs[keyPath: path])
        guard let (i, j) = rows.first(where: { !isSame(a[$0], b[$1]) }) else { return }
        add(what, ours.steps[i], a[i], b[j])
      }
      func compare(_ what: String, _ path: KeyPath<Trajectory, [Int]>) {
        let (a, b) = (ours[keyPath: path], theirs[keyPath: path])
        func value(_ column: [Int], _ row: Int) -> Int { row < column.count ? column[row] : 0 }
        guard let (i, j) = rows.first(where: { value(a, $0) != value(b, $1) }) else { return }
        add(what, ours.steps[i], value(a, i), value(b, j))
      }
      compare("losses", \.losses)
      compare("gradientNorms", \.gradientNorms)
      compare("learningRates", \.learningRates)
      compare("gradients", \.gradients)
      compare("lossEvaluations", \.lossEvaluations)
      compare("hessianVectorProducts", \.hessianVectorProducts)
      compare("hessians", \.hessians)
      for d in 0..<min(ours.dimension, theirs.dimension) {
        let place = rows.first {
          !isSame(ours.points[$0 * ours.dimension + d], theirs.points[$1 * theirs.dimension + d])
        }
        guard let (i, j) = place else { continue }
        add(
          "x\(d)", ours.steps[i], ours.points[i * ours.dimension + d],
          theirs.points[j * theirs.dimension + d])
      }
    }
    let passes = commonRows(ours.validation.map(\.step), theirs.validation.map(\.step))
    for (what, metric) in [
      ("validation loss", \ValidationMetrics.loss), ("validation accuracy", \.accuracy),
    ] {
      func value(_ path: Trajectory, _ i: Int) -> Double {
        path.validation[i].metrics[keyPath: metric]
      }
      guard let (i, j) = passes.first(where: { !isSame(value(ours, $0), value(theirs, $1)) })
      else { continue }
      add(what, ours.validation[i].step, value(ours, i), value(theirs, j))
    }
    let diagnostics = commonRows(ours.diagnostics.map(\.step), theirs.diagnostics.map(\.step))
    for (i, j) in diagnostics {
      let (a, b) = (ours.diagnostics[i], theirs.diagnostics[j])
      guard
        let k = zip(a.updates, b.updates).enumerated()
          .first(where: { !isSame($1.0.ratio, $1.1.ratio) })?.offset
      else { continue }
      add("update ratio of \(a.updates[k].tensor)", a.step, a.updates[k].ratio, b.updates[k].ratio)
      break
    }
    return found
  }

  /// The places of the steps that both have, in order; both ascend.
  private static func commonRows(_ a: [Int], _ b: [Int]) -> [(Int, Int)] {
    if a == b { return a.indices.map { ($0, $0) } }
    var (i, j) = (0, 0)
    var rows: [(Int, Int)] = []
    while i < a.count, j < b.count {
      if a[i] == b[j] {
        rows.append((i, j))
        (i, j) = (i + 1, j + 1)
      } else if a[i] < b[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return rows
  }
}

extension OutcomeColumns {
  /// Whether it says in which circumstances a run was done, and nothing of its numbers.
  var isCircumstance: Bool { ["reason", "seconds", "concurrency"].contains(name) }

  /// An outcome as it is stored.
  static func values(of outcome: Outcome) -> [DatabaseValue] {
    all.map {
      let value = $0.get(outcome)?.databaseValue ?? .null
      // SQLite keeps no NaN.
      if case .double(let number) = value.storage, number.isNaN { return .null }
      return value
    }
  }
}
