// What can be wrong with data files.

/// Why a data set cannot be used: which file, what is wrong with it, what would be right.
public enum DataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file is not there; `remedy` says what puts it there.
  case missing(dataSet: String, file: String, remedy: String)
  /// A file is there and cannot be opened.
  case unreadable(file: String, reason: String)
  /// A file does not begin as gzip does.
  case notGzip(file: String)
  /// A compressed stream is damaged.
  case corrupt(file: String, reason: String)
  /// The first four bytes are not those of the kind of file.
  case wrongMagic(file: String, found: UInt32, expected: UInt32)
  /// The header states another number of examples.
  case wrongCount(file: String, found: Int, expected: Int)
  /// The header states another size of image.
  case wrongSize(file: String, found: Shape, expected: Shape)
  /// The file ends too early.
  case truncated(file: String, found: Int, expected: Int)
  /// There is more in the file than its header states.
  case tooLong(file: String, expected: Int)
  /// A label is not one of the classes.
  case labelOutOfRange(file: String, example: Int, label: Int, classes: Int)
  /// An uncompressed file has another size.
  case wrongFileSize(file: String, found: Int, expected: Int)
  /// A line of a text file is not as it should be; lines and columns are counted from 1.
  case malformed(file: String, line: Int, column: Int?, reason: String)
  /// A file is not the one that a run was planned with.
  case changed(file: String)
  /// There are too few examples to split.
  case tooFew(file: String, found: Int, expected: Int)
  /// No training example is of a class.
  case emptyClass(dataSet: String, name: String, classes: Int)
  /// There are not as many values as the examples need.
  case wrongValues(dataSet: String, found: Int, expected: Int)
  /// A value is NaN or infinite.
  case notFinite(dataSet: String, example: Int, feature: Int)
  /// Data do not suit what is to be done to them.
  case unsuitable(String)

  public var description: String {
    switch self {
    case .missing(let dataSet, let file, let remedy):
      "the data set \(dataSet) is missing (no file \(file)); \(remedy)"
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .notGzip(let file):
      "\(file): not a gzip file; expected one that begins with the bytes 1f 8b"
    case .corrupt(let file, let reason):
      "\(file): damaged: \(reason)"
    case .wrongMagic(let file, let found, let expected):
      "\(file): begins with the number \(found); expected \(expected), "
        + (expected == IDX.imagesMagic ? "IDX images of bytes" : "IDX labels of bytes")
    case .wrongCount(let file, let found, let expected):
      "\(file): holds \(found) examples; expected \(expected)"
    case .wrongSize(let file, let found, let expected):
      "\(file): its images are \(found); expected \(expected)"
    case .truncated(let file, let found, let expected):
      "\(file): cut short: \(found) bytes after decompression; expected \(expected)"
    case .tooLong(let file, let expected):
      "\(file): too long: more than the expected \(expected) bytes after decompression"
    case .labelOutOfRange(let file, let example, let label, let classes):
      "\(file): example \(example) (from 0) has label \(label); expected 0 to \(classes - 1)"
    case .wrongFileSize(let file, let found, let expected):
      "\(file): \(found < expected ? "cut short" : "too long"): \(found) bytes; expected \(expected)"
    case .malformed(let file, let line, let column, let reason):
      "\(file): line \(line)" + (column.map { ", column \($0)" } ?? "") + ": \(reason)"
    case .changed(let file):
      "\(file): has changed since the run was planned, or was not there then; plan it again, "
        + "with csv:\(file) and nothing after it"
    case .tooFew(let file, let found, let expected):
      "\(file): holds \(found) examples; expected at least \(expected), a tenth each to validate "
        + "and to test on"
    case .emptyClass(let dataSet, let name, let classes):
      "\(dataSet): no training example is of class \(name); expected at least one of each of the "
        + "\(classes) classes"
    case .wrongValues(let dataSet, let found, let expected):
      "\(dataSet): \(found) values; expected \(expected)"
    case .notFinite(let dataSet, let example, let feature):
      "\(dataSet): feature \(feature) of example \(example) (both from 0) is not finite; "
        + "expected a finite number"
    case .unsuitable(let reason):
      reason
    }
  }
}
