// The hash behind every key: of sources, of run specifications.

/// FNV-1a with 128 bits: the same bytes give the same text on every machine and in every version.
///
/// Source: Fowler, Noll, Vo; draft-eastlake-fnv.
public struct ContentHash: Sendable {
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
    for byte in bytes {
      state ^= UInt128(byte)
      state &*= prime
    }
  }

  /// Adds the bytes of a buffer: the same hash, without the cost of a generic sequence.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
    for i in 0..<bytes.count {
      state ^= UInt128(bytes[i])
      state &*= prime
    }
  }

  /// Adds the bytes of a text.
  public mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// 32 hexadecimal digits.
  public var text: String {
    let digits: StaticString = "0123456789abcdef"
    return String(unsafeUninitializedCapacity: 32) { buffer in
      for i in 0..<32 {
        buffer[i] = digits.utf8Start[Int(truncatingIfNeeded: state >> UInt128(4 * (31 - i))) & 15]
      }
      return 32
    }
  }

  /// The hash of a text.
  public static func of(_ text: String) -> String {
    var hash = ContentHash()
    hash.update(text)
    return hash.text
  }
}
