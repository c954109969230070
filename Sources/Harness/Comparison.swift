// Running a plan: what the store has is not run again, what is finished is stored at once.

import OptimizerKit

/// What came of a comparison.
public struct ComparisonOutcome: Sendable {
  /// How many runs the store had already.
  public var reused: Int
  /// How many were done now.
  public var done: Int
}

/// Runs a plan with workers into a store.
public struct Comparison: Sendable {
  public let plan: Plan
  public let store: RunStore
  public let pool: WorkerPool
  /// Whether runs that crashed or timed out before are tried again.
  public let retriesFailures: Bool

  public init(plan: Plan, store: RunStore, pool: WorkerPool, retriesFailures: Bool = false) {
    self.plan = plan
    self.store = store
    self.pool = pool
    self.retriesFailures = retriesFailures
  }

  /// The entries whose runs are still to be done, each key once.
  public func missing() throws -> [Plan.Entry] {
    var known = try store.stored(plan.entries.map(\.key))
    return plan.entries.filter { entry in
      switch known[entry.key] {
      case nil: break
      case .crashed, .timedOut, .interrupted:
        guard retriesFailures else { return false }
      default: return false
      }
      known[entry.key] = .completed  // the same key once more is the same run
      return true
    }
  }

  /// Does what is missing. A finished run is in the store before `onEvent` hears of it.
  public func run(onEvent: @escaping @Sendable (RunEvent) -> Void) async throws -> ComparisonOutcome
  {
    try store.register(plan)
    let missing = try missing()
    if !missing.isEmpty {
      try await pool.run(missing) { event in
        if case .finished(let record) = event { try store.save(record) }
        onEvent(event)
      }
    }
    return ComparisonOutcome(reused: plan.entries.count - missing.count, done: missing.count)
  }
}
