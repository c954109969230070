// What a run is as bytes, as workers are told and the store keeps it.
//
// A version; then optimizer, problem, start, instance, seed, budget, target and
// limit of the loss in this order. Texts and lists begin
// with their length (UInt32), numbers are little-endian.

import Foundation
import OptimizerKit

extension RunSpec {
  private static let version: UInt8 = 3

  var bytes: Data {
    var data = [Self.version]
    data.append(optimizer)
    data.append(problem)
    data.append(littleEndian: UInt32(start.map { $0.count + 1 } ?? 0))
    for coordinate in start ?? [] { data.append(littleEndian: coordinate.bitPattern) }
    data.append(instance.map { $0.isMoved ? 2 : 1 } ?? 0, instance?.number ?? 0)
    data.append(littleEndian: seed)
    switch budget {
    case .steps(let count): data.append(0, UInt64(count))
    case .gradients(let count): data.append(1, UInt64(count))
    case .seconds(let time): data.append(2, time.bitPattern)
    }
    data.append(target == nil ? 0 : 1, (target ?? 0).bitPattern)
    data.append(lossLimit == nil ? 0 : 1, (lossLimit ?? 0).bitPattern)
    return Data(data)
  }

  init(bytes: Data) throws {
    var reader = ByteReader(bytes)
    guard try reader.next(UInt8.self) == Self.version else {
      throw MalformedData(description: "not a run of version \(Self.version)")
    }
    let optimizer = try reader.optimizer(depth: 0)
    let problem = try reader.plugin()
    let coordinates = try reader.count()
    let start = try coordinates == 0 ? nil : (1..<coordinates).map { _ in try reader.number() }
    let kindOfInstance = try reader.next(UInt8.self)
    let number = try reader.next(UInt64.self)
    let seed = try reader.next(UInt64.self)
    let kind = try reader.next(UInt8.self)
    let amount = try reader.next(UInt64.self)
    let budget: Budget? =
      switch kind {
      case 0: Int(exactly: amount).map { .steps($0) }
      case 1: Int(exactly: amount).map { .gradients($0) }
      case 2: .seconds(Double(bitPattern: amount))
      default: nil
      }
    guard let budget else { throw MalformedData(description: "a run without a budget") }
    let hasTarget = try reader.next(UInt8.self) == 1
    let target = try reader.number()
    let hasLossLimit = try reader.next(UInt8.self) == 1
    let lossLimit = try reader.number()
    self.init(
      optimizer: optimizer, problem: problem, start: start,
      instance: kindOfInstance == 0 ? nil : Instance(number, isMoved: kindOfInstance == 2),
      seed: seed, budget: budget, target: hasTarget ? target : nil,
      lossLimit: hasLossLimit ? lossLimit : nil)
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: String) {
    append(littleEndian: UInt32(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  fileprivate mutating func append(_ kind: UInt8, _ word: UInt64) {
    append(kind)
    append(littleEndian: word)
  }

  fileprivate mutating func append(_ plugin: PluginSpec) {
    append(plugin.name)
    append(littleEndian: UInt32(plugin.settings.count))
    for setting in plugin.settings {
      append(setting.name)
      append(setting.value)
    }
  }

  fileprivate mutating func append(_ optimizer: OptimizerSpec) {
    append(optimizer.plugin)
    append(littleEndian: UInt32(optimizer.schedules.count))
    for schedule in optimizer.schedules {
      append(schedule.hyperparameter)
      append(littleEndian: UInt32(schedule.parts.count))
      for part in schedule.parts { append(part) }
    }
    append(littleEndian: UInt32(optimizer.wrapped.count))
    for inner in optimizer.wrapped { append(inner) }
  }
}

extension ByteReader {
  /// The length of what follows, of which each element takes a byte at least.
  fileprivate mutating func count() throws -> Int {
    let count = Int(try next(UInt32.self))
    guard count <= remaining else { throw MalformedData(description: "the data are cut short") }
    return count
  }

  fileprivate mutating func number() throws -> Double {
    Double(bitPattern: try next(UInt64.self))
  }

  fileprivate mutating func text() throws -> String {
    try text(count())
  }

  fileprivate mutating func plugin() throws -> PluginSpec {
    let name = try text()
    return PluginSpec(
      name: name,
      settings: try (0..<count()).map { _ in
        PluginSpec.Setting(name: try text(), value: try text())
      })
  }

  fileprivate mutating func optimizer(depth: Int) throws -> OptimizerSpec {
    guard depth <= 64 else { throw MalformedData(description: "an optimizer without an end") }
    var spec = OptimizerSpec(try plugin())
    spec.schedules = try (0..<count()).map { _ in
      let hyperparameter = try text()
      return ScheduleSpec(
        hyperparameter: hyperparameter, parts: try (0..<count()).map { _ in try plugin() })
    }
    spec.wrapped = try (0..<count()).map { _ in try optimizer(depth: depth + 1) }
    return spec
  }
}
