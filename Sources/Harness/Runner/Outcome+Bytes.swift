// An outcome as bytes, as workers send it.
//
// Status and reason (each with its length), then whole numbers (Int64), then numbers (Double), NaN for
// what is not there. A measure or metric that is NaN itself has another NaN.

import Foundation
import OptimizerKit

extension Outcome {
  /// The NaN of what is not there.
  private static let missing = UInt64(0x7FF8_0000_0000_0D0E)

  private static let wholeNumbers: [WritableKeyPath<Outcome, Int> & Sendable] = [
    \.steps, \.counts.losses, \.counts.gradients, \.counts.hessianVectorProducts,
    \.counts.hessians, \.concurrency,
  ]
  private static let numbers: [WritableKeyPath<Outcome, Double> & Sendable] = [
    \.initialLoss, \.finalLoss, \.bestLoss, \.seconds,
  ]
  private static let metrics: [WritableKeyPath<Outcome, ValidationMetrics?> & Sendable] = [
    \.validation, \.test,
  ]

  var bytes: Data {
    var data: [UInt8] = []
    for text in [status.rawValue, reason] {
      data.append(littleEndian: UInt32(text.utf8.count))
      data.append(contentsOf: text.utf8)
    }
    func append(_ value: Double?) {
      data.append(littleEndian: value.map(\.bitPattern) ?? Self.missing)
    }
    for path in Self.wholeNumbers { data.append(littleEndian: Int64(self[keyPath: path])) }
    for path in Self.numbers { append(self[keyPath: path]) }
    for path in Self.metrics {
      append(self[keyPath: path]?.loss)
      append(self[keyPath: path]?.accuracy)
    }
    for column in RunMeasures.columns { append(measures[keyPath: column.path]) }
    return Data(data)
  }

  init(bytes: Data) throws {
    var reader = ByteReader(bytes)
    func text() throws -> String {
      try reader.text(Int(try reader.next(UInt32.self)))
    }
    func number() throws -> Double? {
      let pattern = try reader.next(UInt64.self)
      return pattern == Self.missing ? nil : Double(bitPattern: pattern)
    }
    guard let status = RunStatus(rawValue: try text()) else {
      throw MalformedData(description: "a record that cannot be read")
    }
    self.init(status: status, reason: try text())
    for path in Self.wholeNumbers {
      self[keyPath: path] = Int(truncatingIfNeeded: try reader.next(Int64.self))
    }
    for path in Self.numbers { self[keyPath: path] = try number() ?? .nan }
    for path in Self.metrics {
      let (loss, accuracy) = (try number(), try number())
      if let loss, let accuracy {
        self[keyPath: path] = ValidationMetrics(loss: loss, accuracy: accuracy)
      }
    }
    for column in RunMeasures.columns { measures[keyPath: column.path] = try number() }
    guard reader.remaining == 0 else {
      throw MalformedData(description: "a record that cannot be read")
    }
  }
}
