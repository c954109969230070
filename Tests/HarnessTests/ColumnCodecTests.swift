// Columns of numbers in few bytes: bit for bit, and never more than a little too many.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct ColumnCodecTests {
  private static func random(_ seed: UInt64) -> () -> UInt64 {
    var source = RandomSource(seed: seed, purpose: .noise)
    return { source.next() }
  }

  private static func swinging(by factor: Double, _ count: Int, about level: Double = 0) -> [Double]
  {
    (0..<count).map { t in
      Double.exp(Double(t) * Double.log(factor)) * Double.cos(0.3 * Double(t)) + level
    }
  }

  /// Columns of every kind, each of so many numbers.
  private static let kinds: [(name: String, column: @Sendable (Int) -> [Double])] = [
    ("constant", { Array(repeating: 0.1, count: $0) }),
    ("zeros", { Array(repeating: 0, count: $0) }),
    ("zeros of both signs", { (0..<$0).map { $0 % 3 == 0 ? -0.0 : 0.0 } }),
    ("smooth", { (0..<$0).map { Double.exp(-0.01 * Double($0)) } }),
    ("alternating", { (0..<$0).map { ($0 % 2 == 0 ? 1 : -1) * Double.exp(-0.01 * Double($0)) } }),
    ("swinging", { swinging(by: 0.99, $0, about: 1 / 3) }),
    ("swinging beyond the largest number", { swinging(by: 4, $0) }),
    ("swinging below the smallest number", { swinging(by: 0.25, $0) }),
    ("growing", { (0..<$0).map { Double.exp(Double($0)) } }),
    (
      "no numbers",
      { count in
        let some = [
          Double.nan, .infinity, -.infinity, -0.0, .signalingNaN, 1, .greatestFiniteMagnitude,
        ]
        return (0..<count).map { some[$0 % some.count] }
      }
    ),
    ("tiny", { (0..<$0).map { Double($0) * .leastNonzeroMagnitude } }),
    (
      "any bits",
      { count in
        let next = random(1)
        return (0..<count).map { _ in Double(bitPattern: next()) }
      }
    ),
    (
      "now and then",
      { count in
        let next = random(2)
        return (0..<count).map { $0 % 40 == 39 ? Double(bitPattern: next()) : Double($0) }
      }
    ),
  ]

  private static let integers: [(name: String, column: @Sendable (Int) -> [Int])] = [
    ("steps", { Array(0..<$0) }), ("every tenth", { (0..<$0).map { 10 * $0 } }),
    ("extremes", { (0..<$0).map { [0, .max, .min, -1, 1][$0 % 5] } }),
    (
      "any",
      { count in
        let next = random(3)
        return (0..<count).map { _ in Int(truncatingIfNeeded: next()) }
      }
    ),
  ]

  /// Lengths on either side of whole blocks.
  private static let lengths = [0, 1, 2, 3, 31, 32, 33, 63, 64, 65, 100, 1000]

  private func encoded(_ column: [Double]) -> Data {
    var data = Data()
    ColumnCodec.encode(count: column.count, to: &data) { ColumnCodec.word(column[$0]) }
    return data
  }

  private func encoded(_ column: [Int]) -> Data {
    var data = Data()
    ColumnCodec.encode(count: column.count, to: &data) { UInt64(bitPattern: Int64(column[$0])) }
    return data
  }

  private func words(_ data: Data, count: Int) throws -> [UInt64] {
    var reader = ByteReader(data)
    var words = [UInt64](repeating: 0xDEAD, count: count)
    try ColumnCodec.decode(count: count, from: &reader) { words[$0] = $1 }
    #expect(reader.remaining == 0)
    return words
  }

  @Test(arguments: kinds.map(\.name)) func numbersComeBackBitForBit(_ kind: String) throws {
    let make = try #require(Self.kinds.first { $0.name == kind }).column
    for length in Self.lengths {
      let column = make(length)
      let back = try words(encoded(column), count: length).map(ColumnCodec.number)
      #expect(back.map(\.bitPattern) == column.map(\.bitPattern), "\(length)")
    }
  }

  @Test(arguments: integers.map(\.name)) func integersComeBack(_ kind: String) throws {
    let make = try #require(Self.integers.first { $0.name == kind }).column
    for length in Self.lengths {
      let column = make(length)
      let back = try words(encoded(column), count: length).map { Int(Int64(bitPattern: $0)) }
      #expect(back == column, "\(length)")
    }
  }

  /// The neighbours of a number are the neighbours of its word, and a change of sign is the least
  /// change.
  @Test func wordsOfNumbers() {
    for value in [0, 1, 1e-300, -7.5, .infinity] {
      #expect(ColumnCodec.number(ColumnCodec.word(value)).bitPattern == value.bitPattern)
      #expect(ColumnCodec.word(-value) ^ ColumnCodec.word(value) == 1)
    }
    #expect(ColumnCodec.word(1.0.nextUp) - ColumnCodec.word(1) == 2)
  }

  /// A block of 32 takes two bytes and what its widest difference needs: none where nothing changes,
  /// at most eight bytes a number where there is nothing to be seen.
  @Test func sizes() {
    func size(_ name: String, _ count: Int) -> Int {
      encoded(Self.kinds.first { $0.name == name }!.column(count)).count
    }
    let blocks = 1024 / 32
    #expect(size("zeros", 1024) == 2 * blocks)
    // The first block has to say what the constant is; then its differences are 0.
    #expect(size("constant", 1024) <= 2 * blocks + 8 * 32)
    #expect(size("constant", 2048) - size("constant", 1024) == 2 * blocks)
    #expect(size("any bits", 1024) <= (2 + 8 * 32) * blocks)
    #expect(encoded(Array(0..<2048)).count - encoded(Array(0..<1024)).count == 2 * blocks)
    // What changes its sign costs about as much as what does not: a bit a number and a bit of fold for
    // each order of difference.
    #expect(size("alternating", 1024) <= size("smooth", 1024) + 1024 / 2)
    #expect(size("smooth", 1024) < 6 * 1024)
    // A damped oscillation about a level has three terms: what rounding leaves, and a byte a number of
    // coefficients.
    #expect(size("swinging", 1024) < 3 * 1024)
  }

  /// Bytes that end early are refused at every length.
  @Test(arguments: kinds.map(\.name)) func everyTruncationIsRefused(_ kind: String) throws {
    let column = try #require(Self.kinds.first { $0.name == kind }).column(70)
    let data = encoded(column)
    for count in 0..<data.count {
      var reader = ByteReader(data.prefix(count))
      #expect(throws: MalformedData.self) {
        try ColumnCodec.decode(count: column.count, from: &reader) { _, _ in }
      }
    }
  }

  /// Widths beyond 64 bits are none.
  @Test func impossibleWidthsAreRefused() {
    for bits in [65, 66, 1000, 0x1FFF] {
      let head = UInt16(bits << 3)
      let data =
        Data([UInt8(truncatingIfNeeded: head), UInt8(head >> 8)]) + Data(count: 70_000)
      var reader = ByteReader(data)
      #expect(
        message { try ColumnCodec.decode(count: 32, from: &reader) { _, _ in } }
          == "a column of a trajectory is broken")
    }
  }

  /// Whatever the bytes are, as many words as were asked for come out, or an error.
  @Test func anyBytesAreReadOrRefused() {
    let next = Self.random(4)
    var refused = 0
    for _ in 0..<5000 {
      let count = Int(next() % 100)
      let data = Data((0..<Int(next() % 700)).map { _ in UInt8(truncatingIfNeeded: next()) })
      var reader = ByteReader(data)
      var taken = 0
      do {
        try ColumnCodec.decode(count: count, from: &reader) { place, _ in
          #expect(place == taken)
          taken += 1
        }
        #expect(taken == count)
      } catch {
        refused += 1
        #expect(error is MalformedData)
      }
    }
    #expect(refused > 1000 && refused < 5000)
  }

  /// What a recorded row of a run in the plane may take: 25 bytes, with its point, loss, gradient norm,
  /// learning rate, step, gradients and time.
  @Test(arguments: [
    ("adam", "rosenbrock"), ("adam[lr=0.1]", "rosenbrock"), ("sgd[lr=1e-3]", "rosenbrock"),
    ("momentum[lr=1e-3]:cosine", "rosenbrock"), ("momentum", "quadratic"),
    ("momentum", "quadratic[rotation=30]"), ("nesterov", "saddle"), ("adam", "beale"),
  ])
  func bytesOfARow(_ optimizer: String, _ problem: String) throws {
    let run = try run(specification(optimizer, on: problem, steps: 1000), now: ticking(1e-6))
    #expect(run.trajectory.count == 1001 && run.trajectory.dimension == 2)
    let bytes = Double(run.trajectory.blob.count) / 1001
    #expect(bytes <= 25, "\(optimizer): \(bytes) bytes a row")
    #expect(try Trajectory(blob: run.trajectory.blob) == run.trajectory)
  }
}
