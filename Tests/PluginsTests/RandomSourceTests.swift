// Random numbers: the published sequence, streams of their own, and no bias.

import OptimizerKit
import Testing

@Suite("Random numbers")
struct RandomSourceTests {
  private static let purposes: [RandomPurpose] = [
    .initialization, .dataOrder, .noise, .instance, .optimizer, .dropout, .augmentation, .search,
  ]

  /// Seed, purpose, step and stream each lead to numbers of their own.
  @Test func everyStreamIsItsOwn() {
    var firsts: Set<UInt64> = []
    var count = 0
    for seed in [0, 1, 2, .max] as [UInt64] {
      for purpose in Self.purposes {
        for step in 0..<3 {
          for stream in 0..<3 {
            var source = RandomSource(seed: seed, purpose: purpose, step: step, stream: stream)
            firsts.insert(source.next())
            count += 1
          }
        }
      }
    }
    #expect(firsts.count == count)
  }

  /// Streams of two purposes have nothing to do with one another: their correlation over 4,000 draws
  /// is below five standard errors, 5 / √4000.
  @Test func purposesAreIndependent() {
    for (i, one) in Self.purposes.enumerated() {
      for other in Self.purposes[..<i] {
        var a = RandomSource(seed: 3, purpose: one)
        var b = RandomSource(seed: 3, purpose: other)
        let sum = (0..<4000).reduce(0.0) { sum, _ in
          sum + 12 * (a.uniform() - 0.5) * (b.uniform() - 0.5)
        }
        #expect(abs(sum / 4000) < 0.079, "\(one), \(other)")
      }
    }
  }

  @Test func severalAtOnceAreTheSame() {
    var one = RandomSource(seed: 5, purpose: .noise)
    var many = one
    var numbers = [UInt64](repeating: 0, count: 37)
    numbers.withUnsafeMutableBufferPointer { many.fill($0.baseAddress!, count: $0.count) }
    #expect(numbers == (0..<37).map { _ in one.next() })
    #expect(one.next() == many.next())
  }

  /// Every index as often as the others: χ² of 6 degrees of freedom over 70,000 draws stays below its
  /// 1 − 10⁻⁶ quantile, 38.3.
  @Test func indicesAreUniform() {
    var source = RandomSource(seed: 11, purpose: .dataOrder)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[source.index(below: 7)] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 10_000).squared / 10_000 }
    #expect(chiSquare < 38.3)
  }

  /// Mean, variance and fourth moment of a standard normal, within five standard errors over 40,000
  /// draws: of 1, 2 and 96.
  @Test func normalMoments() {
    var source = RandomSource(seed: 2, purpose: .noise)
    let draws = (0..<40_000).map { _ in source.normal() }
    func mean(_ power: (Double) -> Double) -> Double { draws.reduce(0) { $0 + power($1) } / 40_000 }
    #expect(abs(mean { $0 }) < 5 / 200)
    #expect(abs(mean { $0 * $0 } - 1) < 5 * 2.0.squareRoot() / 200)
    #expect(abs(mean { $0 * $0 * $0 * $0 } - 3) < 5 * 96.0.squareRoot() / 200)
  }
}
