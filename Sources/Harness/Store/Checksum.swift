// A checksum over values of the database: what tells a record that a disk or a copy has changed.

import Foundation
import GRDB

/// 64 bits over values in order.
///
/// Each step takes in eight bytes by an exclusive or, a multiplication by an odd number and a shift
/// that can be undone. For the same state no two words give the same state, and for the same word no
/// two states do: a change within eight bytes is always seen, any other but once in 2⁶⁴.
struct Checksum {
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The name that SQL knows it by.
  static let name = "optlab_checksum"

  /// The checksum of values; NULL of a NULL alone.
  static func of(_ values: some Collection<DatabaseValue>) -> Int64? {
    if values.count == 1, values.first?.isNull == true { return nil }
    var checksum = Checksum()
    for value in values { checksum.add(value) }
    return Int64(bitPattern: checksum.state)
  }

  /// The function for SQL.
  static var function: DatabaseFunction { DatabaseFunction(name, pure: true) { of($0) } }

  private mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x9FB2_1C65_1E98_DF25
    state ^= state >> 32
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let whole = bytes.count & ~7
    for offset in stride(from: 0, to: whole, by: 8) {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    guard whole < bytes.count else { return }
    var rest: UInt64 = 0
    for i in whole..<bytes.count { rest |= UInt64(bytes[i]) << UInt64(8 * (i - whole)) }
    add(rest)
  }

  private mutating func add(_ value: DatabaseValue) {
    switch value.storage {
    case .null: add(0)
    case .int64(let number):
      add(1)
      add(UInt64(bitPattern: number))
    // SQLite keeps no NaN.
    case .double(let number) where number.isNaN: add(0)
    case .double(let number):
      add(2)
      add(number.bitPattern)
    case .string(var text):
      add(3)
      text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    case .blob(let data):
      add(4)
      data.withUnsafeBytes { add($0) }
    }
  }
}
