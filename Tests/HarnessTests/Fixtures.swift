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
  _ optimizer: String, on problem: String, steps: Int = 10, seed: UInt64 = 1, every: Int = 1,
  target: Double? = nil
) throws -> RunSpec {
  let choice = try catalogue.selectOptimizers(optimizer)[0]
  let chosen = try catalogue.selectProblems(problem)[0].problem
  let start = (try catalogue.problem(chosen) as? any Surface)?.starts.first
  return RunSpec(
    label: choice.label, optimizer: choice.optimizer, schedules: choice.schedules,
    problem: chosen, start: start, seed: seed, steps: steps, target: target,
    recording: Recording(every: every))
}

/// A run done right here.
func run(_ spec: RunSpec, in catalogue: PluginCatalogue = catalogue) throws -> RunRecord {
  try catalogue.execute(spec, key: "key", context: ExecutionContext(now: monotonicSeconds))
}

/// A folder of its own for one test, which is gone afterwards.
func withFolder<T>(_ work: (URL) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("optlab-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try work(folder)
}
