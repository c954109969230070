// The number type that update rules and surfaces are written over.

/// A real number: what an update rule or a surface may compute with.
///
/// A plugin writes its arithmetic once, generic over `Real`; the lab runs it over `Float` (the
/// parameters of a network), over `Double` (a point of a surface) and over `Dual` (exact
/// derivatives). Loops over `Float` and `Double` vectorise: many parameters, or many runs side by
/// side, share one register.
///
/// Literals and hyperparameters are `Double` and mix freely with a `Real`, so that
/// `beta1 * m + (1 - beta1) * g` reads as in the paper; `1 - beta1` is then computed in double
/// precision and rounded once.
public protocol Real: Sendable {
  /// The number nearest to `value`.
  init(_ value: Double)
  /// The nearest double; for a dual number, its value without the derivative.
  var double: Double { get }

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  static func < (a: Self, b: Self) -> Bool
  /// `condition ? a : b` where both are at hand; see the function of that name.
  static func select(_ condition: Bool, _ a: Self, _ b: Self) -> Self

  func squareRoot() -> Self
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func sin(_ x: Self) -> Self
}

extension Real {
  /// Zero.
  @inlinable @inline(__always) public static var zero: Self { Self(0.0) }

  @inlinable @inline(__always)
  public static func select(_ condition: Bool, _ a: Self, _ b: Self) -> Self {
    condition ? a : b
  }

  /// |x|.
  @inlinable public var magnitude: Self {
    @inline(__always) get { Self.select(self < Self(0.0), -self, self) }
  }

  /// −1, 0 or 1: the sign of x, and 0 where x is 0, as the literature on sign methods has it.
  @inlinable public var signum: Self {
    @inline(__always) get {
      let zero = Self(0.0)
      return Self.select(
        zero < self, Self(1.0), Self.select(self < zero, Self(-1.0), zero))
    }
  }

  /// x².
  @inlinable public var squared: Self {
    @inline(__always) get { self * self }
  }

  @inlinable @inline(__always) public static func > (a: Self, b: Self) -> Bool { b < a }

  @inlinable @inline(__always) public static func + (a: Double, b: Self) -> Self { Self(a) + b }
  @inlinable @inline(__always) public static func - (a: Double, b: Self) -> Self { Self(a) - b }
  @inlinable @inline(__always) public static func * (a: Double, b: Self) -> Self { Self(a) * b }
  @inlinable @inline(__always) public static func / (a: Double, b: Self) -> Self { Self(a) / b }
  @inlinable @inline(__always) public static func + (a: Self, b: Double) -> Self { a + Self(b) }
  @inlinable @inline(__always) public static func - (a: Self, b: Double) -> Self { a - Self(b) }
  @inlinable @inline(__always) public static func * (a: Self, b: Double) -> Self { a * Self(b) }
  @inlinable @inline(__always) public static func / (a: Self, b: Double) -> Self { a / Self(b) }

  @inlinable @inline(__always) public static func += (a: inout Self, b: Self) { a = a + b }
  @inlinable @inline(__always) public static func -= (a: inout Self, b: Self) { a = a - b }
  @inlinable @inline(__always) public static func *= (a: inout Self, b: Self) { a = a * b }
  @inlinable @inline(__always) public static func /= (a: inout Self, b: Self) { a = a / b }
  @inlinable @inline(__always) public static func += (a: inout Self, b: Double) { a = a + Self(b) }
  @inlinable @inline(__always) public static func -= (a: inout Self, b: Double) { a = a - Self(b) }
  @inlinable @inline(__always) public static func *= (a: inout Self, b: Double) { a = a * Self(b) }
  @inlinable @inline(__always) public static func /= (a: inout Self, b: Double) { a = a / Self(b) }
}

/// a where the condition holds, and b where it does not: for an update rule with cases. Both are
/// computed, and there is no branch, with which a loop over coordinates would not be vectorised.
@inlinable @inline(__always)
public func select<R: Real>(_ condition: Bool, _ a: R, _ b: R) -> R { R.select(condition, a, b) }
/// The larger of two numbers; a where one is NaN.
@inlinable @inline(__always)
public func maximum<R: Real>(_ a: R, _ b: R) -> R { R.select(a < b, b, a) }
/// The smaller of two numbers; a where one is NaN.
@inlinable @inline(__always)
public func minimum<R: Real>(_ a: R, _ b: R) -> R { R.select(b < a, b, a) }
/// eˣ.
@inlinable @inline(__always)
public func exp<R: Real>(_ x: R) -> R { R.exp(x) }
/// The natural logarithm.
@inlinable @inline(__always)
public func log<R: Real>(_ x: R) -> R { R.log(x) }
/// The cosine of an angle in radians.
@inlinable @inline(__always)
public func cos<R: Real>(_ x: R) -> R { R.cos(x) }
/// The sine of an angle in radians.
@inlinable @inline(__always)
public func sin<R: Real>(_ x: R) -> R { R.sin(x) }

/// baseⁿ for n ≥ 0, by repeated squaring: at most 2 log₂ n multiplications, each correctly rounded.
@inlinable
public func power<R: Real>(_ base: R, _ exponent: Int) -> R {
  var result = R(1.0)
  var square = base
  var n = exponent
  while n > 0 {
    if n & 1 == 1 { result = result * square }
    square = square * square
    n >>= 1
  }
  return result
}
