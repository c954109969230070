// The point at which a surface is evaluated: a fixed pair, or any number of coordinates in memory.

/// The coordinates of a point. A surface's formula is written once over this and runs on all kinds.
public protocol Coordinates {
  associatedtype Value: Real
  /// The dimension.
  var count: Int { get }
  subscript(i: Int) -> Value { get set }
}

/// A point of the plane, held in registers.
public struct Planar<Value: Real>: Coordinates, Sendable {
  public var x: Value
  public var y: Value

  @inlinable @inline(__always)
  public init(_ x: Value, _ y: Value) {
    self.x = x
    self.y = y
  }

  @inlinable public var count: Int { @inline(__always) get { 2 } }

  @inlinable
  public subscript(i: Int) -> Value {
    @inline(__always) get { i == 0 ? x : y }
    @inline(__always) set { if i == 0 { x = newValue } else { y = newValue } }
  }
}

/// A point in memory, its coordinates a fixed number of elements apart.
public struct Strided<Value: Real>: Coordinates {
  @usableFromInline let base: UnsafeMutablePointer<Value>
  public let count: Int
  @usableFromInline let stride: Int

  @inlinable @inline(__always)
  public init(_ base: UnsafeMutablePointer<Value>, count: Int, stride: Int = 1) {
    self.base = base
    self.count = count
    self.stride = stride
  }

  @inlinable
  public subscript(i: Int) -> Value {
    @inline(__always) get { base[i * stride] }
    @inline(__always) nonmutating set { base[i * stride] = newValue }
  }
}

/// The gradient of a surface of two coordinates at a point, for the step with a number (which
/// selects the noise, where there is any).
public typealias PlanarGradient = (Planar<Double>, Int) -> Planar<Double>
