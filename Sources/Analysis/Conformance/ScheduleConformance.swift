// What a schedule must uphold.

import OptimizerKit

/// Checks that a schedule is pure, finite, and as long as it says; of one that reads the loss, that it
/// keeps to its range and is a value.
public enum ScheduleConformance {
  /// What is wrong with a schedule; empty where nothing is.
  public static func findings(for schedule: some Schedule) -> [ConformanceFinding] {
    var findings = PluginConformance.findings(for: schedule)
    for steps in [1, 2, 10, 1000] {
      for step in Set([0, 1, steps / 2, steps - 1]).sorted() where step < steps {
        let value = schedule.value(base: 0.1, step: step, steps: steps)
        if !value.isFinite {
          findings.append(
            ConformanceFinding(
              "value", "not finite at step \(step) of \(steps)", expected: "a finite number",
              actual: "\(value)"))
        }
        if schedule.value(base: 0.1, step: step, steps: steps).bitPattern != value.bitPattern {
          findings.append(
            ConformanceFinding("purity", "two calls differ at step \(step) of \(steps)"))
        }
      }
    }
    if let length = schedule.length, length < 0 {
      findings.append(
        ConformanceFinding("length", "negative", expected: "0 or more", actual: "\(length)"))
    }
    if let schedule = schedule as? any ReactiveSchedule {
      findings += self.findings(reading: schedule)
    }
    return findings
  }

  /// What is wrong with a schedule that reads the loss: told losses that fall, stay, are no numbers or
  /// infinite, it keeps to its range, and a copy that is told the same gives the same.
  private static func findings(reading schedule: some ReactiveSchedule) -> [ConformanceFinding] {
    let base = 0.1
    let steps = 1000
    let range = schedule.range(base: base)
    var first = schedule
    var second = schedule
    for step in 0..<steps {
      let loss =
        switch step % 100 {
        case 98: Double.nan
        case 99: Double.infinity
        default: 1 / Double(1 + min(step, steps / 2))
        }
      if step == steps / 2 { second = first }
      first.read(loss: loss, base: base)
      if step >= steps / 2 { second.read(loss: loss, base: base) }
      let value = first.value(base: base, step: step, steps: steps)
      if !range.contains(value) {
        return [
          ConformanceFinding(
            "range", "left at step \(step) of \(steps)", expected: "\(range)", actual: "\(value)")
        ]
      }
      if step >= steps / 2,
        second.value(base: base, step: step, steps: steps).bitPattern != value.bitPattern
      {
        return [ConformanceFinding("copy", "goes on in another way at step \(step) of \(steps)")]
      }
    }
    return []
  }
}
