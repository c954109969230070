// A part of a map as a worker is told of it, and what the worker says of its cells.

import Foundation
import OptimizerKit

/// Some of the cells of a map, in the order in which they are done.
struct MapPart: Sendable {
  let map: MapSpec
  let places: Range<Int>
  /// Seconds after which a cell is stopped.
  let timeLimit: Double

  init(_ map: MapSpec, _ places: Range<Int>, timeLimit: Double) {
    self.map = map
    self.places = places
    self.timeLimit = timeLimit
  }

  /// The frame that brings it.
  func frame() throws -> Data {
    var payload = Data()
    let map = try map.bytes
    payload.append(littleEndian: UInt32(map.count))
    payload.append(map)
    payload.append(littleEndian: UInt64(places.lowerBound))
    payload.append(littleEndian: UInt64(places.upperBound))
    payload.append(littleEndian: timeLimit.bitPattern)
    return Harness.frame(.map, payload)
  }

  init(payload: Data) throws {
    var reader = ByteReader(payload)
    map = try MapSpec(bytes: reader.bytes(Int(try reader.next(UInt32.self))))
    let begin = Int(truncatingIfNeeded: try reader.next(UInt64.self))
    let end = Int(truncatingIfNeeded: try reader.next(UInt64.self))
    guard 0 <= begin, begin <= end, end <= map.count else {
      throw MalformedData(description: "cells that the map does not have")
    }
    places = begin..<end
    timeLimit = Double(bitPattern: try reader.next(UInt64.self))
  }
}
