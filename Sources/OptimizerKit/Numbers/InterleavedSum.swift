// Sums and maxima that vectorise: Swift never reorders floating-point operations, so the order is
// chosen here.

/// Σ term(i) for i in 0 ..< count, in double precision and in a fixed order: 64 interleaved partial
/// sums, then those in halves. `term` is called once for each i, in order.
@inlinable @inline(__always)
public func interleavedSum(_ count: Int, _ term: (Int) -> Double) -> Double {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { memory in
    let sums = InterleavedSums(memory, at: 0)
    forBlocks(of: count) { sums.add($0, $1, term) }
    return sums.total
  }
}

/// Three such sums in one pass through memory: 64 terms of each in turn, and so on.
@inlinable @inline(__always)
public func interleavedSums(
  _ count: Int, _ a: (Int) -> Double, _ b: (Int) -> Double, _ c: (Int) -> Double
) -> (Double, Double, Double) {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * 64) { memory in
    let first = InterleavedSums(memory, at: 0)
    let second = InterleavedSums(memory, at: 1)
    let third = InterleavedSums(memory, at: 2)
    forBlocks(of: count) {
      first.add($0, $1, a)
      second.add($0, $1, b)
      third.add($0, $1, c)
    }
    return (first.total, second.total, third.total)
  }
}

/// The largest of 0 and term(i) for i in 0 ..< count. `term` is called once for each i, in order.
@inlinable @inline(__always)
public func interleavedMaximum(_ count: Int, _ term: (Int) -> Double) -> Double {
  withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { memory in
    let largest = memory.baseAddress!
    largest.initialize(repeating: 0, count: 64)
    forBlocks(of: count) { start, count in
      for k in 0..<count { largest[k] = maximum(largest[k], term(start &+ k)) }
    }
    return (0..<64).reduce(0) { maximum($0, largest[$1]) }
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

/// Calls `work` with the beginning and the length of every 64 indices below `count`.
@inlinable @inline(__always)
func forBlocks(of count: Int, _ work: (Int, Int) -> Void) {
  var start = 0
  while start < count {
    work(start, min(64, count - start))
    start &+= 64
  }
}

/// 64 partial sums, of terms that lie 64 apart.
@usableFromInline
struct InterleavedSums {
  @usableFromInline let sums: UnsafeMutablePointer<Double>

  /// Those at `index` in memory for some of them; they begin with 0.
  @inlinable @inline(__always)
  init(_ memory: UnsafeMutableBufferPointer<Double>, at index: Int) {
    sums = memory.baseAddress! + 64 * index
    sums.initialize(repeating: 0, count: 64)
  }

  /// Adds `count` terms from that at `start`.
  @inlinable @inline(__always)
  func add(_ start: Int, _ count: Int, _ term: (Int) -> Double) {
    // The check of an overflow would keep the loop from being vectorised.
    for k in 0..<count { sums[k] += term(start &+ k) }
  }

  /// All of them together, in halves.
  @inlinable
  var total: Double {
    @inline(__always) get {
      var half = 32
      while half > 0 {
        for k in 0..<half { sums[k] += sums[k + half] }
        half /= 2
      }
      return sums[0]
    }
  }
}
