// The cells of a map as bytes, column by column.
//
// A version and the number of cells (UInt32); for each cell, the status (a byte: its place in
// `RunStatus.allCases`), the steps (Int32) and the final loss (Float64); then gradients (Int32), escapes
// (Int32) and minima (a byte), each behind a byte that is 0 where the column is left out: gradients that
// are the steps, escapes and minima that nothing is known of. All numbers are little-endian.

import Foundation
import OptimizerKit

extension MapCells {
  private static let version: UInt8 = 1

  var bytes: Data {
    var data = Data([Self.version])
    data.append(littleEndian: UInt32(count))
    let places = Dictionary(
      uniqueKeysWithValues: RunStatus.allCases.enumerated().map { ($1, UInt8($0)) })
    data.append(contentsOf: statuses.map { places[$0] ?? 0 })
    data.append(column: steps)
    data.append(column: finalLosses)
    data.append(column: gradients, if: gradients != steps)
    data.append(column: escapes, if: escapes.contains { $0 != -1 })
    data.append(column: minima, if: minima.contains { $0 != Self.noMinimum })
    return data
  }

  init(bytes: Data) throws {
    var reader = ByteReader(bytes)
    guard try reader.next(UInt8.self) == Self.version else {
      throw MalformedData(description: "not cells of version \(Self.version)")
    }
    let count = Int(try reader.next(UInt32.self))
    guard count <= reader.remaining else {
      throw MalformedData(description: "the data are cut short")
    }
    self.init(count: count)
    let known = RunStatus.allCases
    let places: [UInt8] = try reader.column(count)
    guard places.allSatisfy({ $0 < known.count }) else {
      throw MalformedData(description: "an unknown status")
    }
    statuses = places.map { known[Int($0)] }
    steps = try reader.column(count)
    finalLosses = try reader.column(count)
    gradients = try reader.next(UInt8.self) == 1 ? reader.column(count) : steps
    if try reader.next(UInt8.self) == 1 { escapes = try reader.column(count) }
    if try reader.next(UInt8.self) == 1 { minima = try reader.column(count) }
  }
}

extension Data {
  /// Adds numbers as they lie in memory, which is little-endian wherever the lab runs.
  fileprivate mutating func append<T: BitwiseCopyable>(column: [T]) {
    column.withUnsafeBytes { append(contentsOf: $0) }
  }

  fileprivate mutating func append<T: BitwiseCopyable>(column: [T], if isKept: Bool) {
    append(isKept ? 1 : 0)
    if isKept { append(column: column) }
  }
}

extension ByteReader {
  fileprivate mutating func column<T: BitwiseCopyable>(_ count: Int) throws -> [T] {
    let data = try bytes(count * MemoryLayout<T>.stride)
    return [T](unsafeUninitializedCapacity: count) { buffer, filled in
      _ = data.copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }
}
