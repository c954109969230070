// What a schedule must uphold.

import OptimizerKit

/// Checks that a schedule is pure, finite, and as long as it says.
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
    return findings
  }
}
