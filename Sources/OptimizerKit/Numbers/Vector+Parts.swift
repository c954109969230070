// Sums and norms over parts of a vector: a tensor, a row of a matrix.

extension Vector {
  /// The scalar product over some of the elements, in the order of `dot`.
  @inlinable
  public func dot(_ v: Vector, over range: Range<Int>) -> Double {
    precondition(
      v.count == count && range.lowerBound >= 0 && range.upperBound <= count,
      "a part of two vectors of one length")
    let x = pointer
    let y = v.pointer
    return interleavedSum(range) { x[$0].double * y[$0].double }
  }

  /// The Euclidean norm of some of the elements.
  @inlinable
  public func norm(over range: Range<Int>) -> Double { dot(self, over: range).squareRoot() }

  /// The sum of some of the elements.
  @inlinable
  public func sum(over range: Range<Int>) -> Double {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a part of the vector")
    let x = pointer
    return interleavedSum(range) { x[$0].double }
  }
}

/// Σ term(i), accumulated in double precision over eight interleaved partial sums (a fixed order: the
/// same numbers give the same bits).
@inlinable @inline(__always)
func interleavedSum(_ range: Range<Int>, _ term: (Int) -> Double) -> Double {
  var sums = SIMD8<Double>(repeating: 0)
  var i = range.lowerBound
  while i + 8 <= range.upperBound {
    for k in 0..<8 { sums[k] += term(i + k) }
    i += 8
  }
  var total = sums.sum()
  while i < range.upperBound {
    total += term(i)
    i += 1
  }
  return total
}

extension ParameterLayout.Tensor {
  /// Where its elements lie in the flat vector.
  @inlinable public var range: Range<Int> { offset..<offset + count }
}
