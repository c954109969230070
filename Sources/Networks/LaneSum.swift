// Sums that vectorise: Swift never reorders floating-point additions, so the order is chosen here.

/// Σ term(i) for i in 0 ..< count, accurate and in a fixed order.
///
/// Sixteen interleaved partial sums in `R`, which fill the registers of a vector unit, over blocks
/// of 1024 terms; the blocks are added in double precision. In single precision the error of a sum
/// of terms of one sign is below 64 roundings, 4e-6 of it, however long the sum.
///
/// `term` is called once for each i, in order.
@inline(__always)
func laneSum<R: NetworkScalar>(_ count: Int, _ term: (Int) -> R) -> Double {
  let lanes = 16
  let block = 1024
  return withUnsafeTemporaryAllocation(of: R.self, capacity: lanes) { sums in
    let sums = sums.baseAddress!
    var total = 0.0
    var start = 0
    while start + lanes <= count {
      let end = min(start + block, count)
      for k in 0..<lanes { sums[k] = 0 }
      while start + lanes <= end {
        for k in 0..<lanes { sums[k] += term(start + k) }
        start += lanes
      }
      for k in 0..<lanes { total += Double(sums[k]) }
    }
    while start < count {
      total += Double(term(start))
      start += 1
    }
    return total
  }
}
