// From selections to specifications: names looked up, presets and settings applied and checked.

import OptimizerKit

/// An optimizer with its schedules and what it wraps, as selected.
public struct OptimizerChoice: Sendable {
  /// What it is called in tables and pictures.
  public let label: String
  public let spec: OptimizerSpec
  /// The optimizer, ready to run.
  public let instance: any Optimizer
  /// The source files of the plugins that it is made of.
  let files: [String]
}

/// A problem, as selected.
public struct ProblemChoice: Sendable {
  public let label: String
  public let spec: PluginSpec
  /// The problem, ready to run.
  public let instance: any Problem
  /// The source file of its plugin.
  let file: String
}

extension PluginCatalogue {
  /// The optimizers that a selection asks for; see the grammar in `Selection.swift`.
  public func selectOptimizers(_ text: String) throws -> [OptimizerChoice] {
    let syntax = try SelectionSyntax(text)
    let names = try expand(syntax.term.name, optimizers.map(\.name), kind: "optimizer")
    let schedules = try scheduleCombinations(syntax.schedules)
    return try names.flatMap { name -> [OptimizerChoice] in
      let entry = try entry(name, kind: .optimizer)
      return try variants(of: entry, syntax.term).flatMap { variant in
        try schedules.map { schedule in
          let spec = OptimizerSpec(variant.spec, schedules: schedule.specs)
          let optimizer = try optimizer(spec.plugin)
          for assignment in schedule.specs { try check(assignment, for: optimizer) }
          return OptimizerChoice(
            label: variant.label + schedule.label, spec: spec, instance: optimizer,
            files: [entry.file] + (try files(of: schedule.specs)))
        }
      }
    }
  }

  /// The problems that a selection asks for.
  public func selectProblems(_ text: String) throws -> [ProblemChoice] {
    let syntax = try SelectionSyntax(text)
    guard syntax.schedules.isEmpty else {
      throw SelectionError("a problem has no schedule: '\(text)'")
    }
    let names = try expand(syntax.term.name, problems.map(\.name), kind: "problem")
    return try names.flatMap { name in
      let entry = try entry(name, kind: .problem)
      return try variants(of: entry, syntax.term).map { variant in
        ProblemChoice(
          label: variant.label, spec: variant.spec, instance: try problem(variant.spec),
          file: entry.file)
      }
    }
  }

  /// A plugin's specification and the label that tells it from others.
  typealias Variant = (label: String, spec: PluginSpec)

  /// Every combination of a term's settings, applied to a plugin and checked.
  func variants(of entry: PluginEntry, _ term: SelectionTerm) throws -> [Variant] {
    guard let base = entry.make() else { return [] }
    var preset: Preset?
    if let name = term.preset {
      guard let found = entry.presets.first(where: { $0.name == name }) else {
        throw UnknownPlugin(
          kind: "preset of \(entry.name)", plural: "presets of \(entry.name)", name: name,
          known: entry.presets.map(\.name))
      }
      preset = found
    }
    return try term.expandingRanges(of: base).combinations.map { combination in
      var plugin = base
      for setting in preset?.settings ?? [] { try plugin.set(setting.name, to: setting.value) }
      for setting in combination { try plugin.set(setting.name, to: setting.value) }
      try plugin.validate()
      let shown = combination.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
      let label =
        entry.name + (term.preset.map { "@" + $0 } ?? "") + (shown.isEmpty ? "" : "[\(shown)]")
      return (label, PluginSpec(plugin))
    }
  }

  func scheduleCombinations(_ schedules: [(hyperparameter: String, parts: [SelectionTerm])]) throws
    -> [(label: String, specs: [ScheduleSpec])]
  {
    try schedules.reduce([("", [])]) { partial, assignment in
      let chains: [(String, [PluginSpec])] = try assignment.parts.reduce([("", [])]) {
        chains, term in
        let variants = try variants(of: entry(term.name, kind: .schedule), term)
        return chains.flatMap { chain in
          variants.map { (chain.0 + (chain.1.isEmpty ? "" : "+") + $0.label, chain.1 + [$0.spec]) }
        }
      }
      let prefix = assignment.hyperparameter == "lr" ? ":" : ":\(assignment.hyperparameter)="
      return partial.flatMap { partial in
        chains.map { chain in
          (
            partial.label + prefix + chain.0,
            partial.specs
              + [ScheduleSpec(hyperparameter: assignment.hyperparameter, parts: chain.1)]
          )
        }
      }
    }
  }

  /// The source files of schedules.
  private func files(of schedules: [ScheduleSpec]) throws -> [String] {
    try schedules.flatMap(\.parts).map { try entry($0.name, kind: .schedule).file }
  }

  /// Checks that a schedule fits: its hyperparameter exists, and all but the last of a sequence end.
  private func check(_ assignment: ScheduleSpec, for optimizer: any Optimizer) throws {
    _ = try optimizer.scheduledHyperparameter(assignment.hyperparameter)
    for part in assignment.parts.dropLast() where try schedule(part).length == nil {
      throw SelectionError(
        "the schedule '\(part.name)' has no end, so nothing can follow it with '+'")
    }
  }

  func expand(_ pattern: String, _ names: [String], kind: String) throws -> [String] {
    guard pattern.contains(where: { "*?".contains($0) }) else { return [pattern] }
    let matching = names.filter { matches($0, pattern: pattern) }
    guard !matching.isEmpty else { throw UnknownPlugin(kind: kind, name: pattern, known: names) }
    return matching
  }
}
