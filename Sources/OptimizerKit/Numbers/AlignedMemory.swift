// Memory for numbers that loops walk through.

import Glibc

/// Memory of `bytes`, at the beginning of a cache line; `deallocate()` gives it back.
///
/// Four megabytes or more lie in large pages where the system has them (`madvise`, Linux): the
/// processor then has few places to look up, which is 10 to 20 % of the time of an update of ten
/// million parameters.
///
/// Behind it lie 512 bytes that nobody reads: convolutions of oneDNN 2.6 on processors with AVX2 and
/// without AVX-512 write past the end of a signal whose channels do not fill a block (seen to be more
/// than 32 bytes; with these, nothing is overwritten).
public func allocateAligned(bytes: Int) -> UnsafeMutableRawPointer {
  let largePage = 1 << 21
  let bytes = bytes + 512
  guard bytes >= 2 * largePage else {
    return .allocate(byteCount: max(bytes, 1), alignment: 64)
  }
  let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: largePage)
  // A wish: where it is not granted, pages are small.
  madvise(memory, bytes, MADV_HUGEPAGE)
  return memory
}
