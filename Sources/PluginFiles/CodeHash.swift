// The hash of what Swift sources do, whatever they say.

/// Hashes Swift sources without what decides no number: comments, layout, and texts of more than one
/// word, which are messages. A change of wording leaves the hash as it is; a change of code does not.
public struct CodeHash: Sendable {
  private var hash = ContentHash()

  public init() {}

  /// Adds the code of a source file.
  public mutating func update(_ source: String) {
    var scanner = CodeScanner(Array(source.utf8))
    hash.update(scanner.code())
  }

  /// 32 hexadecimal digits.
  public var text: String { hash.text }
}

/// Walks through Swift source, byte by byte.
private struct CodeScanner {
  let bytes: [UInt8]
  var i = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func at(_ offset: Int) -> UInt8 {
    i + offset < bytes.count ? bytes[i + offset] : 0
  }

  /// Whether `text` comes next.
  private func comes(_ text: StaticString) -> Bool {
    text.withUTF8Buffer { text in
      i + text.count <= bytes.count && (0..<text.count).allSatisfy { bytes[i + $0] == text[$0] }
    }
  }

  /// The code that is left: each run of spaces and comments is one space, or one line break where it
  /// has one.
  mutating func code() -> [UInt8] {
    var code: [UInt8] = []
    while i < bytes.count {
      if let gap = gap() {
        code.append(gap)
      } else if let literal = literal() {
        code += literal
      } else {
        code.append(bytes[i])
        i += 1
      }
    }
    while let last = code.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\n") {
      code.removeLast()
    }
    return code
  }

  /// Passes spaces and comments, if they come next; returns what stands for them.
  private mutating func gap() -> UInt8? {
    let start = i
    var breaksLine = false
    while i < bytes.count {
      switch bytes[i] {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        breaksLine = true
        i += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"): i += 1
      case UInt8(ascii: "/") where at(1) == UInt8(ascii: "/"):
        while i < bytes.count, bytes[i] != UInt8(ascii: "\n") { i += 1 }
      case UInt8(ascii: "/") where at(1) == UInt8(ascii: "*"): passComment()
      default: return i == start ? nil : UInt8(ascii: breaksLine ? "\n" : " ")
      }
    }
    return i == start ? nil : UInt8(ascii: breaksLine ? "\n" : " ")
  }

  private mutating func passComment() {
    var depth = 0
    repeat {
      if comes("/*") {
        depth += 1
        i += 2
      } else if comes("*/") {
        depth -= 1
        i += 2
      } else {
        i += 1
      }
    } while depth > 0 && i < bytes.count
  }

  /// Passes a text, if one comes next; returns it as it is where it is one word, and an empty one
  /// where it is a message.
  private mutating func literal() -> [UInt8]? {
    let start = i
    var hashes = 0
    while at(hashes) == UInt8(ascii: "#") { hashes += 1 }
    guard at(hashes) == UInt8(ascii: "\"") else { return nil }
    i += hashes
    let isLong = comes("\"\"\"")
    i += isLong ? 3 : 1
    passText(hashes: hashes, isLong: isLong)
    let text = Array(bytes[start..<min(i, bytes.count)])
    let isMessage = text.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
    return isMessage ? [UInt8(ascii: "\""), UInt8(ascii: "\"")] : text
  }

  /// Passes the rest of a text, its end included.
  private mutating func passText(hashes: Int, isLong: Bool) {
    while i < bytes.count {
      if bytes[i] == UInt8(ascii: "\\"),
        (0..<hashes).allSatisfy({ at(1 + $0) == UInt8(ascii: "#") })
      {
        i += 1 + hashes
        if at(0) == UInt8(ascii: "(") { passInterpolation() } else { i += 1 }
      } else if isLong ? comes("\"\"\"") : bytes[i] == UInt8(ascii: "\""),
        (0..<hashes).allSatisfy({ at((isLong ? 3 : 1) + $0) == UInt8(ascii: "#") })
      {
        i += (isLong ? 3 : 1) + hashes
        return
      } else {
        i += 1
      }
    }
  }

  /// Passes what stands in parentheses within a text, texts in it included.
  private mutating func passInterpolation() {
    var depth = 0
    repeat {
      if literal() != nil { continue }
      if at(0) == UInt8(ascii: "(") { depth += 1 }
      if at(0) == UInt8(ascii: ")") { depth -= 1 }
      i += 1
    } while depth > 0 && i < bytes.count
  }
}
