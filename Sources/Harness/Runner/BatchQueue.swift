// Batches that wait for a worker, and workers that wait for a batch.

import Foundation
import OptimizerKit
import Synchronization

/// Runs that were asked for together: where what becomes of them is reported.
final class RunRequest: Sendable {
  private struct State {
    var open: Int
    var failure: (any Error)?
    var waiter: CheckedContinuation<Void, any Error>?
  }
  private let state: Mutex<State>
  private let onEvent: @Sendable (RunEvent) throws -> Void
  /// How many runs are done at the same time.
  let concurrency: Int

  init(
    jobs: Int, concurrency: Int, onEvent: @escaping @Sendable (RunEvent) throws -> Void
  ) {
    state = Mutex(State(open: jobs))
    self.concurrency = concurrency
    self.onEvent = onEvent
  }

  /// Whether nobody waits for its runs any more.
  var isOver: Bool { state.withLock { $0.open <= 0 || $0.failure != nil } }

  /// Reports an event. What the listener throws ends the request.
  func report(_ event: RunEvent) {
    guard !isOver else { return }
    do {
      try onEvent(event)
      if case .finished(let runs) = event { close(runs.count) }
    } catch { fail(error) }
  }

  private func close(_ count: Int) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      state.open -= count
      guard state.open <= 0 else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Ends the request: its other runs are not done.
  func fail(_ error: any Error) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      if state.failure == nil { state.failure = error }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(throwing: error)
  }

  /// Waits until all runs are reported; throws what ended the request before.
  func wait() async throws {
    try await withCheckedThrowingContinuation { continuation in
      let ready = state.withLock { state -> Result<Void, any Error>? in
        if let failure = state.failure { return .failure(failure) }
        if state.open <= 0 { return .success(()) }
        state.waiter = continuation
        return nil
      }
      if let ready { continuation.resume(with: ready) }
    }
  }
}

/// Batches in order, apart for each set of run-time plugins.
final class BatchQueue: Sendable {
  typealias Item = (batch: RunBatch, request: RunRequest)

  /// What a worker is to do next.
  enum Next: Sendable {
    case batch(RunBatch, RunRequest)
    /// Make room for a worker with other plugins.
    case leave
    case end
  }

  private struct Waiter {
    let id: UInt64
    let plugins: Set<String>?
    let continuation: CheckedContinuation<Next, Never>
  }
  private struct State {
    var items: [Item] = []
    /// How many of the items were handed out; they are removed now and then.
    var first = 0
    var waiters: [Waiter] = []
    var nextID: UInt64 = 0
    var isClosed = false

    /// The next batch for a worker that did batches with these plugins; for a new one, any.
    mutating func take(_ plugins: Set<String>?) -> Next? {
      while first < items.count, items[first].request.isOver { first += 1 }
      if first > 1024 {
        items.removeFirst(first)
        first = 0
      }
      guard first < items.count else { return isClosed ? .end : nil }
      guard let plugins else {
        defer { first += 1 }
        return .batch(items[first].batch, items[first].request)
      }
      guard
        let place = (first..<items.count).first(where: {
          items[$0].batch.plugins == plugins && !items[$0].request.isOver
        })
      else { return .leave }
      let item = items.remove(at: place)
      return .batch(item.batch, item.request)
    }
  }
  private let state = Mutex(State())

  /// Adds batches behind those that wait, or (what was given back) in front of them.
  func add(_ batches: [RunBatch], _ request: RunRequest, inFront: Bool = false) {
    let items = batches.map { ($0, request) }
    resume { state in
      if inFront {
        state.items.insert(contentsOf: items, at: state.first)
      } else {
        state.items += items
      }
    }
  }

  /// Lets workers go when nothing waits any more.
  func close() { resume { $0.isClosed = true } }

  /// Waits for what a worker is to do next.
  func next(_ plugins: Set<String>?) async -> Next {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state -> Next? in
          if Task.isCancelled { return .end }
          if let next = state.take(plugins) { return next }
          state.waiters.append(Waiter(id: id, plugins: plugins, continuation: continuation))
          return nil
        }
        if let now { continuation.resume(returning: now) }
      }
    } onCancel: {
      let waiter = state.withLock { state -> Waiter? in
        guard let place = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return state.waiters.remove(at: place)
      }
      waiter?.continuation.resume(returning: .end)
    }
  }

  /// Changes what waits, and hands out what can be.
  private func resume(_ change: (inout State) -> Void) {
    let handed = state.withLock { state -> [(Waiter, Next)] in
      change(&state)
      var handed: [(Waiter, Next)] = []
      state.waiters = state.waiters.filter { waiter in
        guard let next = state.take(waiter.plugins) else { return true }
        handed.append((waiter, next))
        return false
      }
      return handed
    }
    for (waiter, next) in handed { waiter.continuation.resume(returning: next) }
  }
}
