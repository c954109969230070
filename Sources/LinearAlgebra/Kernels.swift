// Which of OpenBLAS's kernels are in use.

import COpenBLAS

/// The name of the kernels that OpenBLAS chose for this processor when it was loaded, or that the
/// environment variable OPENBLAS_CORETYPE made it choose: `Haswell`, `SkylakeX`, `Cooperlake`, ...
///
/// Timings mean little without it: on a processor with AVX-512, `Haswell` makes training of a
/// 784-128-64-10 net 1.7 times slower. Sums are taken in another order too, so that results agree
/// to rounding only.
public func blasKernels() -> String { String(cString: openblas_get_corename()) }

/// The kernels that fit this processor better than those that OpenBLAS chose; nil where it chose well.
///
/// An OpenBLAS that is older than the processor does not know it and falls back to `Prescott`, of 2004:
/// on an Emerald Rapids that makes muon's step on a 784-1000-500-100-10 net 2.6 times slower.
public func betterBLASKernels() -> String? {
  betterKernels(than: blasKernels(), fitting: fitting_kernels().map { String(cString: $0) })
}

/// - Parameters:
///   - chosen: the kernels in use.
///   - fitting: those that the processor's instructions are enough for.
func betterKernels(than chosen: String, fitting: String?) -> String? {
  let wide = ["Haswell", "Zen", "Excavator", "SkylakeX", "Cooperlake", "SapphireRapids"]
  return wide.contains { $0.lowercased() == chosen.lowercased() } ? nil : fitting
}
