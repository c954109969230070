// Maps as commands make them, with progress and an interrupt.

import Foundation
import Harness
import OptimizerKit
import Synchronization

/// What makes the maps of a plan.
struct MapRuns {
  let plan: Plan
  let catalogue: PluginCatalogue
  let store: RunStore
  /// Does the cells of networks.
  let runner: LocalRunner
  /// How workers are started that do those of surfaces.
  let workers: WorkerOptions
  /// Whether maps are made anew of which cells crashed or timed out.
  let retriesFailures: Bool

  /// Makes the maps that the store does not have, and says how long each took.
  ///
  /// - Returns: whether all cells came to an end of their own.
  func perform() async throws -> Bool {
    let limits = Dictionary(
      plan.suite.groups.map { ($0.name, $0.timeLimit) }, uniquingKeysWith: { first, _ in first })
    var known: Set<String> = []
    var isWhole = true
    for entry in plan.maps where known.insert(entry.job.key).inserted {
      let job = entry.job
      var reasons: [String] = []
      if try isWanted(job) {
        let making = MapMaking(job, store: store, catalogue: catalogue)
        let timeLimit = limits[entry.group] ?? .infinity
        let begin = monotonicSeconds()
        if job.isOnSurface {
          reasons = try await makeOnSurface(making, timeLimit: timeLimit)
        } else {
          let comparison = try making.runs(
            timeLimit: timeLimit, runner: runner, retriesFailures: retriesFailures)
          _ = try await performRuns(try comparison.missing(), of: comparison)
          try making.assemble(from: comparison)
        }
        Terminal.note(
          "\(job.label): \(job.spec.count) cells done in \(duration(monotonicSeconds() - begin))")
      } else {
        Terminal.note("\(job.label): \(job.spec.count) cells reused from \(store.path)")
      }
      if let failures = failures(try store.map(job.key), reasons) {
        Terminal.warn(failures)
        isWhole = false
      }
    }
    return isWhole
  }

  /// Whether a map is to be made.
  private func isWanted(_ job: MapJob) throws -> Bool {
    guard retriesFailures else { return try !store.hasMap(job.key) }
    return try store.map(job.key).map { failures($0, []) != nil } ?? true
  }

  /// "3 cells crashed: the worker was ended by SIGILL; …"; nil where none did.
  private func failures(_ map: OutcomeMap?, _ reasons: [String]) -> String? {
    guard let map else { return nil }
    let counts = [(RunStatus.crashed, "crashed"), (.timedOut, "timed out")].compactMap {
      status, verb -> String? in
      let count = map.cells.statuses.count { $0 == status }
      return count > 0 ? "\(count) cell\(count == 1 ? "" : "s") \(verb)" : nil
    }
    guard !counts.isEmpty else { return nil }
    return "\(map.label): \(counts.joined(separator: ", "))"
      + (reasons.isEmpty ? "" : ": \(reasons.prefix(3).joined(separator: " | "))")
      + "; --retry makes the map anew"
  }

  private func makeOnSurface(_ making: MapMaking, timeLimit: Double) async throws -> [String] {
    let total = making.job.spec.count
    let begin = monotonicSeconds()
    let drawn = Mutex(0.0)
    let workers = workers
    let task = Task {
      try await making.make(by: MapRunner(workers), timeLimit: timeLimit) { done in
        guard Terminal.isInteractive else { return }
        drawn.withLock { last in
          let now = monotonicSeconds()
          guard now - last > 0.05 else { return }
          last = now
          let rate = Double(done) / max(now - begin, 1e-3)
          Terminal.write("\r\u{1B}[K\(done)/\(total) cells  \(brief(rate)) cells/s")
        }
      }
    }
    let interrupt = InterruptHandler { task.cancel() }
    defer {
      interrupt.stop()
      if Terminal.isInteractive { Terminal.write("\r\u{1B}[K") }
    }
    do { return try await task.value } catch  where interrupt.happened {
      Terminal.note("interrupted; a map is stored when all of it is done")
      throw CancellationError()
    }
  }
}
