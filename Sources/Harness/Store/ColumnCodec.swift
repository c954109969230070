// Columns of numbers in few bytes, without loss.
//
// Every value is a 64-bit word: an integer as it is, a number as its bit pattern with the sign moved to
// the lowest place (so that neighbours in size are neighbours as integers, and a path that zig-zags does
// not jump). Words come in blocks of 32. A block keeps what its words differ by from what was expected
// of them, folded to be positive, in as many bits as the largest of these needs. Expected is what makes
// that the fewest: the values of a path hardly change from row to row, and their differences change
// even less, so 0, the word before, or the line or parabola through the words before (orders 0 to 3);
// or, of numbers, what a linear recurrence gives that fits the block (order 4).
//
// A block is two bytes (order + 8 × bits, little-endian), the four coefficients where it is a
// recurrence, and 32 × bits bits, lowest first, filled up to whole bytes; the last block is filled up
// with zeros. Similar in spirit to Gorilla (Pelkonen et al. 2015, doi:10.14778/2824032.2824078) and FPC
// (Burtscher and Ratanaworabhan 2009, doi:10.1109/TC.2008.131), and as fast as memory where nothing
// changes.

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

  /// The difference of two words, folded: small ones of either sign become small words.
  @inline(__always)
  private static func folded(_ difference: UInt64) -> UInt64 {
    (difference << 1) ^ UInt64(bitPattern: Int64(bitPattern: difference) >> 63)
  }

  @inline(__always)
  private static func unfolded(_ word: UInt64) -> UInt64 { (word >> 1) ^ (0 &- (word & 1)) }

  /// The order of a block that is told by a recurrence, and the bytes of its coefficients.
  private static let recurrence = (order: 4, bytes: 8 * LinearRecurrence.terms)

  /// Appends the words of a column.
  static func encode(
    count: Int, to data: inout Data, _ word: (Int) -> UInt64
  ) {
    let blocks = (count + blockSize - 1) / blockSize
    // Words with the four before them in front, the oldest first; what each order leaves of a block;
    // and the words as numbers.
    let stride = blockSize + 4
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 6 * stride) { memory in
      let words = memory.baseAddress!
      let orders = (0...recurrence.order).map { words + (1 + $0) * stride }
      for i in 0..<4 { words[i] = 0 }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: stride) { numbers in
        var bytes = [UInt8](repeating: 0, count: 2 + recurrence.bytes + 8 * blockSize + 8)
        for block in 0..<blocks {
          let start = block * blockSize
          let filled = min(blockSize, count - start)
          for i in 0..<filled { words[4 + i] = word(start + i) }
          // What fills the last block up costs no width.
          for i in filled..<blockSize { words[4 + i] = words[3 + i] }
          var best = (order: 0, bits: 65)
          for order in 0..<4 {
            let residuals = orders[order]
            var all: UInt64 = 0
            for i in 0..<blockSize {
              let w = words + (4 + i)
              let difference =
                switch order {
                case 0: w[0]
                case 1: w[0] &- w[-1]
                case 2: w[0] &- 2 &* w[-1] &+ w[-2]
                default: w[0] &- 3 &* w[-1] &+ 3 &* w[-2] &- w[-3]
                }
              residuals[i] = i < filled ? folded(difference) : 0
              all |= residuals[i]
            }
            let bits = 64 - all.leadingZeroBitCount
            if bits < best.bits { best = (order, bits) }
          }
          // Its coefficients weigh as much as eight bits a word.
          var coefficients = SIMD4<Double>.zero
          if block > 0, filled == blockSize, best.bits > 24 {
            for i in 0..<stride { numbers[i] = number(words[i]) }
            if let fit = LinearRecurrence(fitting: numbers.baseAddress!),
              let bits = residuals(of: fit, words, numbers.baseAddress!, to: orders[4]),
              bits + 8 < best.bits
            {
              best = (recurrence.order, bits)
              coefficients = fit.coefficients
            }
          }
          let head = UInt16(best.order | best.bits << 3)
          bytes[0] = UInt8(truncatingIfNeeded: head)
          bytes[1] = UInt8(truncatingIfNeeded: head >> 8)
          var offset = 2
          bytes.withUnsafeMutableBytes { bytes in
            if best.order == recurrence.order {
              for k in 0..<LinearRecurrence.terms {
                bytes.storeBytes(
                  of: coefficients[k].bitPattern.littleEndian, toByteOffset: offset, as: UInt64.self
                )
                offset += 8
              }
            }
            pack(orders[best.order], best.bits, into: bytes, at: offset)
          }
          bytes.withUnsafeBytes { data.append(contentsOf: $0.prefix(offset + 4 * best.bits)) }
          for i in 0..<4 { words[i] = words[blockSize + i] }
        }
      }
    }
  }

  /// What a recurrence leaves of a block, and the bits of the largest; nil where it leaves the numbers.
  private static func residuals(
    of fit: LinearRecurrence, _ words: UnsafePointer<UInt64>, _ numbers: UnsafePointer<Double>,
    to residuals: UnsafeMutablePointer<UInt64>
  ) -> Int? {
    var all: UInt64 = 0
    for i in 0..<blockSize {
      let expected = fit.next(numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3])
      guard expected.isFinite else { return nil }
      residuals[i] = folded(words[4 + i] &- word(expected))
      all |= residuals[i]
    }
    return 64 - all.leadingZeroBitCount
  }

  /// Reads `count` words back.
  static func decode(count: Int, from reader: inout ByteReader, _ take: (Int, UInt64) -> Void)
    throws
  {
    // The words before the present one, oldest first.
    var before: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var start = 0
    while start < count {
      let head = try reader.next(UInt16.self)
      let order = Int(head & 7)
      let bits = Int(head >> 3)
      guard bits <= 64, order <= recurrence.order else {
        throw MalformedData(description: "a column of a trajectory is broken")
      }
      var fit = LinearRecurrence(coefficients: .zero)
      if order == recurrence.order {
        var coefficients = SIMD4<Double>.zero
        for k in 0..<LinearRecurrence.terms {
          coefficients[k] = Double(bitPattern: try reader.next(UInt64.self))
        }
        fit = LinearRecurrence(coefficients: coefficients)
      }
      let filled = min(blockSize, count - start)
      try reader.bytes(4 * bits).withUnsafeBytes { bytes in
        for i in 0..<filled {
          let difference = unfolded(unpack(bytes, at: i * bits, bits))
          let expected: UInt64 =
            switch order {
            case 0: 0
            case 1: before.3
            case 2: 2 &* before.3 &- before.2
            case 3: 3 &* before.3 &- 3 &* before.2 &+ before.1
            default:
              word(
                fit.next(number(before.0), number(before.1), number(before.2), number(before.3)))
            }
          let value = expected &+ difference
          before = (before.1, before.2, before.3, value)
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
