// A data set in a CSV file of one's own.

import Glibc
import OptimizerKit

/// A CSV file with one example a row: numbers, and the class in one column.
///
/// The class stands in the column that the header calls label, class or target, otherwise in the
/// last. It is a whole number from 0, or a name; names are numbered in alphabetical order. The first
/// line is a header where it names such a column, or where all of its fields but the last are no
/// numbers. The rows are shuffled, always in the same way, and split: 80 % to train on, 10 % to
/// validate on, 10 % to test on.
///
/// Written `csv:PATH#HASH`. Reading `csv:PATH` takes the hash of the file as it is at that moment, so
/// that the text, and the key of a run with it, stands for the file's content; what has changed since
/// is refused.
public struct CSVSource: Sendable, Hashable {
  /// Where the file lies.
  public let path: String
  /// The first 16 digits of the `ContentHash` of its bytes; nil where it could not be read.
  public let hash: String?

  /// The file at `path` as it is now.
  public init(path: String) {
    self.init(path: path, hash: (try? fileBytes(path)).map(Self.hash))
  }

  private init(path: String, hash: String?) {
    self.path = path
    self.hash = hash
  }

  /// From `PATH` or `PATH#HASH`; nil where there is no path.
  init?(text: String) {
    let hashSize = Self.hashSize
    let tail = text.utf8.suffix(hashSize + 1)
    if tail.count == hashSize + 1, tail.first == UInt8(ascii: "#"),
      tail.dropFirst().allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
    {
      self.init(path: String(text.dropLast(hashSize + 1)), hash: String(text.suffix(hashSize)))
    } else {
      self.init(path: text)
    }
    if path.isEmpty { return nil }
  }

  /// `PATH#HASH`.
  var text: String { path + (hash.map { "#" + $0 } ?? "") }

  private static let hashSize = 16

  private static func hash(_ bytes: [UInt8]) -> String {
    var hash = ContentHash()
    bytes.withUnsafeBytes { hash.update($0) }
    return String(hash.text.prefix(hashSize))
  }

  /// Reads and checks the examples.
  func table() throws(DataError) -> CSVExamples {
    let bytes = try fileBytes(path)
    guard hash == Self.hash(bytes) else { throw .changed(file: path) }
    let table = try CSVExamples(bytes, file: path)
    let least = 10
    guard table.labels.count >= least else {
      throw .tooFew(file: path, found: table.labels.count, expected: least)
    }
    return table
  }

  /// Where the file lies, from the root; as it was given where there is none.
  var absolutePath: String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Reads, checks, shuffles and splits the examples.
  func read() throws(DataError) -> RawDataSet {
    let table = try table()
    return RawDataSet(
      shuffled: try FloatExamples(
        values: table.values, labels: table.labels, shape: [table.features],
        classes: table.classNames.count, dataSet: path),
      classNames: table.classNames)
  }
}

/// The rows of a CSV file as features and labels.
struct CSVExamples {
  /// The number of columns beside the class.
  private(set) var features = 0
  /// Row after row.
  private(set) var values: [Float] = []
  /// One for each row.
  private(set) var labels: [Int32] = []
  /// What the classes are called, in the order of their numbers.
  private(set) var classNames: [String] = []

  private static let classColumns: Set = ["label", "class", "target"]
  /// The most classes that a file may number.
  private static let mostClasses = 1 << 16

  /// - Throws: `DataError`, with line and column.
  init(_ bytes: [UInt8], file: String) throws(DataError) {
    var reader = CSVReader(bytes, file: file)
    guard let first = try reader.next() else { throw .tooFew(file: file, found: 0, expected: 10) }
    let columns = first.fields.count
    guard columns >= 2 else {
      throw .malformed(
        file: file, line: first.line, column: nil,
        reason: "one column; expected at least two, separated by commas: numbers and the class")
    }
    let named = first.fields.lastIndex { Self.classColumns.contains($0.lowercased()) }
    let isHeader = named != nil || first.fields.dropLast().allSatisfy { Double($0) == nil }
    let classColumn = named ?? columns - 1
    features = columns - 1

    var names: [String: Int32] = [:]
    var areNumbers: Bool?
    var row = isHeader ? try reader.next() : first
    while let current = row {
      guard current.fields.count == columns else {
        throw .malformed(
          file: file, line: current.line, column: nil,
          reason: "\(current.fields.count) fields; expected \(columns), as on line \(first.line)")
      }
      for (column, field) in current.fields.enumerated() {
        do throws(Reason) {
          if column != classColumn {
            values.append(try Self.number(field))
          } else {
            if areNumbers == nil { areNumbers = Double(field) != nil }
            labels.append(
              areNumbers == true ? try Self.classNumber(field) : try Self.named(field, &names))
          }
        } catch {
          throw .malformed(
            file: file, line: current.line, column: column + 1, reason: error.text)
        }
      }
      row = try reader.next()
    }
    if areNumbers == true {
      classNames = (0..<1 + (labels.max() ?? 0)).map(String.init)
    } else {
      classNames = names.keys.sorted()
      var numbers = [Int32](repeating: 0, count: names.count)
      for (number, name) in classNames.enumerated() { numbers[Int(names[name]!)] = Int32(number) }
      labels = labels.map { numbers[Int($0)] }
    }
    guard classNames.count >= 2 || labels.isEmpty else {
      throw .malformed(
        file: file, line: first.line, column: classColumn + 1,
        reason: "all examples are of class \(classNames[0]); expected two classes or more")
    }
  }

  /// What is wrong with a field.
  private struct Reason: Error { let text: String }

  private static func number(_ field: String) throws(Reason) -> Float {
    guard let value = Double(field) else {
      throw Reason(
        text: field.isEmpty ? "nothing; expected a number" : "'\(field.prefix(40))' is not a number"
      )
    }
    guard value.isFinite else {
      throw Reason(text: "\(field.prefix(40)); expected a finite number")
    }
    guard abs(value) <= Double(Float.greatestFiniteMagnitude) else {
      throw Reason(
        text: "\(field.prefix(40)) is beyond single precision; expected at most 3.4e38")
    }
    return Float(value)
  }

  private static func classNumber(_ field: String) throws(Reason) -> Int32 {
    guard let value = Double(field), let number = Int32(exactly: value),
      (0..<mostClasses).contains(Int(number))
    else {
      throw Reason(
        text: "'\(field.prefix(40))' is no class; expected whole numbers from 0 to "
          + "\(mostClasses - 1), as in the first row, or names in all")
    }
    return number
  }

  /// The number of a name, in the order of first appearance.
  private static func named(_ field: String, _ names: inout [String: Int32]) throws(Reason)
    -> Int32
  {
    guard !field.isEmpty else { throw Reason(text: "nothing; expected a class") }
    if let number = names[field] { return number }
    let number = Int32(names.count)
    names[field] = number
    return number
  }
}
