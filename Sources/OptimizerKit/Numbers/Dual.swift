// Dual numbers: exact derivatives of anything written over `Real`.

/// A dual number a + b ε with ε² = 0: a value and its derivative along one direction.
///
/// Evaluating a surface's gradient at x + ε v gives ∇f(x) + ε ∇²f(x) v, so every surface has exact
/// Hessian–vector products without its author writing one, at about three times the cost of the
/// gradient. The derivative of |x| at 0 is taken as 0-sided (that of x), that of √x there as 0.
///
/// Source: Baydin et al., "Automatic differentiation in machine learning", JMLR 18 (2018).
public struct Dual: Real {
  /// The value a.
  public var value: Double
  /// The derivative b.
  public var derivative: Double

  /// value + derivative ε.
  @inlinable
  public init(_ value: Double, derivative: Double) {
    self.value = value
    self.derivative = derivative
  }

  @inlinable
  public init(_ value: Double) { self.init(value, derivative: 0) }

  @inlinable public var double: Double { value }

  @inlinable
  public static func + (a: Dual, b: Dual) -> Dual {
    Dual(a.value + b.value, derivative: a.derivative + b.derivative)
  }
  @inlinable
  public static func - (a: Dual, b: Dual) -> Dual {
    Dual(a.value - b.value, derivative: a.derivative - b.derivative)
  }
  @inlinable
  public static func * (a: Dual, b: Dual) -> Dual {
    Dual(a.value * b.value, derivative: a.derivative * b.value + a.value * b.derivative)
  }
  @inlinable
  public static func / (a: Dual, b: Dual) -> Dual {
    let quotient = a.value / b.value
    return Dual(quotient, derivative: (a.derivative - quotient * b.derivative) / b.value)
  }
  @inlinable
  public static prefix func - (a: Dual) -> Dual { Dual(-a.value, derivative: -a.derivative) }
  @inlinable
  public static func < (a: Dual, b: Dual) -> Bool { a.value < b.value }

  @inlinable
  public func squareRoot() -> Dual {
    let root = value.squareRoot()
    return Dual(root, derivative: root == 0 ? 0 : derivative / (2 * root))
  }
  @inlinable
  public static func exp(_ x: Dual) -> Dual {
    let e = Double.exp(x.value)
    return Dual(e, derivative: e * x.derivative)
  }
  @inlinable
  public static func log(_ x: Dual) -> Dual {
    Dual(Double.log(x.value), derivative: x.derivative / x.value)
  }
  public static func cos(_ x: Dual) -> Dual {
    Dual(Double.cos(x.value), derivative: -Double.sin(x.value) * x.derivative)
  }
  public static func sin(_ x: Dual) -> Dual {
    Dual(Double.sin(x.value), derivative: Double.cos(x.value) * x.derivative)
  }
}
