// What `compare` prints: one table for each problem, one line for each optimizer.

import Analysis
import Foundation
import Harness
import OptimizerKit

/// The runs of one optimizer on one problem from one start, over seeds, measured.
struct ComparisonLine: Encodable {
  let optimizer: String
  let problem: String
  let start: [Double]?
  /// From how many random starts; 0 where the start was named.
  let instances: Int
  let runs: Int
  let statuses: [String: Int]
  let reasons: [String]
  /// Medians over seeds, of the runs that have the measure.
  let finalLoss: Double?
  let gap: Double?
  let zigZag: Double?
  /// On how many pairs of steps the zig-zag rests.
  let turns: Double?
  let steepOvershoot: Double?
  let flatOvershoot: Double?
  let settlingStep: Double?
  let pathEfficiency: Double?
  let rate: Double?
  let theoreticalRate: Double?
  let escapeStep: Double?
  let validationLoss: Double?
  let validationAccuracy: Double?
  /// Of the last parameters, by the test examples.
  let testLoss: Double?
  let testAccuracy: Double?
  /// What the problem fixes as its target.
  let target: String?
  /// How many runs reach the target, and after how many steps: the median over all runs, those that
  /// do not reach it last; nil where half of them do not.
  let reachedTarget: Int?
  let stepsToTarget: Double?
  /// ‖Δw‖/‖w‖: the median over weight tensors and the run, then over seeds.
  let updateRatio: Double?
  /// What the loss curves look like: the class of most runs, and how many have it; of equally many the
  /// first.
  let lossCurve: String?
  let lossCurveRuns: Int?
  let microsecondsPerStep: Double?
  /// How many runs at a time the clock saw.
  let concurrency: Int
  /// Whether all runs gave the same numbers: seeds decide nothing where nothing is drawn.
  let isSame: Bool

  /// - Parameters:
  ///   - name: what the problem is called.
  ///   - instance: the problem; nil where it is not known any more.
  init(_ records: [RunRecord], on name: String, _ instance: (any Problem)?) {
    let surface = instance as? any Surface
    let first = records[0]
    optimizer = first.label
    problem = name
    start = first.spec.instance == nil ? first.spec.start : nil
    instances = Set(records.compactMap(\.spec.instance)).count
    runs = records.count
    statuses = Dictionary(records.map { ($0.status.rawValue, 1) }, uniquingKeysWith: +)
    var reasons: [String] = []
    for record in records where !record.reason.isEmpty && record.status != .reachedTarget {
      let reason = "\(record.status.rawValue): \(record.reason)"
      if !reasons.contains(reason) { reasons.append(reason) }
    }
    self.reasons = reasons
    let outcomes = records.map(\.outcome)
    func median(_ value: (Outcome) -> Double?) -> Double? {
      outcomes.count == 1 ? value(outcomes[0]) : Statistics.median(outcomes.compactMap(value))
    }
    finalLoss = median { $0.finalLoss.isFinite ? $0.finalLoss : nil }
    let minimum = surface?.minimumLoss
    gap = minimum.flatMap { minimum in
      median { $0.status != .crashed && $0.finalLoss.isFinite ? $0.finalLoss - minimum : nil }
    }
    zigZag = median { $0.measures.zigZag }
    turns = median { $0.measures.turns }
    steepOvershoot = median { $0.measures.steepOvershoot }
    flatOvershoot = median { $0.measures.flatOvershoot }
    settlingStep = median { $0.measures.settlingStep }
    pathEfficiency = median { $0.measures.pathEfficiency }
    rate = median { $0.measures.rate }
    escapeStep = median { $0.measures.escapeStep }
    theoreticalRate = first.measures.theoreticalRate
    validationLoss = median { $0.validation?.loss }
    testLoss = median { $0.test?.loss }
    // NaN where there are no classes.
    validationAccuracy = median { $0.validation?.accuracy }.flatMap { $0.isFinite ? $0 : nil }
    testAccuracy = median { $0.test?.accuracy }.flatMap { $0.isFinite ? $0 : nil }
    let level = (instance as? any TrainingProblem)?.target
    target = level?.description
    let toTarget = level.map { _ in records.map(\.measures.stepsToTarget) }
    reachedTarget = toTarget.map { $0.compactMap { $0 }.count }
    stepsToTarget = toTarget.flatMap { steps in
      Statistics.median(steps.map { $0 ?? .infinity })
    }.flatMap { $0.isFinite ? $0 : nil }
    updateRatio = median { $0.measures.updateRatio }
    let curves = grouped(records.compactMap(\.measures.curve)) { $0 }
    let most = curves.map(\.members.count).max()
    lossCurve = curves.first { $0.members.count == most }?.key.description
    lossCurveRuns = most
    concurrency = records.map(\.concurrency).max() ?? 1
    isSame = outcomes.dropFirst().allSatisfy { $0.hasSameNumbers(as: outcomes[0]) }
    microsecondsPerStep = median { $0.steps > 0 ? 1e6 * $0.seconds / Double($0.steps) : nil }
  }

  /// The cells of its line.
  var cells: [String] {
    let status = statuses.sorted { $0.key < $1.key }
      .map { runs == 1 ? $0.key : "\($0.value) \($0.key)" }.joined(separator: ", ")
    return [
      optimizer, status, brief(gap ?? (validationLoss == nil ? finalLoss : nil)),
      zigZagCell, overshoot(steepOvershoot), overshoot(flatOvershoot),
      brief(settlingStep, digits: 6),
      percent(pathEfficiency), brief(rate, digits: 4), brief(theoreticalRate, digits: 4),
      brief(escapeStep, digits: 6), brief(validationLoss), accuracy(validationAccuracy),
      brief(testLoss), accuracy(testAccuracy), stepsToTargetCell, lossCurveCell,
      brief(updateRatio, digits: 2),
      validationLoss == nil
        ? "" : (microsecondsPerStep.map { String(Int($0)) + (concurrency > 1 ? "*" : "") } ?? ""),
    ]
  }

  /// "12 %", "250 %", "0.22 %".
  private func overshoot(_ value: Double?) -> String {
    guard let value else { return "" }
    return (value >= 99.5 && value < 1e6 ? formatted("%.0f", value) : brief(value, digits: 2))
      + " %"
  }

  /// "32 % of 299": a share, and of how many pairs of steps.
  private var zigZagCell: String {
    guard let zigZag else { return "" }
    return percent(zigZag) + (turns.map { " of \(brief($0, digits: 6))" } ?? "")
  }

  /// "468", "468 (2/3)" where some seeds do not reach it, "—" where it is not reached.
  private var stepsToTargetCell: String {
    guard let reachedTarget else { return "" }
    let steps = stepsToTarget.map { brief($0, digits: 6) } ?? "—"
    return runs == 1 || reachedTarget == runs || reachedTarget == 0
      ? steps : "\(steps) (\(reachedTarget)/\(runs))"
  }

  /// "good", "explodes (2/3)" where not all seeds do.
  private var lossCurveCell: String {
    guard let lossCurve, let lossCurveRuns else { return "" }
    return lossCurveRuns == runs ? lossCurve : "\(lossCurve) (\(lossCurveRuns)/\(runs))"
  }

  /// To the tenth of a per cent: methods that are worth comparing differ by little.
  private func accuracy(_ share: Double?) -> String {
    share.map { formatted("%.1f %%", 100 * $0) } ?? ""
  }

  static func header(_ loss: String) -> [String] {
    [
      "optimizer", "status", loss, "zig-zag", "overshoot steep", "flat", "settled at", "efficiency",
      "rate", "theory", "escaped at", "val. loss", "accuracy", "test loss", "test acc.",
      "to target", "curve", "‖Δw‖/‖w‖", "µs/step",
    ]
  }

  /// What is left out first where there is no room.
  static let expendable = [
    "µs/step", "‖Δw‖/‖w‖", "theory", "efficiency", "flat", "settled at", "rate", "overshoot steep",
    "test loss", "zig-zag", "curve",
  ]

  /// What the columns mean that lines like these fill, a line each.
  static func legend(_ lines: [ComparisonLine]) -> [String] {
    func anyHas<T>(_ value: (ComparisonLine) -> T?) -> Bool { lines.contains { value($0) != nil } }
    var legend: [String] = []
    if anyHas(\.zigZag) {
      legend.append("zig-zag: steps that turn back across the valley, of how many that could")
    }
    if anyHas(\.steepOvershoot) || anyHas(\.flatOvershoot) {
      legend.append(
        "overshoot: the farthest beyond the minimum along its steepest and flattest direction, of "
          + "the initial distance")
    }
    if anyHas(\.settlingStep) {
      legend.append("settled at: the step after which the distance stays below 1 % of the initial")
    }
    if anyHas(\.pathEfficiency) {
      legend.append("efficiency: the straight way from start to end, of the way taken")
    }
    if anyHas(\.rate) {
      legend.append(
        "rate: the factor a step of the distance at the end of the path; theory: that of the rule")
    }
    for curve in LossCurve.allCases where lines.contains(where: { $0.lossCurve == "\(curve)" }) {
      if !curve.cause.isEmpty {
        legend.append("\(curve): \(curve.cause), told from the loss curve")
      }
    }
    return legend
  }
}

/// The tables of a comparison.
struct ComparisonTables {
  /// The lines, by group, problem and start.
  let sections: [Section]

  /// One table.
  struct Section {
    let group: String
    let problem: PluginSpec
    let title: String
    let lossName: String
    let lines: [ComparisonLine]

    /// "70 completed, 34 diverged".
    var statuses: String {
      let counts = lines.reduce(into: [:]) { $0.merge($1.statuses, uniquingKeysWith: +) }
      return counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        .joined(separator: ", ")
    }
  }

  init(_ records: [(group: String, record: RunRecord)], catalogue: PluginCatalogue) {
    var sections: [Section] = []
    let byProblem = grouped(records) {
      let spec = $0.record.spec
      return ContestKey(
        group: $0.group, problem: spec.problem, start: spec.instance == nil ? spec.start : nil)
    }
    for (key, members) in byProblem {
      let problem = try? catalogue.problem(key.problem)
      let surface = problem as? any Surface
      let name = key.problem.label(in: catalogue)
      let lines = grouped(members) { $0.record.label }
        .map { ComparisonLine($0.members.map(\.record), on: name, problem) }
      var title = "\(key.group): \(name)"
      if let start = key.start { title += " from \(point(start))" }
      title += ", " + budgetText(members.map(\.record.spec.budget))
      let seeds = Set(members.map(\.record.spec.seed)).count
      if let instances = lines.map(\.instances).max(), instances > 0 {
        title += ", median of \(instances) instance\(instances == 1 ? "" : "s")"
        if seeds > 1 { title += " × \(seeds) seeds" }
      } else if seeds > 1 {
        title +=
          lines.allSatisfy(\.isSame)
          ? ", \(seeds) seeds, all alike" : ", median of \(seeds) seeds"
      }
      sections.append(
        Section(
          group: key.group, problem: key.problem, title: title,
          lossName: surface?.minimumLoss == nil ? "loss" : "f − f*", lines: lines))
    }
    self.sections = sections
  }

  /// Beyond so many lines, a table shows the best variant of each optimizer only.
  private static let mostLines = 24

  func print() {
    for (index, section) in sections.enumerated() {
      if index > 0 { Swift.print("") }
      Swift.print(section.title)
      let lines =
        section.lines.count > Self.mostLines ? Self.best(of: section.lines) : section.lines
      let header = ComparisonLine.header(section.lossName)
      var table = Table(header, numeric: Set(2..<header.count))
      table.rows = lines.map(\.cells)
      table.expendable = ComparisonLine.expendable
      table.print(indent: 2)
      if lines.count < section.lines.count {
        Swift.print(
          "  of each optimizer the best of its variants, \(section.lines.count) in all, chosen by "
            + "these very runs; \(section.statuses); --json lists them all")
      }
      if let load = lines.first(where: { $0.validationLoss != nil && $0.concurrency > 1 }) {
        Swift.print("  * timed with \(load.concurrency) runs at a time; --jobs 1 times one alone")
      }
      if let target = lines.lazy.compactMap(\.target).first {
        Swift.print("  to target: steps to the first validation pass with \(target)")
      }
      if lines.contains(where: { $0.updateRatio != nil }) {
        Swift.print("  ‖Δw‖/‖w‖: median over weight tensors and the run; about 1e-3 is healthy")
      }
      for line in lines {
        // Of as many seeds or instances as many runs may diverge, each at a step of its own.
        for reason in line.reasons.prefix(3) { Swift.print("  \(line.optimizer): \(reason)") }
        if line.reasons.count > 3 {
          Swift.print(
            "  \(line.optimizer): and \(line.reasons.count - 3) more such; --json lists them all")
        }
      }
    }
    let legend = ComparisonLine.legend(sections.flatMap(\.lines))
    if !legend.isEmpty { Swift.print("") }
    let width = (Terminal.width ?? .max) - 2
    for text in legend {
      for (index, line) in wrapped(text, width: width).enumerated() {
        Swift.print(Terminal.dim((index > 0 ? "  " : "") + line))
      }
    }
  }

  /// Of each optimizer the line that ends lowest.
  private static func best(of lines: [ComparisonLine]) -> [ComparisonLine] {
    func height(_ line: ComparisonLine) -> Double {
      line.statuses.keys.contains(RunStatus.completed.rawValue)
        || line.statuses.keys.contains(RunStatus.reachedTarget.rawValue)
        ? line.validationLoss ?? line.finalLoss ?? .infinity : .infinity
    }
    return grouped(lines) { $0.optimizer.prefix { !"[@:".contains($0) } }
      .compactMap { $0.members.min { height($0) < height($1) } }
  }
}

private struct ContestKey: Hashable {
  let group: String
  let problem: PluginSpec
  let start: [Double]?
}

/// Elements by key, in order of first appearance.
func grouped<T, K: Hashable>(_ elements: [T], by key: (T) -> K) -> [(key: K, members: [T])] {
  var places: [K: Int] = [:]
  var groups: [(key: K, members: [T])] = []
  for element in elements {
    let key = key(element)
    if let place = places[key] {
      groups[place].members.append(element)
    } else {
      places[key] = groups.count
      groups.append((key, [element]))
    }
  }
  return groups
}

extension PluginSpec {
  /// The name with those settings that differ from the defaults.
  func label(in catalogue: PluginCatalogue) -> String {
    guard let problem = try? catalogue.problem(PluginSpec(name: name, settings: [])) else {
      return name
    }
    let defaults = PluginSpec(problem)
    let changed = settings.filter { defaults[$0.name] != $0.value }
      .map { "\($0.name)=\($0.value)" }
    return name + (changed.isEmpty ? "" : "[\(changed.joined(separator: ";"))]")
  }
}

/// "300 steps", "150/300 steps" where there are several.
private func budgetText(_ budgets: [Budget]) -> String {
  let texts = Set(budgets).map(\.description)
  let units = Set(texts.compactMap { $0.split(separator: " ").last })
  guard texts.count > 1, units.count == 1, let unit = units.first else {
    return texts.sorted().joined(separator: ", ")
  }
  let amounts = texts.compactMap { $0.split(separator: " ").first.flatMap { Double($0) } }
  return amounts.sorted().map(shortest).joined(separator: "/") + " \(unit)"
}
