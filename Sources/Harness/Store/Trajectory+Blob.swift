// A trajectory as bytes: what workers send and the store keeps.
//
// Little-endian: "TRAJ", version, dimension, rows, rows of each of the columns that may be empty (loss
// evaluations, Hessian–vector products, Hessians), validations and the bytes of the diagnostics
// (UInt32 each); then the columns, each as `ColumnCodec` has it: steps, gradients, nanoseconds, losses,
// gradient norms, learning rates, each coordinate, the columns that may be empty; then step, loss and
// accuracy of the validations; then the diagnostics as JSON, no bytes for none. Where there are
// checkpoints the version is one higher, and they follow: see `Trajectory+Checkpoints.swift`.

import Foundation
import OptimizerKit

extension Trajectory {
  static let magic: UInt32 = 0x4A41_5254
  static let version: UInt32 = 4
  static let versionWithCheckpoints: UInt32 = 5

  /// The bytes of this trajectory.
  public var blob: Data {
    // Plain values with texts for what is no number: the encoder has nothing to refuse.
    let inside = diagnostics.isEmpty ? Data() : (try? LabJSON.encode(diagnostics)) ?? Data()
    var data = Data()
    data.reserveCapacity(64 + count * (16 + 6 * dimension))
    for word in [
      Self.magic, checkpoints.isEmpty ? Self.version : Self.versionWithCheckpoints,
      UInt32(dimension), UInt32(count), UInt32(gradients.count),
      UInt32(nanoseconds.count), UInt32(lossEvaluations.count),
      UInt32(hessianVectorProducts.count), UInt32(hessians.count), UInt32(validation.count),
      UInt32(inside.count),
    ] {
      data.append(littleEndian: word)
    }
    for column in [steps, gradients, nanoseconds, lossEvaluations, hessianVectorProducts, hessians]
    {
      column.withUnsafeBufferPointer { column in
        ColumnCodec.encode(count: column.count, to: &data) {
          UInt64(bitPattern: Int64(column[$0]))
        }
      }
    }
    for column in [losses, gradientNorms, learningRates] {
      column.withUnsafeBufferPointer { column in
        ColumnCodec.encode(count: column.count, to: &data) { ColumnCodec.word(column[$0]) }
      }
    }
    points.withUnsafeBufferPointer { points in
      for d in 0..<dimension {
        ColumnCodec.encode(count: count, to: &data) {
          ColumnCodec.word(points[$0 * dimension + d])
        }
      }
    }
    let passes = validation
    ColumnCodec.encode(count: passes.count, to: &data) {
      UInt64(bitPattern: Int64(passes[$0].step))
    }
    for metric in [\ValidationMetrics.loss, \.accuracy] {
      ColumnCodec.encode(count: passes.count, to: &data) {
        ColumnCodec.word(passes[$0].metrics[keyPath: metric])
      }
    }
    data.append(inside)
    if !checkpoints.isEmpty { appendCheckpoints(to: &data) }
    return data
  }

  /// The bytes that are sent and stored: none where nothing was kept.
  var keptBytes: Data { count > 0 || !validation.isEmpty ? blob : Data() }

  /// Reads a trajectory back; throws where the bytes are none, or cut short.
  public init(blob: Data) throws {
    var reader = ByteReader(blob)
    let magic = try reader.next(UInt32.self)
    let version = try reader.next(UInt32.self)
    let hasCheckpoints = version == Self.versionWithCheckpoints
    guard magic == Self.magic, version == Self.version || hasCheckpoints else {
      throw MalformedData(description: "not a trajectory of version \(Self.version)")
    }
    self.init()
    func size() throws -> Int { Int(try reader.next(UInt32.self)) }
    dimension = try size()
    let rows = try size()
    let optional = [try size(), try size(), try size(), try size(), try size()]
    let validations = try size()
    let inside = try size()
    // A block of up to 32 rows takes two bytes at least: what claims more than there is, is refused
    // before memory is taken for it. In floating point, which does not overflow.
    let blocks = Double((rows + 31) / 32) * Double(4 + dimension)
    guard 2 * blocks <= Double(reader.remaining), rows > 0 || dimension == 0 else {
      throw MalformedData(description: "a trajectory is cut short")
    }
    guard optional.allSatisfy({ $0 == 0 || $0 == rows }) else {
      throw MalformedData(description: "a column of a trajectory is shorter than the others")
    }
    func integers(_ count: Int) throws -> [Int] {
      var column = [Int](repeating: 0, count: count)
      try ColumnCodec.decode(count: count, from: &reader) {
        column[$0] = Int(Int64(bitPattern: $1))
      }
      return column
    }
    func numbers(_ count: Int) throws -> [Double] {
      var column = [Double](repeating: 0, count: count)
      try ColumnCodec.decode(count: count, from: &reader) { column[$0] = ColumnCodec.number($1) }
      return column
    }
    steps = try integers(rows)
    gradients = try integers(optional[0])
    nanoseconds = try integers(optional[1])
    lossEvaluations = try integers(optional[2])
    hessianVectorProducts = try integers(optional[3])
    hessians = try integers(optional[4])
    losses = try numbers(rows)
    gradientNorms = try numbers(rows)
    learningRates = try numbers(rows)
    let dimension = self.dimension
    var points = [Double](repeating: 0, count: rows * dimension)
    for d in 0..<dimension {
      try ColumnCodec.decode(count: rows, from: &reader) {
        points[$0 * dimension + d] = ColumnCodec.number($1)
      }
    }
    self.points = points
    guard validations / 32 * 6 <= reader.remaining else {
      throw MalformedData(description: "a trajectory is cut short")
    }
    let passes = try integers(validations)
    let validationLosses = try numbers(validations)
    let accuracies = try numbers(validations)
    validation = passes.indices.map {
      Validation(
        step: passes[$0],
        metrics: ValidationMetrics(loss: validationLosses[$0], accuracy: accuracies[$0]))
    }
    guard hasCheckpoints ? reader.remaining >= inside : reader.remaining == inside else {
      throw MalformedData(description: "a trajectory is cut short")
    }
    if inside > 0 {
      do {
        diagnostics = try LabJSON.decode([Diagnostics].self, from: Data(try reader.bytes(inside)))
      } catch is DecodingError {
        throw MalformedData(description: "the diagnostics of a trajectory cannot be read")
      }
    }
    if hasCheckpoints { try readCheckpoints(from: &reader) }
  }
}
