// Exponential and logarithm by arithmetic alone: a loop with them is vectorised, which one with calls
// of the C library is not, and the same number gives the same bits on any machine.
//
// Neither has a branch: what is special (0, infinity, NaN, subnormal numbers) is selected, or follows
// from the arithmetic. A number to be rounded to an integer, or taken out of an exponent, is added to
// 1.5 · 2^p with p the digits of a significand: its last bits are then those of the integer.
//
// exp: eˣ = 2ⁿ eʳ with |r| ≤ ½ ln 2, and eʳ = 1 + r + r² q(r), where q is the polynomial with the
// least largest error (Remez). r is the difference of two numbers, of which the larger is exact, and 2ⁿ
// is multiplied with in halves, so that results may overflow, or become subnormal, by themselves.
//
// log: ln x = k ln 2 + ln(1 + f) with √½ ≤ 1 + f < √2, the latter from a polynomial in f / (2 + f).
//
// Sources: Tang 1989, doi:10.1145/63522.214389 (reduction); fdlibm's e_log.c and FreeBSD's e_logf.c.

extension Double {
  /// eˣ; measured against 50 digits it is within 0.77 units in the last place, also where it is
  /// subnormal.
  @inlinable @inline(__always)
  public static func exp(_ x: Double) -> Double {
    let x = select(x < -746, -746, select(x > 710, 710, x))
    let n = (x * 1.4426950408889634).roundedByAddition
    let larger = x - n * 0x1.62e42feep-1
    let smaller = n * 0x1.a39ef35793c76p-33
    let r = larger - smaller
    let (r2, r4) = (r * r, r * r * (r * r))
    let q01 = 0.5000000000000013 + 0.166666666666667 * r
    let q23 = 0.041666666666514934 + 0.008333333333307123 * r
    let q45 = 0.0013888888947156057 + 0.00019841269917562364 * r
    let q67 = 2.480148978588484e-05 + 2.7557216139899634e-06 * r
    let q89 = 2.7631339690467974e-07 + 2.5117912394195677e-08 * r
    let q = (q01 + q23 * r2) + ((q45 + q67 * r2) + q89 * r4) * r4
    let sum = 1 + larger
    let result = sum + (((1 - sum) + larger) + (r2 * q - smaller))
    let half = (0.5 * n).roundedByAddition
    return result * powerOf2(half) * powerOf2(n - half)
  }

  /// The natural logarithm; measured against 50 digits it is within 0.82 units in the last place.
  @inlinable @inline(__always)
  public static func log(_ x: Double) -> Double {
    let isSubnormal = x < 0x1p-1022
    let root: UInt64 = 0x3fe6_a09e_667f_3bcd  // √½
    let bits = select(isSubnormal, x * 0x1p54, x).bitPattern &- root &+ 1023 << 52
    let k = Double(bitPattern: bits >> 52 | 0x1p52.bitPattern) - (0x1p52 + 1023)
    let exponent = k - select(isSubnormal, 54, 0)
    let f = Double(bitPattern: bits & (1 << 52 - 1) &+ root) - 1
    let s = f / (2 + f)
    let (s2, s4) = (s * s, s * s * (s * s))
    let odd = 0.2857142874366239 + s4 * (0.1818357216161805 + s4 * 0.14798198605116586)
    let even = 0.3999999999940942 + s4 * (0.22222198432149784 + s4 * 0.15313837699209373)
    let series = s2 * (0.6666666666666735 + s4 * odd) + s4 * even
    let square = 0.5 * f * f
    let smaller = s * (square + series) + exponent * 0x1.a39ef35793c76p-33
    let result = exponent * 0x1.62e42feep-1 - ((square - smaller) - f)
    let special = select(x == 0, -.infinity, select(x < 0, .nan, x))
    return select(x > 0 && x < .infinity, result, special)
  }

  /// The nearest integer, of two the even one; for numbers below 2⁵¹.
  @inlinable
  var roundedByAddition: Double { @inline(__always) get { self + 0x1.8p52 - 0x1.8p52 } }

  /// 2ⁿ for an integer −1022 ≤ n ≤ 1023.
  @inlinable @inline(__always)
  static func powerOf2(_ n: Double) -> Double {
    Double(bitPattern: ((n + 0x1.8p52).bitPattern &+ 1023) << 52)
  }
}

extension Float {
  /// eˣ, within 0.81 units in the last place, also where it is subnormal (measured at all numbers).
  @inlinable @inline(__always)
  public static func exp(_ x: Float) -> Float {
    let x = select(x < -104, -104, select(x > 89, 89, x))
    let n = (x * 1.442695).roundedByAddition
    let larger = x - n * 0x1.63p-1
    let smaller = n * -0.00021219444
    let r = larger - smaller
    let r2 = r * r
    let (q01, q23) = (0.5 + 0.16666518 * r, 0.041666206 + 0.008368918 * r)
    let q = q01 + (q23 + 0.0013950542 * r2) * r2
    let sum = 1 + larger
    let result = sum + (((1 - sum) + larger) + (r2 * q - smaller))
    let half = (0.5 * n).roundedByAddition
    return result * powerOf2(half) * powerOf2(n - half)
  }

  /// The natural logarithm, within 0.84 units in the last place (measured at all numbers).
  @inlinable @inline(__always)
  public static func log(_ x: Float) -> Float {
    let isSubnormal = x < 0x1p-126
    let root: UInt32 = 0x3f35_04f3  // √½
    let bits = select(isSubnormal, x * 0x1p25, x).bitPattern &- root &+ 127 << 23
    let k = Float(bitPattern: bits >> 23 | (0x1p23 as Float).bitPattern) - (0x1p23 + 127)
    let exponent = k - select(isSubnormal, 25, 0)
    let f = Float(bitPattern: bits & (1 << 23 - 1) &+ root) - 1
    let s = f / (2 + f)
    let (s2, s4) = (s * s, s * s * (s * s))
    let series = s2 * (0.6666666 + s4 * 0.28498787) + s4 * (0.40000972 + s4 * 0.24279079)
    let square = 0.5 * f * f
    let smaller = s * (square + series) + exponent * 9.058001e-06
    let result = exponent * 0.6931381 - ((square - smaller) - f)
    let special = select(x == 0, -.infinity, select(x < 0, .nan, x))
    return select(x > 0 && x < .infinity, result, special)
  }

  /// The nearest integer, of two the even one; for numbers below 2²².
  @inlinable
  var roundedByAddition: Float { @inline(__always) get { self + 0x1.8p23 - 0x1.8p23 } }

  /// 2ⁿ for an integer −126 ≤ n ≤ 127.
  @inlinable @inline(__always)
  static func powerOf2(_ n: Float) -> Float {
    Float(bitPattern: ((n + 0x1.8p23).bitPattern &+ 127) << 23)
  }
}
