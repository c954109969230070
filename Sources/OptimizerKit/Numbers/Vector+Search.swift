// What searches ask of a vector: its size in other norms, and whether it is another one.

extension Vector {
  /// max |vᵢ|; NaN where an element is.
  @inlinable public var largestMagnitude: Double {
    var largest = 0.0
    for i in 0..<count {
      let size = pointer[i].double.magnitude
      if size.isNaN { return size }
      if size > largest { largest = size }
    }
    return largest
  }

  /// Σ |vᵢ|
  @inlinable public var sumOfMagnitudes: Double {
    var sum = 0.0
    for i in 0..<count { sum += pointer[i].double.magnitude }
    return sum
  }

  /// Whether every element is the same number; NaN is none.
  @inlinable
  public func isSame(as v: Vector) -> Bool {
    guard v.count == count else { return false }
    for i in 0..<count where pointer[i].double != v.pointer[i].double { return false }
    return true
  }
}
