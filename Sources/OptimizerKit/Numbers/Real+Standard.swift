// Float and Double as `Real`: the operators are the standard library's, sine and cosine the C
// library's; exponential and logarithm see Exponential.swift.

import Glibc

extension Double: Real {
  @inlinable public var double: Double { @inline(__always) get { self } }
  @inlinable @inline(__always)
  public static func select(_ condition: Bool, _ a: Double, _ b: Double) -> Double {
    // By bits: of `condition ? a : b` the compiler may make branches. All ones where it holds.
    let mask = 0 &- UInt64(unsafeBitCast(condition, to: UInt8.self))
    return Double(bitPattern: a.bitPattern & mask | b.bitPattern & ~mask)
  }
  public static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  public static func sin(_ x: Double) -> Double { Glibc.sin(x) }
}

extension Float: Real {
  @inlinable public var double: Double { @inline(__always) get { Double(self) } }
  @inlinable @inline(__always)
  public static func select(_ condition: Bool, _ a: Float, _ b: Float) -> Float {
    // By bits: of `condition ? a : b` the compiler may make branches. All ones where it holds.
    let mask = 0 &- UInt32(unsafeBitCast(condition, to: UInt8.self))
    return Float(bitPattern: a.bitPattern & mask | b.bitPattern & ~mask)
  }
  public static func cos(_ x: Float) -> Float { Glibc.cosf(x) }
  public static func sin(_ x: Float) -> Float { Glibc.sinf(x) }
}
