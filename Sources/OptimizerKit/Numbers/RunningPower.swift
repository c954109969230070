// βᵗ, step after step, at the price of one multiplication: what bias corrections divide by.

/// The power βᵗ for steps t = 1, 2, 3, ....
///
///     private var power1 = RunningPower()
///     mutating func prepare(step: Int) { correction = 1 / (1 - power1(beta1, step)) }
///
/// While β stays the same and t counts up, βᵗ is the last value times β; after a jump, or where a
/// schedule changes β, it is computed anew by repeated squaring. Both carry the rounding error of
/// each product along (its exact value is one fused multiply-add away), so that the result is βᵗ
/// rounded once whichever way it was reached. Powers below 10⁻²⁸⁰ are taken as 0.
///
/// Source: Dekker 1971, doi:10.1007/BF01397083 (double-length arithmetic).
public struct RunningPower: Sendable {
  /// βᵗ as an unevaluated sum of two numbers.
  @usableFromInline var value = DoubleLength(1)
  @usableFromInline var base = Double.nan
  @usableFromInline var exponent = 0

  public init() {}

  /// βⁿ for n ≥ 0.
  @inlinable @inline(__always)
  public mutating func callAsFunction(_ base: Double, _ exponent: Int) -> Double {
    if base == self.base, exponent == self.exponent &+ 1 {
      value = value.times(base)
      // Subnormal numbers would slow every further step down.
      if value.high.magnitude < 1e-280 { value = DoubleLength(0) }
    } else {
      restart(base, exponent)
    }
    self.exponent = exponent
    return value.high + value.low
  }

  /// Repeated squaring, kept out of the loops that never come here.
  @usableFromInline @inline(never)
  mutating func restart(_ base: Double, _ exponent: Int) {
    self.base = base
    value = DoubleLength(1)
    var square = DoubleLength(base)
    var n = exponent
    while n > 0 {
      if n & 1 == 1 { value = value.times(square) }
      square = square.times(square)
      n >>= 1
    }
    if value.high.magnitude < 1e-280 { value = DoubleLength(0) }
  }
}

/// A number of twice the usual precision, high + low.
@usableFromInline
struct DoubleLength: Sendable {
  @usableFromInline var high: Double
  @usableFromInline var low: Double

  @inlinable @inline(__always)
  init(_ high: Double, _ low: Double = 0) {
    self.high = high
    self.low = low
  }

  /// The product with a double.
  @inlinable @inline(__always)
  func times(_ factor: Double) -> DoubleLength {
    let product = high * factor
    let error = (-product).addingProduct(high, factor)
    return DoubleLength(product, error.addingProduct(low, factor))
  }

  /// The product of two.
  @inlinable @inline(__always)
  func times(_ factor: DoubleLength) -> DoubleLength {
    let product = high * factor.high
    let error = (-product).addingProduct(high, factor.high)
    return DoubleLength(
      product, error.addingProduct(low, factor.high).addingProduct(high, factor.low))
  }
}
