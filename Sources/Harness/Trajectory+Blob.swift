// A trajectory as bytes: what workers send and the store keeps.
//
// Little-endian: "TRAJ", version, dimension, rows, validations, and from version 2 on the bytes of
// the diagnostics (UInt32 each); then steps (Int64), losses, gradient norms, learning rates and
// points (Double); then step (Int64), loss and accuracy (Double) of each validation; then the
// diagnostics as JSON, no bytes for none.

import Foundation
import OptimizerKit

/// Bytes that are not what they should be.
public struct MalformedData: Error, CustomStringConvertible {
  public let description: String
}

extension Trajectory {
  static let magic: UInt32 = 0x4A41_5254
  static let version: UInt32 = 2

  /// The bytes of this trajectory.
  public var blob: Data {
    // Plain values with texts for what is no number: the encoder has nothing to refuse.
    let inside = diagnostics.isEmpty ? Data() : (try? LabJSON.encode(diagnostics)) ?? Data()
    var data = Data()
    for word in [
      Self.magic, Self.version, UInt32(dimension), UInt32(count), UInt32(validation.count),
      UInt32(inside.count),
    ] {
      data.append(littleEndian: word)
    }
    for step in steps { data.append(littleEndian: UInt64(bitPattern: Int64(step))) }
    for column in [losses, gradientNorms, learningRates, points] {
      for value in column { data.append(littleEndian: value.bitPattern) }
    }
    for pass in validation {
      data.append(littleEndian: UInt64(bitPattern: Int64(pass.step)))
      data.append(littleEndian: pass.metrics.loss.bitPattern)
      data.append(littleEndian: pass.metrics.accuracy.bitPattern)
    }
    data.append(inside)
    return data
  }

  /// Reads a trajectory back, of this version or an earlier one; throws where the bytes are none or
  /// cut short.
  public init(blob: Data) throws {
    var reader = ByteReader(blob)
    let magic = try reader.next(UInt32.self)
    let version = try reader.next(UInt32.self)
    guard magic == Self.magic, (1...Self.version).contains(version) else {
      throw MalformedData(description: "not a trajectory of version 1 to \(Self.version)")
    }
    self.init()
    dimension = Int(try reader.next(UInt32.self))
    let rows = Int(try reader.next(UInt32.self))
    let validations = Int(try reader.next(UInt32.self))
    let inside = version < 2 ? 0 : Int(try reader.next(UInt32.self))
    // In floating point, which does not overflow: the counts may be anything.
    let words = Double(rows) * Double(4 + dimension) + 3 * Double(validations)
    guard Double(reader.remaining) == 8 * words + Double(inside) else {
      throw MalformedData(description: "a trajectory is cut short")
    }
    steps = try reader.words(rows) { Int(Int64(bitPattern: $0)) }
    losses = try reader.words(rows, Double.init(bitPattern:))
    gradientNorms = try reader.words(rows, Double.init(bitPattern:))
    learningRates = try reader.words(rows, Double.init(bitPattern:))
    points = try reader.words(rows * dimension, Double.init(bitPattern:))
    for _ in 0..<validations {
      let step = Int(Int64(bitPattern: try reader.next(UInt64.self)))
      let loss = Double(bitPattern: try reader.next(UInt64.self))
      let accuracy = Double(bitPattern: try reader.next(UInt64.self))
      validation.append(
        Validation(step: step, metrics: ValidationMetrics(loss: loss, accuracy: accuracy)))
    }
    guard inside > 0 else { return }
    do {
      diagnostics = try LabJSON.decode([Diagnostics].self, from: Data(try reader.bytes(inside)))
    } catch is DecodingError {
      throw MalformedData(description: "the diagnostics of a trajectory cannot be read")
    }
  }
}

extension Data {
  mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}

/// Reads integers from bytes, in order.
struct ByteReader {
  let data: Data
  var offset: Int

  init(_ data: Data) {
    self.data = data
    offset = data.startIndex
  }

  var remaining: Int { data.endIndex - offset }

  mutating func next<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    try bytes(MemoryLayout<T>.size).withUnsafeBytes {
      T(littleEndian: $0.loadUnaligned(as: T.self))
    }
  }

  mutating func bytes(_ count: Int) throws -> Data {
    guard count >= 0, remaining >= count else {
      throw MalformedData(description: "the data are cut short")
    }
    defer { offset += count }
    return data[offset..<offset + count]
  }

  /// `count` 64-bit words, each made into a value.
  mutating func words<T>(_ count: Int, _ make: (UInt64) -> T) throws -> [T] {
    try bytes(8 * count).withUnsafeBytes { bytes in
      (0..<count).map {
        make(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
      }
    }
  }
}
