// What every plugin must uphold, whatever its kind.

import OptimizerKit

/// Checks of name, summary, hyperparameters and presets.
public enum PluginConformance {
  /// What is wrong with a plugin; empty where nothing is.
  public static func findings(for plugin: some Plugin) -> [ConformanceFinding] {
    faults(in: plugin) + mannerFindings(plugin)
  }

  /// What makes a plugin useless: a plugin file for which there is any is not loaded.
  public static func faults(in plugin: some Plugin) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    let name = type(of: plugin).name
    if !PluginName.isValid(name) {
      findings.append(
        ConformanceFinding(
          "name", "the name is not valid", expected: PluginName.rule, actual: "'\(name)'"))
    }
    var seen: Set<String> = []
    for parameter in plugin.hyperparameters {
      let name = parameter.name
      if !seen.insert(name).inserted { findings.append(finding(name, "declared twice")) }
      if let number = parameter.number, !parameter.bounds.contains(number) {
        findings.append(
          finding(
            name, "the default is outside the valid range", parameter.validity, parameter.value))
      }
    }
    do { try plugin.validate() } catch {
      findings.append(
        finding("defaults", "they do not fit together", "no complaint", "\(error)"))
    }
    return findings + presetFindings(plugin)
  }

  private static func finding(
    _ hyperparameter: String, _ message: String, _ expected: String = "", _ actual: String = ""
  ) -> ConformanceFinding {
    ConformanceFinding(
      "hyperparameter", "\(hyperparameter): \(message)", expected: expected, actual: actual)
  }

  /// What a reader, a search or a run key would stumble over.
  private static func mannerFindings(_ plugin: some Plugin) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    let summary = type(of: plugin).summary
    if summary.isEmpty || summary.contains("\n") || summary.count > 100 {
      findings.append(
        ConformanceFinding(
          "summary", "the summary must be one line of at most 100 characters",
          actual: "\(summary.count) characters"))
    }
    for parameter in plugin.hyperparameters {
      let name = parameter.name
      if parameter.help.isEmpty {
        findings.append(finding(name, "no help text", "one line", "nothing"))
      }
      findings += searchFindings(parameter)
      var copy = plugin
      do {
        try copy.set(name, to: parameter.value)
        let now = copy.hyperparameters.first { $0.name == name }?.value ?? ""
        if now != parameter.value {
          findings.append(
            finding(name, "a value does not read back as itself", parameter.value, now))
        }
      } catch {
        findings.append(
          finding(name, "its own value cannot be set", parameter.validity, "\(error)"))
      }
    }
    return findings
  }

  private static func searchFindings(
    _ parameter: HyperparameterDescription
  ) -> [ConformanceFinding] {
    guard let search = parameter.search else { return [] }
    var findings: [ConformanceFinding] = []
    let ends = [search.lowerBound, search.upperBound]
    if !ends.allSatisfy(parameter.bounds.contains) {
      findings.append(
        finding(
          parameter.name, "the search interval is outside the valid range", parameter.validity,
          ends.map { shortest($0) }.joined(separator: "...")))
    }
    if parameter.scale == .log, search.lowerBound <= 0 {
      findings.append(
        finding(
          parameter.name, "a search on a log scale must start above 0", "a positive number",
          shortest(search.lowerBound)))
    }
    return findings
  }

  private static func presetFindings(_ plugin: some Plugin) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    var seen: Set<String> = []
    for preset in type(of: plugin).presets {
      if !seen.insert(preset.name).inserted {
        findings.append(ConformanceFinding("preset", "@\(preset.name) is declared twice"))
      }
      var copy = plugin
      do {
        for setting in preset.settings { try copy.set(setting.name, to: setting.value) }
        try copy.validate()
      } catch {
        findings.append(
          ConformanceFinding(
            "preset", "@\(preset.name) cannot be set", expected: "valid settings",
            actual: "\(error)"))
      }
    }
    return findings
  }
}
