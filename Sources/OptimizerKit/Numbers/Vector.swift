// A vector of parameters: contiguous, aligned to a cache line, a value.

/// A vector of `Float` or `Double`, contiguous, aligned to 64 bytes, with value semantics: a copy
/// shares storage until one of the two is changed.
public struct Vector<R: Real>: @unchecked Sendable {
  // Sendable: the storage is changed only while it is uniquely referenced.

  @usableFromInline
  final class Storage {
    @usableFromInline let base: UnsafeMutablePointer<R>
    @usableFromInline let count: Int

    @usableFromInline
    init(count: Int) {
      base = allocateAligned(bytes: count * MemoryLayout<R>.stride)
        .bindMemory(to: R.self, capacity: max(count, 1))
      self.count = count
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
  }

  @usableFromInline var storage: Storage

  /// `count` copies of `value`.
  @specialized(where R == Float)
  @specialized(where R == Double)
  public init(repeating value: R, count: Int) {
    storage = Storage(count: count)
    storage.base.initialize(repeating: value, count: count)
  }

  /// The elements of `values`.
  public init(_ values: some Collection<R>) {
    storage = Storage(count: values.count)
    var next = storage.base
    for value in values {
      next.initialize(to: value)
      next += 1
    }
  }

  /// The number of elements.
  @inlinable public var count: Int { storage.count }
  /// 0 ..< count.
  @inlinable public var indices: Range<Int> { 0..<storage.count }

  @inlinable
  public subscript(i: Int) -> R {
    get {
      precondition(i >= 0 && i < storage.count, "index out of range")
      return storage.base[i]
    }
    set {
      precondition(i >= 0 && i < storage.count, "index out of range")
      makeUnique()
      storage.base[i] = newValue
    }
  }

  /// The elements, for reading.
  @inlinable public var pointer: UnsafePointer<R> { UnsafePointer(storage.base) }

  /// The elements, for writing; valid while this value lives and is not copied.
  @inlinable
  public mutating func mutablePointer() -> UnsafeMutablePointer<R> {
    makeUnique()
    return storage.base
  }

  /// The elements as an array.
  public var array: [R] { Array(UnsafeBufferPointer(start: storage.base, count: storage.count)) }

  @inlinable
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(count: storage.count)
      copy.base.initialize(from: storage.base, count: storage.count)
      storage = copy
    }
  }
}

extension Vector {
  /// self ← self + α v.
  @inlinable
  public mutating func add(_ alpha: R, _ v: Vector) {
    precondition(v.count == count, "vectors of different length")
    let x = mutablePointer()
    let y = v.pointer
    for i in 0..<count { x[i] = x[i] + alpha * y[i] }
  }

  /// self ← α self.
  @inlinable
  public mutating func scale(_ alpha: R) {
    let x = mutablePointer()
    for i in 0..<count { x[i] = alpha * x[i] }
  }

  /// Every element ← `value`.
  @inlinable
  public mutating func fill(_ value: R) {
    let x = mutablePointer()
    for i in 0..<count { x[i] = value }
  }

  /// Takes over the elements of `v`, without sharing its storage.
  @inlinable
  public mutating func assign(_ v: Vector) {
    precondition(v.count == count, "vectors of different length")
    mutablePointer().update(from: v.pointer, count: count)
  }

  /// self ← (1 − t) self + t v.
  @inlinable
  public mutating func interpolate(_ t: R, to v: Vector) {
    precondition(v.count == count, "vectors of different length")
    let x = mutablePointer()
    let y = v.pointer
    let rest = R(1.0) - t
    for i in 0..<count { x[i] = rest * x[i] + t * y[i] }
  }

  /// a + b; allocates.
  @inlinable
  public static func + (a: Vector, b: Vector) -> Vector {
    var sum = a
    sum.add(R(1.0), b)
    return sum
  }

  /// a − b; allocates.
  @inlinable
  public static func - (a: Vector, b: Vector) -> Vector {
    var difference = a
    difference.add(R(-1.0), b)
    return difference
  }

  /// α v; allocates.
  @inlinable
  public static func * (alpha: Double, v: Vector) -> Vector {
    var product = Vector(repeating: R(0.0), count: v.count)
    product.add(R(alpha), v)
    return product
  }

  /// The scalar product, accumulated in double precision over eight interleaved partial sums
  /// (a fixed order: the same numbers give the same bits).
  @inlinable
  public func dot(_ v: Vector) -> Double {
    precondition(v.count == count, "vectors of different length")
    return dot(v, over: indices)
  }

  /// The Euclidean norm.
  @inlinable public var norm: Double { dot(self).squareRoot() }
}
