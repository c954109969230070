// What every plugin must uphold, whatever its kind.

import OptimizerKit

/// Checks of name, summary, hyperparameters and presets.
public enum PluginConformance {
  /// What is wrong with a plugin; empty where nothing is.
  public static func findings(for plugin: some Plugin) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    let type = type(of: plugin)
    let name = type.name
    let isWellFormed =
      name.first?.isLetter == true && name.last != "-"
      && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
    if !isWellFormed {
      findings.append(
        ConformanceFinding(
          "name", "the name must be lower case letters, digits and hyphens, a letter first",
          expected: "a name like 'schedule-free-adamw'", actual: "'\(name)'"))
    }
    let summary = type.summary
    if summary.isEmpty || summary.contains("\n") || summary.count > 100 {
      findings.append(
        ConformanceFinding(
          "summary", "the summary must be one line of at most 100 characters",
          actual: "\(summary.count) characters"))
    }
    findings += hyperparameterFindings(plugin)
    findings += presetFindings(plugin)
    return findings
  }

  static func hyperparameterFindings(_ plugin: some Plugin) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    func report(_ name: String, _ message: String, _ expected: String, _ actual: String) {
      findings.append(
        ConformanceFinding(
          "hyperparameter", "\(name): \(message)", expected: expected, actual: actual))
    }
    var seen: Set<String> = []
    for parameter in plugin.hyperparameters {
      let name = parameter.name
      if !seen.insert(name).inserted { report(name, "declared twice", "one of each name", "two") }
      if parameter.help.isEmpty { report(name, "no help text", "one line", "nothing") }
      if let number = parameter.number, !parameter.bounds.contains(number) {
        report(
          name, "the default is outside the valid range", parameter.validity, parameter.value)
      }
      if let search = parameter.search {
        let isInside =
          parameter.bounds.contains(search.lowerBound)
          && parameter.bounds.contains(search.upperBound)
        if !isInside {
          report(
            name, "the search interval is outside the valid range", parameter.validity,
            "\(shortest(search.lowerBound))...\(shortest(search.upperBound))")
        }
        if parameter.scale == .log, search.lowerBound <= 0 {
          report(
            name, "a search on a log scale must start above 0", "a positive number",
            shortest(search.lowerBound))
        }
      }
      var copy = plugin
      do {
        try copy.set(name, to: parameter.value)
        let now = copy.hyperparameters.first { $0.name == name }?.value ?? ""
        if now != parameter.value {
          report(name, "a value does not read back as itself", parameter.value, now)
        }
      } catch {
        report(name, "its own value cannot be set", parameter.validity, "\(error)")
      }
    }
    do { try plugin.validate() } catch {
      report("defaults", "they do not fit together", "no complaint", "\(error)")
    }
    return findings
  }

  static func presetFindings(_ plugin: some Plugin) -> [ConformanceFinding] {
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
