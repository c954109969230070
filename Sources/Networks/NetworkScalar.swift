// The number types that a network computes with, and their elementary functions.
//
// Over Float the functions are branch-free polynomials, so that loops over them vectorise: the C
// library's would be called once an element. Over Double, which serves to check gradients, they are
// the C library's.

import Glibc
import LinearAlgebra

/// A number type that a network computes with: `Float` to train, `Double` to check gradients.
public protocol NetworkScalar: BLASScalar, SIMDScalar, Codable {
  /// eˣ, kept within the range of normal numbers.
  static func exponential(_ x: Self) -> Self
  /// eˣ − 1 without the cancellation near 0, kept within the range of normal numbers.
  static func exponentialMinusOne(_ x: Self) -> Self
  /// The hyperbolic tangent.
  static func hyperbolicTangent(_ x: Self) -> Self
  /// Where x is larger than y, or no number.
  ///
  /// Comparisons are asked of the type itself: Swift's own are single instructions for a known type,
  /// and element by element for a generic one.
  static func isLarger(_ x: SIMD16<Self>, than y: SIMD16<Self>)
    -> SIMDMask<SIMD16<Self>.MaskStorage>
  /// Where x is not y.
  static func isOther(_ x: SIMD16<Self>, than y: Self) -> SIMDMask<SIMD16<Self>.MaskStorage>
}

extension Double: NetworkScalar {
  @inline(__always)
  public static func isLarger(_ x: SIMD16<Double>, than y: SIMD16<Double>) -> SIMDMask<
    SIMD16<Int64>
  > {
    (x .> y) .| (x .!= x)
  }
  @inline(__always)
  public static func isOther(_ x: SIMD16<Double>, than y: Double) -> SIMDMask<SIMD16<Int64>> {
    x .!= y
  }

  @inline(__always)
  public static func exponential(_ x: Double) -> Double { Glibc.exp(x) }
  @inline(__always)
  public static func exponentialMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
  @inline(__always)
  public static func hyperbolicTangent(_ x: Double) -> Double { Glibc.tanh(x) }
}

extension Float: NetworkScalar {
  @inline(__always)
  public static func isLarger(_ x: SIMD16<Float>, than y: SIMD16<Float>) -> SIMDMask<SIMD16<Int32>>
  {
    (x .> y) .| (x .!= x)
  }
  @inline(__always)
  public static func isOther(_ x: SIMD16<Float>, than y: Float) -> SIMDMask<SIMD16<Int32>> {
    x .!= y
  }

  /// eˣ = 2ⁿ eʳ with n the integer nearest to x / ln 2, and eʳ by a polynomial of degree 7 on
  /// |r| ≤ ln 2 / 2. Arguments are clamped to -87.3 ... 88.3; NaN gives NaN. Within 2 units in the
  /// last place.
  ///
  /// The coefficients are Cephes' `expf` (Moshier, netlib.org/cephes).
  @inline(__always)
  public static func exponential(_ x: Float) -> Float {
    let (power, fraction) = powerAndFraction(x)
    return (fraction + 1) * power
  }

  /// 2ⁿ (eʳ − 1) + (2ⁿ − 1), with n and r as in `exponential`: where n = 0, no digit is lost.
  /// Within 3 units in the last place.
  @inline(__always)
  public static func exponentialMinusOne(_ x: Float) -> Float {
    let (power, fraction) = powerAndFraction(x)
    return fraction * power + (power - 1)
  }

  /// 2ⁿ and eʳ − 1.
  @inline(__always)
  private static func powerAndFraction(_ x: Float) -> (power: Float, fraction: Float) {
    var x = x < -87.3 ? -87.3 : x
    x = 88.3 < x ? 88.3 : x
    // Adding 1.5 · 2²³ leaves the nearest integer in the lowest bits.
    let shifted = x * 1.44269504 + 12_582_912
    let n = shifted - 12_582_912
    let r = (x - n * 0.693359375) + n * 2.12194440e-4
    var p: Float = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    return (Float(bitPattern: (shifted.bitPattern &+ 127) &<< 23), (p * r) * r + r)
  }

  /// tanh x as a ratio of polynomials of degrees 13 and 6, minimax on |x| ≤ 7.9, beyond which the
  /// result is ±1; NaN gives NaN. Within 6 units in the last place.
  ///
  /// The coefficients are Eigen's `ptanh_float` (eigen.tuxfamily.org).
  @inline(__always)
  public static func hyperbolicTangent(_ x: Float) -> Float {
    var x = x < -7.90531110763549805 ? -7.90531110763549805 : x
    x = 7.90531110763549805 < x ? 7.90531110763549805 : x
    let s = x * x
    var p: Float = -2.76076847742355e-16
    p = p * s + 2.00018790482477e-13
    p = p * s - 8.60467152213735e-11
    p = p * s + 5.12229709037114e-08
    p = p * s + 1.48572235717979e-05
    p = p * s + 6.37261928875436e-04
    p = p * s + 4.89352455891786e-03
    var q: Float = 1.19825839466702e-06
    q = q * s + 1.18534705686654e-04
    q = q * s + 2.26843463243900e-03
    q = q * s + 4.89352518554385e-03
    return x * p / q
  }
}
