// What stands beside a picture: everything that decides its numbers.

import OptimizerKit

/// The caption of a picture.
public struct Caption: Sendable {
  /// Named lines: problem, start, optimizers, seeds, budget, small print.
  public var lines: [(name: String, value: String)]

  /// A caption of these lines.
  public init(_ lines: [(name: String, value: String)]) { self.lines = lines }

  /// The caption of a picture of these runs: problems, starts, settings, schedules, seeds, budget,
  /// what diverged or failed, and the small print.
  ///
  /// - Parameter notes: what a reader must know of how the picture was made.
  public init(_ runs: [TracedRun], of input: FigureInput, notes: [String] = []) {
    // Runs of the comparison that the picture had no use for.
    let isShown = Set(runs.map(\.key))
    let compared = Set(runs.map(\.spec.problem))
    let labels = Set(runs.map(\.label))
    let missing = input.runs.filter { run in
      compared.contains(run.spec.problem) && !isShown.contains(run.key)
        && !labels.contains(run.label)
    }
    self.init(
      runs.map(\.record), of: input,
      absent: missing.byLabel.map { Self.absence($0.label, $0.runs) },
      notes: notes)
  }

  /// The same of runs without their paths.
  ///
  /// - Parameter absent: who is not drawn.
  public init(
    _ runs: [RunRecord], of input: FigureInput, absent: [String] = [], notes: [String] = []
  ) {
    var lines: [(name: String, value: String)] = []
    /// So many entries, and how many more there are.
    func add(_ name: String, _ values: [String], most: Int) {
      for value in values.prefix(most) { lines.append((name, value)) }
      if values.count > most { lines.append((name, "and \(values.count - most) more")) }
    }
    add("problem", runs.map(\.spec.problem).unique.map(Self.text), most: 12)
    let starts = runs.compactMap(\.spec.start).unique.map { start in
      "(" + start.prefix(8).map { Text.readable($0, digits: 6) }.joined(separator: ", ")
        + (start.count > 8 ? ", …)" : ")")
    }
    add("start", starts, most: 6)
    for (label, group) in runs.byLabel {
      // Of each setting once: there may be a hundred thousand runs.
      let seen = group.map(\.spec.optimizer).unique.map { optimizer in
        optimizer.terms.map(Self.text).joined(separator: ", around ")
      }.unique
      let more = seen.count > 3 ? " … (\(seen.count) settings)" : ""
      lines.append((Text.oneLine(label), seen.prefix(3).joined(separator: " | ") + more))
    }
    lines.append(("seeds", Self.ranges(runs.map(\.spec.seed))))
    lines.append(("budget", Self.budget(runs, unit: input.ledger.budgetUnit)))
    let diverged = runs.filter(\.diverged)
    if !diverged.isEmpty {
      let names = diverged.map { "\($0.shownLabel) (step \($0.steps))" }.unique
      lines.append(
        (
          "diverged",
          "\(diverged.count) of \(runs.count) runs: " + Text.enumeration(names, most: 9)
        ))
    }
    for status in [RunStatus.crashed, .timedOut, .interrupted] {
      let failed = runs.filter { $0.status == status }.map {
        "\($0.shownLabel): \(Text.oneLine($0.reason, limit: 120))"
      }
      add(status.rawValue, failed.unique, most: 6)
    }
    if !absent.isEmpty {
      lines.append(("not drawn here", Text.enumeration(absent, most: 41)))
    }
    self.lines = lines + Self.smallPrint(notes, input.ledger)
  }

  init(lines: [(name: String, value: String)]) { self.lines = lines }

  /// Notes, and what the ledger says.
  static func smallPrint(
    _ notes: [String], _ ledger: FigureLedger
  ) -> [(name: String, value: String)] {
    var lines: [(name: String, value: String)] = notes.map { ("note", $0) }
    if !ledger.suite.isEmpty { lines.append(("suite", Text.oneLine(ledger.suite))) }
    for entry in ledger.entries {
      lines.append((Text.oneLine(entry.name), Text.oneLine(entry.value, limit: 200)))
    }
    if !ledger.versions.isEmpty {
      lines.append(("versions", Text.oneLine(ledger.versions.joined(separator: ", "), limit: 200)))
    }
    for warning in ledger.warnings { lines.append(("warning", Text.oneLine(warning, limit: 200))) }
    return lines
  }

  /// Why an optimizer of the comparison is not in the picture: what its runs lack, or nothing where
  /// another picture has it.
  private static func absence(_ label: String, _ runs: [TracedRun]) -> String {
    let name = Text.oneLine(Text.abbreviated(label))
    if let failed = runs.first(where: { [.crashed, .timedOut, .interrupted].contains($0.status) }) {
      return "\(name) (\(failed.status.rawValue): \(Text.oneLine(failed.reason, limit: 120)))"
    }
    if runs.allSatisfy({ $0.trajectory.count == 0 }) { return "\(name) (no path was recorded)" }
    if runs.allSatisfy({ $0.finiteRows == 0 }) { return "\(name) (no loss is finite)" }
    return name
  }

  /// One line each, "name: value".
  public var text: String {
    lines.map { "\($0.name): \($0.value)\n" }.joined()
  }

  /// As a file beside the picture, in Markdown.
  func markdown(title: String) -> String {
    "# \(Text.markdown(Text.oneLine(title, limit: 300)))\n\n"
      + lines.map { "- **\(Text.markdown($0.name))**: \(Text.markdown($0.value))\n" }.joined()
  }

  /// A plugin with all its settings: "rosenbrock (dim=2, b=100)".
  public static func text(_ plugin: PluginSpec) -> String {
    let settings = plugin.settings.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    return Text.oneLine(plugin.name + (settings.isEmpty ? "" : " (\(settings))"), limit: 240)
  }

  /// An optimizer with its own schedules, without what it wraps.
  static func text(_ optimizer: OptimizerSpec) -> String {
    optimizer.schedules.reduce(text(optimizer.plugin)) { text, schedule in
      text + "; \(Text.oneLine(schedule.hyperparameter)) follows "
        + schedule.parts.map(Self.text).joined(separator: ", then ")
    }
  }

  static func budget(_ runs: [RunRecord], unit: String) -> String {
    let allowed: [String] = Self.allowances(runs.map(\.spec.budget))
    let gradients = runs.map { UInt64(max($0.counts.gradients, 0)) }
    return "\(allowed.joined(separator: ", ")); used \(extent(gradients)) \(Text.oneLine(unit))"
  }

  /// "150, 300 steps": the budgets by their unit.
  static func allowances(_ budgets: [Budget]) -> [String] {
    var steps: [UInt64] = []
    var gradients: [UInt64] = []
    var seconds: [Double] = []
    for budget in budgets {
      switch budget {
      case .steps(let count): steps.append(UInt64(max(count, 0)))
      case .gradients(let count): gradients.append(UInt64(max(count, 0)))
      case .seconds(let time): seconds.append(time)
      }
    }
    return (steps.isEmpty ? [] : ["\(ranges(steps)) steps"])
      + (gradients.isEmpty ? [] : ["\(ranges(gradients)) gradients"])
      + Set(seconds).sorted().map { "\(Text.readable($0)) s" }
  }

  static func extent(_ numbers: [UInt64]) -> String {
    guard let low = numbers.min(), let high = numbers.max() else { return "none" }
    return low == high ? "\(low)" : "\(low) to \(high)"
  }

  /// "1–5, 8".
  public static func ranges(_ numbers: [UInt64]) -> String {
    var parts: [String] = []
    let sorted = Set(numbers).sorted()
    var i = 0
    while i < sorted.count {
      var j = i
      while j + 1 < sorted.count, sorted[j + 1] == sorted[j] + 1 { j += 1 }
      parts.append(j == i ? "\(sorted[i])" : "\(sorted[i])–\(sorted[j])")
      i = j + 1
    }
    return parts.isEmpty ? "none" : parts.prefix(12).joined(separator: ", ")
  }
}
