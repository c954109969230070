// The checkpoints of a trajectory as bytes, without loss.
//
// How many and of how many parameters (UInt32 each); the steps as a column; then a column for each
// checkpoint: of the first its words, of the others by how much its words exceed those of the one
// before. The word of a parameter is its bit pattern with the sign moved to the lowest place. Parameters
// change little from checkpoint to checkpoint, and so do their words.

import Foundation
import OptimizerKit

extension Trajectory {
  private static func word(_ value: Float) -> UInt64 {
    UInt64(value.bitPattern << 1 | value.bitPattern >> 31)
  }

  private static func number(_ word: UInt64) -> Float {
    let word = UInt32(truncatingIfNeeded: word)
    return Float(bitPattern: word >> 1 | word << 31)
  }

  /// Appends the checkpoints, which are of the same number of parameters.
  func appendCheckpoints(to data: inout Data) {
    let count = checkpoints.first?.parameters.count ?? 0
    precondition(checkpoints.allSatisfy { $0.parameters.count == count }, "of the same network")
    data.append(littleEndian: UInt32(checkpoints.count))
    data.append(littleEndian: UInt32(count))
    ColumnCodec.encode(count: checkpoints.count, to: &data) {
      UInt64(bitPattern: Int64(checkpoints[$0].step))
    }
    for (place, checkpoint) in checkpoints.enumerated() {
      checkpoint.parameters.withUnsafeBufferPointer { now in
        guard place > 0 else {
          return ColumnCodec.encode(count: count, to: &data) { Self.word(now[$0]) }
        }
        checkpoints[place - 1].parameters.withUnsafeBufferPointer { before in
          ColumnCodec.encode(count: count, to: &data) {
            Self.word(now[$0]) &- Self.word(before[$0])
          }
        }
      }
    }
  }

  /// Reads them back; throws where they are cut short or more follows.
  mutating func readCheckpoints(from reader: inout ByteReader) throws {
    let places = Int(try reader.next(UInt32.self))
    let count = Int(try reader.next(UInt32.self))
    // A block of up to 32 words takes two bytes at least; in floating point, which does not overflow.
    guard 2 * Double(places) * Double((count + 31) / 32) <= Double(reader.remaining),
      2 * ((places + 31) / 32) <= reader.remaining
    else { throw MalformedData(description: "the checkpoints of a trajectory are cut short") }
    var steps = [Int](repeating: 0, count: places)
    try ColumnCodec.decode(count: places, from: &reader) {
      steps[$0] = Int(Int64(bitPattern: $1))
    }
    var words = [UInt64](repeating: 0, count: count)
    for step in steps {
      try ColumnCodec.decode(count: count, from: &reader) { words[$0] = words[$0] &+ $1 }
      checkpoints.append(Checkpoint(step: step, parameters: words.map(Self.number)))
    }
    guard reader.remaining == 0 else {
      throw MalformedData(description: "more follows the checkpoints of a trajectory")
    }
  }
}
