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
    }
  }
}
