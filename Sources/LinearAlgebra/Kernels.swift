// Which of OpenBLAS's kernels are in use.

import COpenBLAS

/// The name of the kernels that OpenBLAS chose for this processor when it was loaded, or that the
/// environment variable OPENBLAS_CORETYPE made it choose: `Haswell`, `SkylakeX`, `Cooperlake`, ...
///
/// Timings mean little without it: on a processor with AVX-512, `Haswell` makes training of a
/// 784-128-64-10 net 1.7 times slower. Sums are taken in another order too, so that results agree
/// to rounding only.
public func blasKernels() -> String { String(cString: openblas_get_corename()) }
