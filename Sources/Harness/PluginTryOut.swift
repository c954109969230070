// What a newly compiled plugin must get through before it is let into the command's own process.

import Foundation
import OptimizerKit

#if canImport(Glibc)
  import Glibc
#endif

/// Bounds what this process may write and allocate, so that a plugin which does either without end
/// on loading is stopped early.
public func limitTryOut() {
  signal(SIGXFSZ, SIG_DFL)
  var files = rlimit(rlim_cur: 1 << 20, rlim_max: 1 << 20)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &files)
  var memory = rlimit(rlim_cur: 2 << 30, rlim_max: 2 << 30)
  setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &memory)
}

extension PluginCatalogue {
  /// Goes through everything that the lab asks of plugins before it runs them, so that a plugin that
  /// traps on it does so here, and refuses declarations that cannot be right.
  public func tryOut() throws {
    for entry in optimizers {
      let optimizer = entry.make()
      try tryOutDeclaration(optimizer, entry)
      _ = optimizer.requirements
      if let rule = optimizer as? any CoordinateRule { try tryOutState(rule) }
      let layout = ParameterLayout(coordinates: 2)
      _ = optimizer.makeState(at: Vector([0.0, 0]), layout: layout).names
    }
    for entry in schedules {
      let schedule = entry.make()
      try tryOutDeclaration(schedule, entry)
      _ = (schedule.length, schedule.value(base: 1, step: 0, steps: 10))
    }
    for entry in problems {
      try tryOutDeclaration(entry.make(), entry)
      let problem = try problem(PluginSpec(name: entry.name, settings: []))
      if let surface = problem as? any Surface { try tryOutSurface(surface) }
      if let training = problem as? any TrainingProblem { _ = training.target }
    }
  }

  /// Hyperparameters with defaults in range, and presets that can be set.
  private func tryOutDeclaration<P>(_ plugin: some Plugin, _ entry: PluginEntry<P>) throws {
    var names: Set<String> = []
    for hyperparameter in plugin.hyperparameters {
      guard names.insert(hyperparameter.name).inserted else {
        throw PluginLoadError("declares two hyperparameters '\(hyperparameter.name)'")
      }
      if let number = hyperparameter.number, !hyperparameter.bounds.contains(number) {
        throw PluginLoadError(
          "the default \(hyperparameter.name) = \(hyperparameter.value) is not valid; "
            + "it declares \(hyperparameter.validity)")
      }
    }
    try plugin.validate()
    for preset in entry.presets {
      var plugin = plugin
      for setting in preset.settings { try plugin.set(setting.name, to: setting.value) }
      try plugin.validate()
    }
  }

  private func tryOutState<Rule: CoordinateRule>(_ rule: Rule) throws {
    let names = Rule.State.allCases.map(\.rawValue)
    guard names.count <= 4 else {
      throw PluginLoadError("declares \(names.count) states of a coordinate; there may be four")
    }
    guard names == Array(0..<names.count) else {
      throw PluginLoadError("numbers its states \(names); leave the numbers of the cases out")
    }
    guard (0...names.count).contains(rule.slotCount) else {
      throw PluginLoadError("slotCount is \(rule.slotCount); it has \(names.count) states")
    }
  }

  private func tryOutSurface(_ surface: any Surface) throws {
    guard surface.dimension >= 1 else {
      throw PluginLoadError("dimension is \(surface.dimension); expected at least 1")
    }
    func check(_ points: [[Double]], _ what: String) throws {
      for point in points where point.count != surface.dimension {
        throw PluginLoadError(
          "\(what) has \(point.count) coordinates; dimension is \(surface.dimension)")
      }
    }
    guard !surface.starts.isEmpty else {
      throw PluginLoadError("starts is empty; expected at least one point")
    }
    try check(surface.starts, "one of starts")
    try check(surface.minima, "one of minima")
    try check(surface.saddle.map { [$0] } ?? [], "saddle")
    _ = (surface.minimumLoss, surface.viewport, surface.isQuadratic, surface.isStochastic)
  }
}
