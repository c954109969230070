// Stored runs done once more, to see whether they have the same numbers.

import OptimizerKit
import PluginFiles
import Synchronization

/// Stored runs that can be done again, and how many cannot.
public struct Verification: Sendable {
  /// Those that ended by themselves and would be done by the same code now.
  public let runs: [RunRecord]
  /// How many were done by a plugin or an engine that has changed since, or with one that is not here.
  public let changed: Int
  /// How many were given a time to run: what they reach depends on the machine's mood.
  public let timed: Int
  /// How many came to no end of their own.
  public let unfinished: Int

  /// Sorts stored runs into those.
  public init(_ records: [RunRecord], catalogue: PluginCatalogue) {
    var keys = RunKeys(catalogue)
    var (runs, changed, timed, unfinished): ([RunRecord], Int, Int, Int) = ([], 0, 0, 0)
    for record in records {
      switch record.status {
      case .crashed, .timedOut, .interrupted:
        unfinished += 1
        continue
      case .completed, .reachedTarget, .diverged: break
      }
      if case .seconds = record.spec.budget {
        timed += 1
      } else if (try? keys.key(of: record.spec)) == record.key {
        runs.append(record)
      } else {
        changed += 1
      }
    }
    (self.runs, self.changed, self.timed, self.unfinished) = (runs, changed, timed, unfinished)
  }

  /// Some of the runs: the same for the same seed and the same runs, whatever their order.
  public func sample(_ count: Int, seed: UInt64) -> [RunRecord] {
    runs.map { (place: ContentHash.of("\(seed) \($0.key)"), run: $0) }
      .sorted { $0.place < $1.place }.prefix(count).map(\.run)
  }

  /// A run whose numbers are not those that are stored.
  public struct Difference: Sendable {
    public let record: RunRecord
    /// What is stored ("ours") beside what came now ("theirs").
    public let numbers: [NumberDifference]
  }

  /// Does runs again and compares every number with what is stored, bit for bit, times aside. Nothing
  /// is stored.
  ///
  /// - Returns: the runs that differ, by key.
  /// - Throws: what the runner throws, and `RunStoreError` where the store cannot be read.
  public static func repeated(
    _ runs: [RunRecord], of store: RunStore, by runner: any Runner, timeLimit: Double,
    onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> [Difference] {
    let records = Dictionary(runs.map { ($0.key, $0) }) { first, _ in first }
    let found = Mutex<[Difference]>([])
    let jobs = runs.map {
      RunJob(
        key: $0.key, label: $0.label, spec: $0.spec, recording: $0.recording, timeLimit: timeLimit)
    }
    try await runner.run(jobs) { event in
      if case .finished(let finished) = event {
        for run in finished {
          guard let record = records[run.key] else { continue }
          let numbers = try differences(record, run, of: store)
          if !numbers.isEmpty {
            found.withLock { $0.append(Difference(record: record, numbers: numbers)) }
          }
        }
      }
      onEvent(event)
    }
    return found.withLock { $0 }.sorted { $0.record.key < $1.record.key }
  }

  private static func differences(_ record: RunRecord, _ run: FinishedRun, of store: RunStore)
    throws -> [NumberDifference]
  {
    switch run.outcome.status {
    case .crashed, .timedOut, .interrupted:
      let now = "\(run.outcome.status.rawValue): \(run.outcome.reason)"
      return [
        NumberDifference(what: "status", step: nil, ours: record.status.rawValue, theirs: now)
      ]
    case .completed, .reachedTarget, .diverged: break
    }
    let now = try run.traced()
    let stored: Trajectory
    do { stored = try store.run(record)?.trajectory ?? Trajectory() } catch let error
      as MalformedData
    {
      return [
        NumberDifference(
          what: "path", step: nil, ours: error.description,
          theirs: "\(now.trajectory.count) rows")
      ]
    }
    return NumberDifference.all(
      RunResult(record.outcome, stored), RunResult(now.outcome, now.trajectory),
      haveSameRecording: true)
  }
}
