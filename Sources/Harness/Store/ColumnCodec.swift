// Columns of numbers in few bytes, without loss.
//
// The values of a path hardly change from row to row, and their differences change even less. Every
// value is a 64-bit word: an integer as it is, a number as its bit pattern with the sign moved to the
// lowest place (so that neighbours in size are neighbours as integers, and a path that zig-zags does
// not jump). Words come in blocks of 32; of each block the differences of the order (0 to 3) that
// makes them smallest are kept, folded to be positive, in as many bits as the largest of them needs.
//
// A block is two bytes (order + 4 × bits, little-endian) and 32 × bits bits, lowest first, filled up to
// whole bytes; the last block is filled up with zeros. Similar in spirit to Gorilla (Pelkonen et al.
// 2015, doi:10.14778/2824032.2824078) and FPC (Burtscher and Ratanaworabhan 2009,
// doi:10.1109/TC.2008.131), and as fast as memory where nothing changes.

import Foundation
import OptimizerKit

enum ColumnCodec {
  private static let blockSize = 32

  /// The word of a number.
  @inline(__always)
  static func word(_ value: Double) -> UInt64 { (value.bitPattern << 1) | (value.bitPattern >> 63) }
  /// The number of a word.
  @inline(__always)
  static func number(_ word: UInt64) -> Double { Double(bitPattern: (word >> 1) | (word << 63)) }

  /// Appends the words of a column.
  static func encode(
    count: Int, to data: inout Data, _ word: (Int) -> UInt64
  ) {
    let blocks = (count + blockSize - 1) / blockSize
    // The three words before the present block, oldest first.
    var before: (UInt64, UInt64, UInt64) = (0, 0, 0)
    // Words with those three in front; then the differences of each order.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 5 * (blockSize + 3)) { memory in
      let words = memory.baseAddress!
      let orders = (0..<4).map { words + (1 + $0) * (blockSize + 3) }
      var bytes = [UInt8](repeating: 0, count: 2 + 8 * blockSize + 8)
      for block in 0..<blocks {
        let start = block * blockSize
        let filled = min(blockSize, count - start)
        (words[0], words[1], words[2]) = before
        for i in 0..<filled { words[3 + i] = word(start + i) }
        // What fills the last block up costs no width.
        for i in filled..<blockSize { words[3 + i] = words[2 + i] }
        var best = (order: 0, bits: 65)
        for order in 0..<4 {
          let residuals = orders[order]
          var all: UInt64 = 0
          for i in 0..<blockSize {
            let w = words + (3 + i)
            let difference =
              switch order {
              case 0: w[0]
              case 1: w[0] &- w[-1]
              case 2: w[0] &- 2 &* w[-1] &+ w[-2]
              default: w[0] &- 3 &* w[-1] &+ 3 &* w[-2] &- w[-3]
              }
            // Small differences of either sign become small words.
            let folded = (difference << 1) ^ UInt64(bitPattern: Int64(bitPattern: difference) >> 63)
            residuals[i] = i < filled ? folded : 0
            all |= residuals[i]
          }
          let bits = 64 - all.leadingZeroBitCount
          if bits < best.bits { best = (order, bits) }
        }
        before = (words[blockSize], words[blockSize + 1], words[blockSize + 2])
        let size = 2 + 4 * best.bits
        let head = UInt16(best.order | best.bits << 2)
        bytes[0] = UInt8(truncatingIfNeeded: head)
        bytes[1] = UInt8(truncatingIfNeeded: head >> 8)
        bytes.withUnsafeMutableBytes { pack(orders[best.order], best.bits, into: $0, at: 2) }
        bytes.withUnsafeBytes { data.append(contentsOf: $0.prefix(size)) }
      }
    }
  }

  /// Reads `count` words back.
  static func decode(count: Int, from reader: inout ByteReader, _ take: (Int, UInt64) -> Void)
    throws
  {
    var before: (UInt64, UInt64, UInt64) = (0, 0, 0)
    var start = 0
    while start < count {
      let head = try reader.next(UInt16.self)
      let order = Int(head & 3)
      let bits = Int(head >> 2)
      guard bits <= 64 else {
        throw MalformedData(description: "a column of a trajectory is broken")
      }
      let filled = min(blockSize, count - start)
      try reader.bytes(4 * bits).withUnsafeBytes { bytes in
        for i in 0..<filled {
          let folded = unpack(bytes, at: i * bits, bits)
          let difference = (folded >> 1) ^ (0 &- (folded & 1))
          let value =
            switch order {
            case 0: difference
            case 1: difference &+ before.2
            case 2: difference &+ 2 &* before.2 &- before.1
            default: difference &+ 3 &* before.2 &- 3 &* before.1 &+ before.0
            }
          before = (before.1, before.2, value)
          take(start + i, value)
        }
      }
      start += filled
    }
  }

  /// Writes the low `bits` bits of 32 words one after the other.
  private static func pack(
    _ words: UnsafePointer<UInt64>, _ bits: Int, into bytes: UnsafeMutableRawBufferPointer,
    at offset: Int
  ) {
    var pending: UInt64 = 0
    var held = 0
    var place = offset
    for i in 0..<blockSize where bits > 0 {
      pending |= words[i] << UInt64(held)
      let total = held + bits
      if total >= 64 {
        bytes.storeBytes(of: pending.littleEndian, toByteOffset: place, as: UInt64.self)
        place += 8
        // What did not fit; a shift by 64 gives 0.
        pending = held == 0 ? 0 : words[i] >> UInt64(64 - held)
        held = total - 64
      } else {
        held = total
      }
    }
    if held > 0 { bytes.storeBytes(of: pending.littleEndian, toByteOffset: place, as: UInt64.self) }
  }

  /// The `bits` bits from a place on.
  @inline(__always)
  private static func unpack(_ bytes: UnsafeRawBufferPointer, at bit: Int, _ bits: Int) -> UInt64 {
    guard bits > 0 else { return 0 }
    let first = bit >> 3
    let shift = UInt64(bit & 7)
    var low: UInt64 = 0
    if first + 8 <= bytes.count {
      low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: first, as: UInt64.self))
    } else {
      for i in first..<bytes.count { low |= UInt64(bytes[i]) << UInt64(8 * (i - first)) }
    }
    var value = low >> shift
    if Int(shift) + bits > 64 { value |= UInt64(bytes[first + 8]) << (64 - shift) }
    return bits == 64 ? value : value & ((1 << UInt64(bits)) - 1)
  }
}
