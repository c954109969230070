// Integers and texts in bytes, little-endian: what workers send and the store keeps.

import Foundation

/// Bytes that are not what they should be.
public struct MalformedData: Error, CustomStringConvertible {
  public let description: String
}

extension RangeReplaceableCollection<UInt8> {
  mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}

/// Reads bytes in order.
struct ByteReader {
  let data: Data
  var offset: Int

  init(_ data: Data) {
    self.data = data
    offset = data.startIndex
  }

  var remaining: Int { data.endIndex - offset }

  mutating func next<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    try take(MemoryLayout<T>.size) { T(littleEndian: $0.loadUnaligned(as: T.self)) }
  }

  mutating func text(_ count: Int) throws -> String {
    try take(count) { String(decoding: $0, as: UTF8.self) }
  }

  mutating func bytes(_ count: Int) throws -> Data {
    try check(count)
    defer { offset += count }
    return data[offset..<offset + count]
  }

  /// Gives the next bytes to `body`, in place.
  @inline(__always)
  private mutating func take<T>(_ count: Int, _ body: (UnsafeRawBufferPointer) -> T) throws -> T {
    try check(count)
    defer { offset += count }
    let start = offset - data.startIndex
    return data.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
    }
  }

  private func check(_ count: Int) throws {
    guard count >= 0, remaining >= count else {
      throw MalformedData(description: "the data are cut short")
    }
  }
}
