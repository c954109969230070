// What a map is as bytes, as workers are told and the store keeps it: a version, the run of the first cell
// behind its length, then axes and starts as JSON.

import Foundation
import OptimizerKit

extension MapSpec {
  private static let version: UInt8 = 1

  private struct Plane: Codable {
    let axes: [MapAxis]
    let starts: [[Double]]
  }

  var bytes: Data {
    get throws {
      var data = Data([Self.version])
      let run = base.bytes
      data.append(littleEndian: UInt32(run.count))
      data.append(run)
      data.append(try LabJSON.encode(Plane(axes: axes, starts: starts)))
      return data
    }
  }

  init(bytes: Data) throws {
    var reader = ByteReader(bytes)
    guard try reader.next(UInt8.self) == Self.version else {
      throw MalformedData(description: "not a map of version \(Self.version)")
    }
    let run = try RunSpec(bytes: reader.bytes(Int(try reader.next(UInt32.self))))
    let plane = try LabJSON.decode(Plane.self, from: reader.bytes(reader.remaining))
    guard let x = plane.axes.first, plane.axes.allSatisfy({ !$0.values.isEmpty }) else {
      throw MalformedData(description: "a map without an axis")
    }
    self.init(
      base: run, x: x, y: plane.axes.count > 1 ? plane.axes[1] : nil, starts: plane.starts)
  }
}
