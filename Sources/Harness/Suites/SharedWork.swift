// What is left of a comparison, taken up in parts that other commands on the same store leave alone.

import Synchronization

/// The runs of a comparison that are not done yet, in parts.
final class SharedWork: Sendable {
  private struct State {
    /// What nobody has taken up, and what another command had under way when it was asked for.
    var waiting: ArraySlice<RunJob>
    var others: [RunJob] = []
    var done = 0
  }
  private let state: Mutex<State>
  private let size: Int
  let claims: RunStore.Claims

  init(_ jobs: [RunJob], capacity: Int, claims: RunStore.Claims) {
    state = Mutex(State(waiting: jobs[...]))
    // Small enough to be shared, large enough for workers to do many at a time.
    size = min(max(jobs.count / 32, capacity), 2048)
    self.claims = claims
  }

  /// How many runs were done here.
  var done: Int { state.withLock { $0.done } }

  /// The next part; nil where there is nothing left to be taken up or waited for.
  func next() -> [RunJob]? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.waiting = state.others[...]
        state.others = []
      }
      guard !state.waiting.isEmpty else { return nil }
      defer { state.waiting = state.waiting.dropFirst(size) }
      return Array(state.waiting.prefix(size))
    }
  }

  /// Divides a part into runs that are this comparison's now and those of others.
  func claim(_ part: [RunJob]) throws -> (mine: [RunJob], others: [RunJob]) {
    let taken = try claims.take(part.map(\.key))
    return (part.filter { taken.contains($0.key) }, part.filter { !taken.contains($0.key) })
  }

  func finish(_ jobs: [RunJob], done: Int) throws {
    try claims.giveBack(jobs.map(\.key))
    state.withLock { $0.done += done }
  }

  func wait(for jobs: [RunJob]) { state.withLock { $0.others += jobs } }
}
