// What an experiment must uphold.

import OptimizerKit

/// Checks that an experiment says what it claims and how it judges, and that it does not judge without
/// results.
public enum ExperimentConformance {
  /// What is wrong with an experiment as it stands; empty where nothing is.
  public static func findings(for experiment: some Experiment) -> [ConformanceFinding] {
    var findings = PluginConformance.findings(for: experiment)
    let type = type(of: experiment)
    for (what, text) in [("claim", type.claim), ("rule", type.rule)]
    where text.isEmpty || text.contains("\n") || text.last != "." {
      findings.append(
        ConformanceFinding(what, "the \(what) must be one or two sentences", actual: "'\(text)'"))
    }
    for size in ExperimentSize.allCases {
      let names = experiment.groups(size).map(\.name)
      let place = "groups(.\(size.rawValue))"
      if names.isEmpty {
        findings.append(ConformanceFinding(place, "there are no runs", expected: "a group"))
      }
      if Set(names).count < names.count {
        findings.append(ConformanceFinding(place, "two groups have the same name"))
      }
      let opposite = experiment.opposite(size)
      if opposite.groups.map(\.name) != names {
        findings.append(
          ConformanceFinding(
            "opposite(.\(size.rawValue))", "its groups are not those of the experiment",
            expected: names.joined(separator: ", "),
            actual: opposite.groups.map(\.name).joined(separator: ", ")))
      }
    }
    return findings + self.findings(for: experiment, withoutResult: [])
  }

  /// The verdict on runs of which none came to an end, or on none at all, must be undecided.
  public static func findings(
    for experiment: some Experiment, withoutResult runs: [(group: String, record: RunRecord)]
  ) -> [ConformanceFinding] {
    let verdict = experiment.verdict(on: ExperimentRuns(runs))
    guard verdict.judgement != .undecided else { return [] }
    return [
      ConformanceFinding(
        "judge",
        runs.isEmpty ? "it judges without any runs" : "it judges where every run has crashed",
        expected: "undecided", actual: verdict.judgement.rawValue)
    ]
  }
}
