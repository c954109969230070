// The threads that the libraries would start. The lab runs one worker per core and each with one
// thread, so that runs do not disturb each other and their numbers do not depend on the machine's
// load.

import COneDNN
import COpenBLAS

/// Sets how many threads OpenBLAS uses: a setting of the whole process.
public func setBLASThreads(_ count: Int) {
  openblas_set_num_threads(Int32(count))
}

/// Keeps oneDNN on the calling thread. OpenMP remembers it for each thread apart, so this stands
/// before every call.
public func useOneThreadForOneDNN() { omp_set_num_threads(1) }
