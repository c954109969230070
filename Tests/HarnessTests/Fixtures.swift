// What the tests of the harness have in common.

import Foundation
import OptimizerKit
import Plugins

@testable import Harness

/// The plugins that come with the lab.
let catalogue = PluginCatalogue.builtIn()

/// The message of whatever `work` throws; nil if it throws nothing.
func message<T>(_ work: () throws -> T) -> String? {
  do {
    _ = try work()
    return nil
  } catch {
    return "\(error)"
  }
}

/// A specification from selections.
func specification(
  _ optimizer: String, on problem: String, steps: Int = 10, seed: UInt64 = 1,
  target: Double? = nil, budget: Budget? = nil, in lab: PluginCatalogue = catalogue
) throws -> RunSpec {
  let chosen = try lab.selectProblems(problem)[0]
  return RunSpec(
    optimizer: try lab.selectOptimizers(optimizer)[0].spec, problem: chosen.spec,
    start: (chosen.instance as? any Surface)?.starts.first, seed: seed,
    budget: budget ?? .steps(steps), target: target)
}

/// A run done right here, by a clock that stands still: the same run gives the same result.
func run(
  _ spec: RunSpec, recording: Recording = .init(), in catalogue: PluginCatalogue = catalogue
) throws -> TracedRun {
  try run(spec, recording: recording, in: catalogue, now: { 0 })
}

/// A run done right here, by a clock.
func run(
  _ spec: RunSpec, recording: Recording = .init(), in catalogue: PluginCatalogue = catalogue,
  now: @escaping () -> Double
) throws -> TracedRun {
  let context = ExecutionContext(now: now)
  return RunJob(key: "key", label: "label", spec: spec, recording: recording).traced(
    try catalogue.execute(spec, recording: recording, context: context))
}

/// A clock that goes on by so many seconds whenever it is looked at.
func ticking(_ seconds: Double) -> () -> Double {
  var time = 0.0
  return {
    time += seconds
    return time
  }
}

/// The key of a run.
func key(of spec: RunSpec, in lab: PluginCatalogue = catalogue) throws -> String {
  var keys = RunKeys(lab)
  return try keys.key(of: spec)
}

/// A folder of its own for one test, which is gone afterwards.
func withFolder<T>(_ work: (URL) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("optlab-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try work(folder)
}
