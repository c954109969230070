// Counter-based random numbers: any draw can be recomputed from seed, purpose and step alone.

/// What random numbers are for. Each purpose has a stream of its own, so that, at the same seed,
/// every optimizer sees the same initialisation, data order and noise.
public enum RandomPurpose: UInt64, Sendable {
  case initialization = 1
  case dataOrder = 2
  case noise = 3
  case instance = 4
  case optimizer = 5
  case dropout = 6
  case augmentation = 7
  case search = 8
}

/// SplitMix64, started from a hash of seed, purpose and step.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
/// doi:10.1145/2660193.2660195.
public struct RandomSource: RandomNumberGenerator, Sendable {
  var state: UInt64

  /// The stream for `purpose` at `step` of the run with `seed`.
  ///
  /// - Parameter stream: which of several streams of that purpose, from 0.
  public init(seed: UInt64, purpose: RandomPurpose, step: Int = 0, stream: Int = 0) {
    var hash = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    hash = Self.mix(hash ^ (purpose.rawValue &* 0xD1B5_4A32_D192_ED03))
    state = Self.mix(hash ^ (UInt64(bitPattern: Int64(step)) &* 0x8CB9_2BA7_2F3D_8DD7))
    if stream != 0 {
      state = Self.mix(state ^ (UInt64(bitPattern: Int64(stream)) &* 0xAEF1_7502_108E_F2D9))
    }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  /// The next `count` numbers, as `next()` would give them; several at once, in vector registers.
  public mutating func fill(_ numbers: UnsafeMutablePointer<UInt64>, count: Int) {
    let start = state
    for i in 0..<count {
      numbers[i] = Self.mix(start &+ UInt64(truncatingIfNeeded: i &+ 1) &* 0x9E37_79B9_7F4A_7C15)
    }
    state = start &+ UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Uniform in [0, 1), 53 bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal, by the Box–Muller transform; two uniforms a draw.
  public mutating func normal() -> Double {
    let u = 1 - uniform()  // (0, 1]
    let v = uniform()
    return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v)
  }

  /// 1 or −1 with equal chances, by the upper bit of a draw.
  public mutating func sign() -> Double { next() >> 63 == 0 ? 1 : -1 }

  /// Every element of `vector` from `draw`, in order.
  @inlinable
  public mutating func fill<R: Real>(
    _ vector: inout Vector<R>, _ draw: (inout RandomSource) -> Double
  ) {
    let elements = vector.mutablePointer()
    for i in vector.indices { elements[i] = R(draw(&self)) }
  }

  /// Uniform in 0 ..< n without bias (Lemire, doi:10.1145/3230636).
  public mutating func index(below n: Int) -> Int {
    Int(truncatingIfNeeded: next(upperBound: UInt64(n)))
  }

  static func mix(_ z: UInt64) -> UInt64 {
    var z = z
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension RandomSource {
  /// How every number above is drawn, for other programs. All arithmetic is of 64 bits without sign.
  public static var facts: Fact {
    [
      "generator": "SplitMix64: a draw adds 0x9E3779B97F4A7C15 to the state and gives mix(state)",
      "mix": .text(
        "z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27; z *= 0x94D049BB133111EB; "
          + "z ^= z >> 31"),
      "stream": .text(
        "the state of the stream (seed, purpose, step, stream) begins as "
          + "mix(h ^ step * 0x8CB92BA72F3D8DD7), h = mix(mix(seed + 0x9E3779B97F4A7C15) ^ purpose * "
          + "0xD1B54A32D192ED03); a stream s other than 0 makes it mix(that ^ s * 0xAEF17502108EF2D9)"
      ),
      "uniform": "(draw >> 11) * 2^-53, in [0, 1)",
      "normal": "sqrt(-2 log(1 - u)) cos(2 pi v), of two uniform numbers u and v",
      "index": .text(
        "below n: the upper 64 bits of draw * n (128 bits); drawn again while the lower 64 "
          + "bits are below (2^64 - n) mod n"),
      "purposes": .group(
        Dictionary(
          uniqueKeysWithValues: [
            ("initialization", RandomPurpose.initialization), ("data order", .dataOrder),
            ("dropout", .dropout), ("augmentation", .augmentation),
          ].map { ($0, .count(Int($1.rawValue))) })),
    ]
  }
}
