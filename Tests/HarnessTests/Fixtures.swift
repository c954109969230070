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
  let folder = try newFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  return try work(folder)
}

/// The same for work that waits.
func withFolder<T>(_ work: (URL) async throws -> T) async throws -> T {
  let folder = try newFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  return try await work(folder)
}

private func newFolder() throws -> URL {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("optlab-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}

/// Does runs right here, one after the other, by a clock that stands still.
struct RunnerOfTests: Runner {
  var lab = catalogue
  var capacity: Int { 1 }

  func run(_ jobs: [RunJob], onEvent: @escaping @Sendable (RunEvent) throws -> Void) async throws {
    for job in jobs {
      try Task.checkCancellation()
      try onEvent(.started(job))
      let result = try lab.execute(
        job.spec, recording: job.recording, context: ExecutionContext(now: { 0 }))
      try onEvent(.finished([FinishedRun(job.traced(result))]))
    }
  }

  func close() async {}
}
