// Making the maps of a plan: what the store has is not made again.

import OptimizerKit

/// Makes maps into a store.
public struct MapMaking: Sendable {
  public let job: MapJob
  public let store: RunStore
  let catalogue: PluginCatalogue

  public init(_ job: MapJob, store: RunStore, catalogue: PluginCatalogue) {
    self.job = job
    self.store = store
    self.catalogue = catalogue
  }

  /// Makes a map of a surface and stores it.
  ///
  /// - Returns: why cells ended that took their workers with them.
  public func make(
    by runner: MapRunner, timeLimit: Double, onProgress: @escaping @Sendable (Int) -> Void
  ) async throws -> [String] {
    let (cells, reasons) = try await runner.run(
      job.spec, timeLimit: timeLimit, onProgress: onProgress)
    try store.save(OutcomeMap(key: job.key, label: job.label, spec: job.spec, cells: cells))
    return reasons
  }

  /// The cells of a map as runs of their own, as those of a network are done.
  ///
  /// - Parameter retriesFailures: whether those that crashed or timed out before are tried again.
  public func runs(
    timeLimit: Double, runner: any Runner, retriesFailures: Bool = false
  ) throws -> Comparison {
    var keys = RunKeys(catalogue)
    // The last parameters are validated, and no others.
    let recording = Recording(path: .outcomes, validations: 1)
    let entries = try (0..<job.spec.count).map { index in
      let spec = job.spec.cell(index)
      return Plan.Entry(
        job: RunJob(
          key: try keys.key(of: spec), label: job.label, spec: spec, recording: recording,
          timeLimit: timeLimit, files: job.files), group: "cells")
    }
    let suite = Suite(name: job.label, title: "The cells of \(job.label)", groups: [])
    return Comparison(
      plan: Plan(suite: suite, entries: entries, maps: [], remarks: []), store: store,
      runner: runner, retriesFailures: retriesFailures, isListed: false)
  }

  /// Puts a map together from its runs, and stores it.
  public func assemble(from comparison: Comparison) throws {
    let keys = comparison.plan.entries.map(\.key)
    let outcomes = try store.outcomes(keys)
    var cells = MapCells(count: keys.count)
    for (index, key) in keys.enumerated() {
      guard let outcome = outcomes[key] else { continue }
      var cell = MapCells.Cell()
      cell.status = outcome.status
      cell.steps = Int32(clamping: outcome.steps)
      cell.gradients = Int32(clamping: outcome.counts.gradients)
      cell.finalLoss = outcome.validation?.loss ?? outcome.finalLoss
      cells[index] = cell
    }
    try store.save(OutcomeMap(key: job.key, label: job.label, spec: job.spec, cells: cells))
  }
}
