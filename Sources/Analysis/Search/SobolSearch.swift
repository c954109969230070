// Sobol's sequence, scrambled.

import OptimizerKit

/// Points of a scrambled Sobol sequence: any 2ᵏ from the beginning are spread as evenly as so many can be
/// in each dimension, and in any two almost so.
struct SobolSearch: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    guard earlier.isEmpty else { return SearchRound() }
    return SearchRound(
      SobolSequence(dimensions: space.dimensions.count, seed: seed).points(0..<trials))
  }
}

/// Sobol's sequence in base 2 with the direction numbers of Joe and Kuo 2008, doi:10.1137/070709359; in the
/// order of the Gray code (Antonov and Saleev 1979).
///
/// It is scrambled as Owen 1995 proposes, each bit by those above it, through the hash of Burley 2020,
/// "Practical hash-based Owen scrambling", JCGT 9(4), which keeps the net property. Beyond
/// `mostDimensions` further dimensions are drawn independently.
struct SobolSequence {
  /// For how many dimensions there are direction numbers.
  static let mostDimensions = table.count + 1

  /// Per dimension the degree of the primitive polynomial, its coefficients, and the first direction
  /// numbers.
  private static let table: [(degree: Int, coefficients: UInt32, first: [UInt32])] = [
    (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]),
    (4, 4, [1, 3, 5, 13]), (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]),
    (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]), (5, 13, [1, 1, 1, 3, 11]),
    (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
    (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]),
    (6, 25, [1, 1, 5, 5, 19, 61]), (7, 1, [1, 3, 7, 11, 23, 15, 103]),
    (7, 4, [1, 3, 7, 13, 13, 15, 69]),
  ]

  private let directions: [[UInt32]]
  private let dimensions: Int
  /// nil for the sequence as it is.
  private let seed: UInt64?

  /// - Parameter seed: what the scrambling is drawn from; nil for none.
  init(dimensions: Int, seed: UInt64?) {
    self.dimensions = dimensions
    self.seed = seed
    directions = (0..<min(dimensions, Self.mostDimensions)).map(Self.directions)
  }

  private static func directions(of dimension: Int) -> [UInt32] {
    guard dimension > 0 else { return (0..<32).map { 1 << UInt32(31 - $0) } }
    let (degree, coefficients, first) = table[dimension - 1]
    var v = (0..<degree).map { first[$0] << UInt32(31 - $0) }
    for i in degree..<32 {
      var value = v[i - degree] ^ (v[i - degree] >> UInt32(degree))
      for k in 1..<max(degree, 1) where coefficients >> UInt32(degree - 1 - k) & 1 == 1 {
        value ^= v[i - k]
      }
      v.append(value)
    }
    return v
  }

  /// Points by number, the first one 0.
  func points(_ numbers: Range<Int>) -> [[Double]] {
    var hashes = (0..<dimensions).map { UInt32(truncatingIfNeeded: $0) }
    if let seed {
      var random = RandomSource(seed: seed, purpose: .search)
      hashes = hashes.map { _ in UInt32(truncatingIfNeeded: random.next() >> 32) }
    }
    return numbers.map { number in
      let gray = UInt32(truncatingIfNeeded: number ^ (number >> 1))
      return (0..<dimensions).map { d in
        guard d < directions.count else {
          var random = RandomSource(
            seed: seed ?? 0, purpose: .search, step: number, stream: d + 1)
          return random.uniform()
        }
        var x: UInt32 = 0
        for bit in 0..<32 where gray >> UInt32(bit) & 1 == 1 { x ^= directions[d][bit] }
        if seed != nil { x = Self.scrambled(x, by: hashes[d]) }
        return Double(x) * 0x1p-32
      }
    }
  }

  /// Each bit flipped or not, as those above it say.
  private static func scrambled(_ x: UInt32, by seed: UInt32) -> UInt32 {
    var x = reversed(x)
    x = x &+ seed
    x ^= x &* 0x6c50_b47c
    x ^= x &* 0xb82f_1e52
    x ^= x &* 0xc7af_e638
    x ^= x &* 0x8d22_f6e6
    return reversed(x)
  }

  private static func reversed(_ x: UInt32) -> UInt32 {
    var x = x
    x = (x >> 1) & 0x5555_5555 | (x & 0x5555_5555) << 1
    x = (x >> 2) & 0x3333_3333 | (x & 0x3333_3333) << 2
    x = (x >> 4) & 0x0f0f_0f0f | (x & 0x0f0f_0f0f) << 4
    return x.byteSwapped
  }
}
