// Memory that not every run needs.

/// Memory that is taken when it is first asked for, and kept.
final class Workspace<R: BinaryFloatingPoint> {
  private var memory: UnsafeMutablePointer<R>?
  private var capacity = 0

  init() {}

  deinit { if let memory { free(aligned: memory) } }

  /// Room for `count` numbers, at first zeros: the same until more is asked for.
  func room(_ count: Int) -> UnsafeMutablePointer<R> {
    if let memory, count <= capacity { return memory }
    if let memory { free(aligned: memory) }
    let larger: UnsafeMutablePointer<R> = allocateAligned(count)
    memory = larger
    capacity = count
    return larger
  }
}
