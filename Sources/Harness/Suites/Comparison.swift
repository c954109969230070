// Running a plan: what the store has is not run again, what is finished is stored at once.

import OptimizerKit

/// What came of a comparison.
public struct ComparisonOutcome: Sendable {
  /// How many runs the store had already.
  public var reused: Int
  /// How many were done now.
  public var done: Int
}

/// Does the runs of a plan into a store.
public struct Comparison: Sendable {
  public let plan: Plan
  public let store: RunStore
  public let runner: any Runner
  /// Whether runs that crashed or timed out before are tried again.
  public let retriesFailures: Bool
  /// Whether the store notes that the suite asks for these runs.
  private let isListed: Bool

  public init(
    plan: Plan, store: RunStore, runner: any Runner, retriesFailures: Bool = false,
    isListed: Bool = true
  ) {
    self.isListed = isListed
    self.plan = plan
    self.store = store
    self.runner = runner
    self.retriesFailures = retriesFailures
  }

  /// The runs that are still to be done, each key once: those that the store does not have, or has with
  /// less kept of them than the plan asks for.
  public func missing() throws -> [RunJob] {
    // The same key once more is the same run, kept so that it serves wherever it is asked for.
    var places: [String: Int] = [:]
    var jobs: [RunJob] = []
    for job in plan.entries.map(\.job) {
      if let place = places[job.key] {
        jobs[place] = jobs[place].serving(job.recording)
      } else {
        places[job.key] = jobs.count
        jobs.append(job)
      }
    }
    return try stillMissing(jobs)
  }

  /// Of these missing runs those that are missing because what is stored of them is not what was
  /// written.
  public func damaged(_ missing: [RunJob]) throws -> [RunJob] {
    let damaged = try store.damaged(among: missing.map(\.key))
    return damaged.isEmpty ? [] : missing.filter { damaged.contains($0.key) }
  }

  /// Of these runs those that the store does not have as they are asked for.
  private func stillMissing(_ jobs: [RunJob]) throws -> [RunJob] {
    let known = try store.stored(jobs.map(\.key))
    return jobs.compactMap { job in
      guard let run = known[job.key], !run.isDamaged else { return job }
      // What other suites were promised stays kept.
      guard job.recording.isServed(by: run.recording) else { return job.serving(run.recording) }
      let isDone =
        switch run.status {
        case .completed, .reachedTarget, .diverged: true
        case .crashed, .timedOut: !retriesFailures
        case .interrupted: false
        }
      return isDone ? nil : job.serving(run.recording)
    }
  }

  /// The stored runs of the plan in its order, by group, called as it calls them.
  public func records() throws -> [(group: String, record: RunRecord)] {
    let outcomes = try store.outcomes(plan.entries.map(\.key))
    return plan.entries.compactMap { entry in
      outcomes[entry.key].map { (group: entry.group, record: entry.job.record($0)) }
    }
  }

  /// Does what is missing. A finished run is in the store before `onEvent` hears of it.
  ///
  /// Several comparisons on one store share the work: each claims a few runs at a time, leaves alone
  /// those that another has under way, and waits for them in the end.
  ///
  /// - Parameter missing: what `missing()` gave.
  public func run(
    _ missing: [RunJob], onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> ComparisonOutcome {
    if isListed { try store.register(plan) }
    let work = SharedWork(missing, capacity: runner.capacity, claims: store.claims())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await work.claims.renew() }
      // Two parts at a time: no worker waits while the last runs of one come to their end.
      for _ in 0..<2 { group.addTask { try await workThrough(work, onEvent) } }
      defer { work.claims.end() }
      // The task that renews the claims ends last. What fails in one part ends the other, which may say so
      // first: what is thrown is the cause.
      do {
        for _ in 0..<2 { try await group.next() }
        group.cancelAll()
      } catch {
        group.cancelAll()
        var cause = error
        while let result = await group.nextResult() {
          if case .failure(let other) = result, cause is CancellationError { cause = other }
        }
        throw cause
      }
    }
    let done = work.done
    return ComparisonOutcome(reused: plan.entries.count - done, done: done)
  }

  private func workThrough(
    _ work: SharedWork, _ onEvent: @escaping @Sendable (RunEvent) -> Void
  ) async throws {
    let store = store
    while let part = work.next() {
      // Another command may have done some of them since.
      let (mine, others) = try work.claim(part)
      let open = try stillMissing(mine)
      try await runner.run(open) { event in
        if case .finished(let runs) = event { try store.save(runs) }
        onEvent(event)
      }
      try work.finish(mine, done: open.count)
      work.wait(for: others)
      if open.isEmpty, !others.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
    }
  }
}
