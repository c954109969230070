// A point that takes time to find.

import Synchronization

/// A point that is computed once, when it is first asked for; copies of a surface share it.
public final class LazyPoint: Sendable {
  private let stored = Mutex<[Double]?>(nil)

  public init() {}

  public func value(_ compute: () -> [Double]) -> [Double] {
    if let found = stored.withLock({ $0 }) { return found }
    let found = compute()
    stored.withLock { $0 = found }
    return found
  }
}
