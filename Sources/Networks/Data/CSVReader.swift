// Reads the rows of a CSV file (RFC 4180).
//
// Fields are separated by commas, rows by line feeds, carriage returns or both. A field that begins
// with a quote ends at the next single quote; two of them stand for one. Spaces around a field do not
// count, empty lines are passed over, and so is a byte order mark.

/// One row after the other of a CSV file.
struct CSVReader {
  /// What errors call the file.
  let file: String
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1

  /// A row: its fields and the line on which it begins, from 1.
  struct Row {
    var line: Int
    var fields: [String] = []
  }

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next row; nil at the end of the file.
  mutating func next() throws(DataError) -> Row? {
    skipSpaces()
    while takeLineEnd() { skipSpaces() }
    guard position < bytes.count else { return nil }
    var row = Row(line: line)
    while true {
      skipSpaces()
      row.fields.append(
        peek == UInt8(ascii: "\"") ? try quoted(row.fields.count) : try plain(row.fields.count))
      if peek == UInt8(ascii: ",") {
        position += 1
      } else {
        _ = takeLineEnd()
        return row
      }
    }
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
  }

  private mutating func takeLineEnd() -> Bool {
    if peek == UInt8(ascii: "\r") {
      position += 1
      if peek == UInt8(ascii: "\n") { position += 1 }
    } else if peek == UInt8(ascii: "\n") {
      position += 1
    } else {
      return false
    }
    line += 1
    return true
  }

  /// A field without quotes, up to a comma or the end of the line.
  private mutating func plain(_ column: Int) throws(DataError) -> String {
    let start = position
    var end = position
    scan: while let byte = peek {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break scan
      case UInt8(ascii: "\""):
        throw .malformed(
          file: file, line: line, column: column + 1,
          reason: "a quote within a field; expected the whole field in quotes, and each quote in "
            + "it twice")
      case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
      default:
        position += 1
        end = position
      }
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// A field in quotes, and what may follow it.
  private mutating func quoted(_ column: Int) throws(DataError) -> String {
    let start = line
    var field: [UInt8] = []
    position += 1
    while let byte = peek {
      position += 1
      if byte == UInt8(ascii: "\"") {
        if peek != UInt8(ascii: "\"") {
          skipSpaces()
          guard let next = peek else { return String(decoding: field, as: UTF8.self) }
          guard [UInt8(ascii: ","), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(next) else {
            throw .malformed(
              file: file, line: line, column: column + 1,
              reason: "text after a closing quote; expected a comma or the end of the line")
          }
          return String(decoding: field, as: UTF8.self)
        }
        position += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      field.append(byte)
    }
    throw .malformed(
      file: file, line: start, column: column + 1, reason: "the quote is never closed")
  }
}
