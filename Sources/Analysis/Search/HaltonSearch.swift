// Halton's sequence, scrambled.

import OptimizerKit

/// Points of a scrambled Halton sequence.
struct HaltonSearch: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    guard earlier.isEmpty else { return SearchRound() }
    return SearchRound(
      HaltonSequence(dimensions: space.dimensions.count, seed: seed).points(0..<trials))
  }
}

/// Halton's sequence: the digits of a number in a prime base, mirrored at the point, a prime for each
/// dimension (Halton 1960, doi:10.1007/BF01386213); every digit through a random permutation of its own
/// (Owen 2017, arXiv 1706.02808).
struct HaltonSequence {
  private let bases: [Int]
  /// Per dimension and digit; none for the sequence as it is.
  private let permutations: [[[Int]]]

  /// - Parameter seed: what the permutations are drawn from; nil for none.
  init(dimensions: Int, seed: UInt64?) {
    bases = Self.primes(dimensions)
    guard let seed else {
      permutations = []
      return
    }
    permutations = bases.enumerated().map { dimension, base in
      var random = RandomSource(seed: seed, purpose: .search, stream: dimension)
      return (0..<Self.digits(base)).map { _ in
        var permutation = Array(0..<base)
        permutation.shuffle(using: &random)
        return permutation
      }
    }
  }

  /// How many digits a double tells apart.
  private static func digits(_ base: Int) -> Int {
    var (count, size) = (0, 1.0)
    while size < 0x1p53 {
      size *= Double(base)
      count += 1
    }
    return count
  }

  private static func primes(_ count: Int) -> [Int] {
    var found: [Int] = []
    var candidate = 2
    while found.count < count {
      if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }

  /// Points by number, the first one 0.
  func points(_ numbers: Range<Int>) -> [[Double]] {
    numbers.map { number in
      bases.indices.map { d in
        let base = bases[d]
        var rest = number
        var unit = 1.0
        var x = 0.0
        for digit in 0..<Self.digits(base) {
          unit /= Double(base)
          let value = rest % base
          rest /= base
          x += unit * Double(permutations.isEmpty ? value : permutations[d][digit][value])
        }
        return min(x, 1.0.nextDown)
      }
    }
  }
}
