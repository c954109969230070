// From selections to specifications: names looked up, presets and settings applied and checked.

import OptimizerKit

/// An optimizer with its schedules and what it wraps, as selected.
public struct OptimizerChoice: Sendable {
  /// What it is called in tables and pictures.
  public var label: String
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
    try choices(of: SelectionSyntax(text), depth: 0)
  }

  func choices(of syntax: SelectionSyntax, depth: Int) throws -> [OptimizerChoice] {
    // A pattern stands for what can be run as it is.
    let known = entries(named: .optimizer).filter {
      syntax.wrapped.isEmpty ? standsAlone($0) : $0.kind == .wrapper
    }
    let names = try expand(syntax.term.name, known.map(\.name), kind: "optimizer")
    let schedules = try scheduleCombinations(syntax.schedules)
    return try names.flatMap { name -> [OptimizerChoice] in
      let entry = try entry(name, kind: .optimizer)
      let inner = try wrapped(by: entry, syntax, depth: depth)
      let variants = try variants(of: entry, syntax.term)
      try SelectionTerm.checkCombinations([variants.count, inner.count, schedules.count])
      return try variants.flatMap { variant in
        try inner.flatMap { inner in
          try schedules.map { schedule in
            var spec = OptimizerSpec(variant.spec, wrapping: inner?.choice.spec)
            for assignment in schedule.specs { try attach(assignment, to: &spec) }
            let instance = try wrapped(variant.plugin, around: inner?.choice.instance)
            return OptimizerChoice(
              label: variant.label + (inner?.label ?? "") + schedule.label, spec: spec,
              instance: instance,
              files: [entry.file] + (inner?.choice.files ?? []) + (try files(of: schedule.specs)))
          }
        }
      }
    }
  }

  /// An optimizer with what it wraps.
  private func wrapped(
    _ plugin: any Plugin, around inner: (any Optimizer)?
  ) throws -> any Optimizer {
    if let inner, var wrapper = plugin as? any Wrapper {
      wrapper.inner = inner
      return wrapper
    }
    guard let optimizer = plugin as? any Optimizer else {
      throw SelectionError("\(type(of: plugin).name) is no optimizer")
    }
    return optimizer
  }

  /// Whether an optimizer can be written without parentheses.
  private func standsAlone(_ entry: PluginEntry) -> Bool {
    guard let wrapper = entry.type as? any Wrapper.Type else { return true }
    return wrapper.defaultInner != nil
  }

  /// What a wrapper wraps: each choice with how it stands in the label; one nil for an optimizer that
  /// wraps nothing.
  private func wrapped(by entry: PluginEntry, _ syntax: SelectionSyntax, depth: Int) throws -> [(
    label: String, choice: OptimizerChoice
  )?] {
    guard let wrapper = entry.type as? any Wrapper.Type else {
      guard syntax.wrapped.isEmpty else {
        throw SelectionError(
          "\(entry.name) is no wrapper: nothing can stand in parentheses behind it")
      }
      return [nil]
    }
    if syntax.wrapped.isEmpty {
      guard let own = wrapper.defaultInner else {
        throw SelectionError(
          "\(entry.name) is a wrapper: write what it wraps, as in \(entry.name)(adam)")
      }
      // One that names itself would go on for ever.
      guard depth < SelectionSyntax.deepest else {
        throw SelectionError(
          "\(entry.name): more than \(SelectionSyntax.deepest) wrappers around one another")
      }
      return try choices(of: SelectionSyntax(own), depth: depth + 1).map { ("", $0) }
    }
    return try syntax.wrapped.flatMap { try choices(of: $0, depth: depth + 1) }
      .map { ("(\($0.label))", $0) }
  }

  /// The problems that a selection asks for.
  public func selectProblems(_ text: String) throws -> [ProblemChoice] {
    let syntax = try SelectionSyntax(text)
    guard syntax.schedules.isEmpty else {
      throw SelectionError("a problem has no schedule: '\(text)'")
    }
    guard syntax.wrapped.isEmpty else {
      throw SelectionError("a problem wraps nothing: '\(text)'")
    }
    let names = try expand(syntax.term.name, problems.map(\.name), kind: "problem")
    return try names.flatMap { name in
      let entry = try entry(name, kind: .problem)
      return try variants(of: entry, syntax.term).map { variant in
        guard let problem = variant.plugin as? any Problem else {
          throw SelectionError("\(name) is no problem")
        }
        return ProblemChoice(
          label: variant.label, spec: variant.spec, instance: problem, file: entry.file)
      }
    }
  }

  /// A plugin's specification and the label that tells it from others.
  typealias Variant = (label: String, spec: PluginSpec, plugin: any Plugin)

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
    let expanded = try term.expandingRanges(of: base)
    try SelectionTerm.checkCombinations(expanded.settings.map(\.values.count))
    return try expanded.combinations.map { combination in
      var plugin = base
      for setting in preset?.settings ?? [] { try plugin.set(setting.name, to: setting.value) }
      for setting in combination { try plugin.set(setting.name, to: setting.value) }
      try plugin.validate()
      let shown = combination.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
      let label =
        entry.name + (term.preset.map { "@" + $0 } ?? "") + (shown.isEmpty ? "" : "[\(shown)]")
      let spec = PluginSpec(plugin)
      plugin.resolve()
      return (label, spec, plugin)
    }
  }

  func scheduleCombinations(_ schedules: [(hyperparameter: String, parts: [SelectionTerm])]) throws
    -> [(label: String, specs: [ScheduleSpec])]
  {
    try schedules.reduce([("", [])]) { partial, assignment in
      let chains: [(String, [PluginSpec])] = try assignment.parts.reduce([("", [])]) {
        chains, term in
        let variants = try variants(of: entry(term.name, kind: .schedule), term)
        try SelectionTerm.checkCombinations([partial.count, chains.count, variants.count])
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

  /// Gives an optimizer a schedule after checking that it fits: its hyperparameter exists and is a real
  /// number, and all but the last of a sequence end. The learning rate of a wrapper that has none of
  /// its own is that of what it wraps, and so is a schedule of it.
  private func attach(_ assignment: ScheduleSpec, to spec: inout OptimizerSpec) throws {
    let name = assignment.hyperparameter
    let optimizer = try optimizer(spec.plugin)
    if name == "lr", !spec.wrapped.isEmpty,
      optimizer.hyperparameters.allSatisfy({ $0.name != "lr" })
    {
      return try attach(assignment, to: &spec.wrapped[0])
    }
    _ = try optimizer.scheduledHyperparameter(name)
    for part in assignment.parts.dropLast() where try schedule(part).length == nil {
      throw SelectionError(
        "the schedule '\(part.name)' has no end, so nothing can follow it with '+'")
    }
    guard spec.schedules.allSatisfy({ $0.hyperparameter != name }) else {
      throw SelectionError("\(name) of \(spec.name) follows a schedule already")
    }
    spec.schedules.append(assignment)
  }

  func expand(_ pattern: String, _ names: [String], kind: String) throws -> [String] {
    guard pattern.contains(where: { "*?".contains($0) }) else { return [pattern] }
    let matching = names.filter { matches($0, pattern: pattern) }
    guard !matching.isEmpty else { throw UnknownPlugin(kind: kind, name: pattern, known: names) }
    return matching
  }
}
