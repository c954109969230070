// Whether all that was printed has arrived.

// C's streams are shared state without a lock that Swift knows of; this is the last look at one.
@preconcurrency import Glibc

/// Writes what standard output still holds.
///
/// - Throws: `LabFailure` where not all that was printed could be written.
func finishOutput() throws {
  guard fflush(stdout) == 0, ferror(stdout) == 0 else {
    throw LabFailure("cannot write the output: \(String(cString: strerror(errno)))")
  }
}
