// Sixteen channels at a time.

/// Sixteen channels of one pixel, or one number of a tile for each of them.
typealias ChannelGroup = SIMD16<Float>

extension SIMD16 where Scalar: NetworkScalar {
  /// The groups that `channels` fill, the last one perhaps in part.
  static func groups(_ channels: Int) -> Int { (channels + scalarCount - 1) / scalarCount }

  /// Calls `body` with the first channel of each group, and how many channels there are from it on.
  @inline(__always)
  static func eachGroup(_ channels: Int, _ body: (_ first: Int, _ left: Int) -> Void) {
    var first = 0
    while first < channels {
      body(first, channels &- first)
      first &+= scalarCount
    }
  }

  /// The first `count` elements from memory, at most all of them; the others are 0.
  @inline(__always)
  init(_ source: UnsafePointer<Scalar>, stride: Int = 1, count: Int) {
    if count >= Self.scalarCount && stride == 1 {
      self = UnsafeRawPointer(source).loadUnaligned(as: Self.self)
    } else {
      self = .zero
      for k in 0..<Swift.min(count, Self.scalarCount) { self[k] = source[k * stride] }
    }
  }

  /// Writes the first `count` elements to memory, at most all of them.
  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Scalar>, stride: Int = 1, count: Int) {
    if count >= Self.scalarCount && stride == 1 {
      UnsafeMutableRawPointer(target).storeBytes(of: self, as: Self.self)
    } else {
      for k in 0..<Swift.min(count, Self.scalarCount) { target[k * stride] = self[k] }
    }
  }
}
