// OpenBLAS's own threads: a setting of the whole process.

import COpenBLAS

/// Sets how many threads OpenBLAS uses. The lab runs one worker per core and each with one thread,
/// so that runs do not disturb each other and their numbers do not depend on the machine's load.
public func setBLASThreads(_ count: Int) {
  openblas_set_num_threads(Int32(count))
}
