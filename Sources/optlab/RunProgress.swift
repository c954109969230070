// Runs with a progress bar, and an interrupt that loses nothing.

import Foundation
import Harness

/// Does the runs of a comparison that are missing; shows how far they are.
///
/// - Throws: `CancellationError` at an interrupt (Ctrl-C): what was finished by then is stored.
func performRuns(_ missing: [RunJob], of comparison: Comparison) async throws
  -> (done: Int, reused: Int, seconds: Double)
{
  try warnOfDamage(missing, of: comparison)
  let begin = monotonicSeconds()
  let bar = ProgressBar(missing)
  let task = Task { try await comparison.run(missing) { bar.show($0) } }
  let interrupt = InterruptHandler { task.cancel() }
  defer { interrupt.stop() }
  do {
    let outcome = try await task.value
    bar.clear()
    return (outcome.done, outcome.reused, monotonicSeconds() - begin)
  } catch  where interrupt.happened {
    bar.clear()
    Terminal.note("interrupted; what is finished is stored, the same command goes on")
    throw CancellationError()
  }
}

/// Names the runs that are done again because what is stored of them is not what was written.
func warnOfDamage(_ missing: [RunJob], of comparison: Comparison) throws {
  let damaged = try comparison.damaged(missing)
  for job in damaged.prefix(10) {
    Terminal.warn(
      "\(job.label) on \(job.spec.problem.name), seed \(job.spec.seed) (\(job.key.prefix(8))): what "
        + "\(comparison.store.path) has of it is damaged; it is done again")
  }
  if damaged.count > 10 { Terminal.warn("so are \(damaged.count - 10) more runs") }
}

/// Calls a closure at the first interrupt (Ctrl-C); the second one ends the command at once.
final class InterruptHandler: @unchecked Sendable {
  // Sendable: `happened` is only set on the source's queue and read after the work has ended.
  private let source: any DispatchSourceSignal
  private(set) var happened = false

  init(_ action: @escaping @Sendable () -> Void) {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [weak self] in
      if self?.happened == true {
        Supervisor.reportEnd()
        exit(130)
      }
      self?.happened = true
      action()
    }
    source.resume()
  }

  func stop() {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
