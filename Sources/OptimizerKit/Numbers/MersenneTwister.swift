// The random numbers of NumPy's RandomState, for published problems whose data were drawn by it.

/// MT19937 with the transforms of NumPy's `RandomState`, whose stream NumPy keeps for ever.
///
/// For data that others have published by a seed alone; everything else draws from `RandomSource`. The
/// state begins as that of `numpy.random.RandomState(seed)`; `uniform` is `random_sample`, a number
/// k · 2⁻⁵³ of two draws; `normal` is `standard_normal`, by Marsaglia's polar method, which makes two
/// numbers at a time and keeps one of them.
///
/// Matsumoto and Nishimura 1998, doi:10.1145/272991.272995; Marsaglia and Bray 1964,
/// doi:10.1137/1006063.
public struct MersenneTwister: Sendable {
  private static let length = 624
  private static let middle = 397
  private var state: [UInt32]
  private var place = MersenneTwister.length
  /// The second number of the last pair.
  private var kept: Double?

  public init(seed: UInt32) {
    state = [seed]
    for i in 1..<Self.length {
      let previous = state[i - 1]
      state.append(1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(i))
    }
  }

  /// The next 32 bits.
  public mutating func next() -> UInt32 {
    if place == Self.length { twist() }
    var y = state[place]
    place += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func twist() {
    for i in 0..<Self.length {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.length] & 0x7FFF_FFFF)
      let mixed = state[(i + Self.middle) % Self.length] ^ (y >> 1)
      state[i] = y & 1 == 0 ? mixed : mixed ^ 0x9908_B0DF
    }
    place = 0
  }

  /// Uniform in [0, 1), 53 bits.
  public mutating func uniform() -> Double {
    let upper = Double(next() >> 5)
    let lower = Double(next() >> 6)
    return (upper * 0x1p26 + lower) * 0x1p-53
  }

  /// Standard normal.
  public mutating func normal() -> Double {
    if let number = kept {
      kept = nil
      return number
    }
    while true {
      let a = 2 * uniform() - 1
      let b = 2 * uniform() - 1
      let square = a * a + b * b
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * Double.log(square) / square).squareRoot()
      kept = factor * a
      return factor * b
    }
  }
}
