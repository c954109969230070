// Sums that vectorise: Swift never reorders floating-point additions, so the order is chosen here.

/// Σ term(i) for i in 0 ..< count, in double precision and in a fixed order: 64 interleaved partial
/// sums, then those in halves. `term` is called once for each i, in order.
@inlinable @inline(__always)
public func interleavedSum(_ count: Int, _ term: (Int) -> Double) -> Double {
  let width = 64
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { sums in
    let sums = sums.baseAddress!
    for k in 0..<width { sums[k] = 0 }
    var start = 0
    while start < count {
      let part = min(width, count - start)
      // The check of an overflow would keep the loop from being vectorised.
      for k in 0..<part { sums[k] += term(start &+ k) }
      start &+= part
    }
    var half = width / 2
    while half > 0 {
      for k in 0..<half { sums[k] += sums[k + half] }
      half /= 2
    }
    return sums[0]
  }
}

/// Σ xᵢ yᵢ in double precision.
@inlinable
public func dot<R: Real>(_ x: UnsafePointer<R>, _ y: UnsafePointer<R>, _ count: Int) -> Double {
  interleavedSum(count) { x[$0].double * y[$0].double }
}

/// √Σ xᵢ² in double precision.
@inlinable
public func norm<R: Real>(_ x: UnsafePointer<R>, _ count: Int) -> Double {
  dot(x, x, count).squareRoot()
}
