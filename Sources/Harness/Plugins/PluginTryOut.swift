// What a newly compiled plugin must get through before it is let into the command's own process.

import Analysis
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
    for entry in entries {
      guard let declared = entry.make() else { continue }
      if let fault = PluginConformance.faults(in: declared).first {
        throw PluginLoadError("\(fault)")
      }
      let spec = PluginSpec(name: entry.name, settings: [])
      let plugin = try plugin(spec, kind: entry.kind, as: (any Plugin).self)
      if let optimizer = plugin as? any Optimizer { try tryOutOptimizer(optimizer) }
      if let schedule = plugin as? any Schedule {
        var sequence = ScheduleSequence([schedule])
        sequence.read(loss: 1, base: 1, step: 0)
        _ = (schedule.length, sequence.value(base: 1, step: 0, steps: 10))
        _ = sequence.range(base: 1, step: 0, steps: 10)
      }
      if let surface = plugin as? any Surface { try tryOutSurface(surface) }
      if let training = plugin as? any TrainingProblem { _ = training.target }
    }
  }

  private func tryOutOptimizer(_ optimizer: any Optimizer) throws {
    _ = optimizer.requirements
    if let rule = optimizer as? any CoordinateRule { try tryOutState(rule) }
    let layout = ParameterLayout(coordinates: 2)
    _ = optimizer.makeState(at: Vector([0.0, 0]), layout: layout).names
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
    let sizes = [
      ("layout", surface.layout.count),
      ("domain", surface.domain?.ranges.count ?? surface.dimension),
    ]
    for (what, count) in sizes where count != surface.dimension {
      throw PluginLoadError("\(what) has \(count) coordinates; dimension is \(surface.dimension)")
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
