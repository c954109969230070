import Foundation
import OptimizerKit
import Plugins
import Testing

@testable import Networks

@Suite("CSV files")
struct CSVTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// Writes a file and returns its path.
  func write(_ text: String, _ name: String = "f.csv") throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file(name)))
    return scratch.file(name)
  }

  func examples(_ text: String) throws -> CSVExamples {
    try CSVExamples(Array(text.utf8), file: "f.csv")
  }

  /// 30 rows: features i and 2i, class i mod 3.
  let rows = (0..<30).map { "\($0),\(2 * $0),\($0 % 3)" }

  @Test func numbersAndClassNumbers() throws {
    let found = try examples("1,2.5,0\n-3e2,0.25,1\n")
    #expect(found.features == 2)
    #expect(found.values == [1, 2.5, -300, 0.25])
    #expect(found.labels == [0, 1])
    #expect(found.classNames == ["0", "1"])
  }

  @Test func namesAreNumberedInAlphabeticalOrder() throws {
    let found = try examples("1,owl\n2,cat\n3,owl\n4,dog")
    #expect(found.labels == [2, 0, 2, 1])
    #expect(found.classNames == ["cat", "dog", "owl"])
  }

  @Test(arguments: [
    "x,y,kind\n1,2,a\n3,4,b\n", "x,Label,y\n1,a,2\n3,b,4\n", "target,x,y\na,1,2\nb,3,4\n",
    "1,class,2\n1,a,2\n3,b,4\n", "1,2,a\r\n3,4,b\r\n", "1,2,a\r3,4,b",
    "\u{FEFF}1 ,\t2,  a \n\n  \n3,4,\"b\"\n\n", "\"1\",\"2\",\"a\"\n3,4,\"b\" ",
  ])
  func theSameTableInManyForms(_ text: String) throws {
    let found = try examples(text)
    #expect(found.values == [1, 2, 3, 4])
    #expect(found.labels == [0, 1])
    #expect(found.classNames == ["a", "b"])
  }

  @Test func quotesMayHoldCommasQuotesAndLines() throws {
    let found = try examples("1,\"a, \"\"b\"\"\nc\"\n2,plain\n")
    #expect(found.classNames == ["a, \"b\"\nc", "plain"])
  }

  @Test(arguments: [
    ("1,2,0\n1,x,1\n", "line 2, column 2: 'x' is not a number"),
    ("1,2,0\n1,,1\n", "line 2, column 2: nothing; expected a number"),
    ("1,2,0\n1,nan,1\n", "line 2, column 2: nan; expected a finite number"),
    ("a,b,c\n\n-inf,1,1\n", "line 3, column 1: -inf; expected a finite number"),
    ("1,1e39,0\n", "line 1, column 2: 1e39 is beyond single precision; expected at most 3.4e38"),
    ("1,2,0\n1,2\n", "line 2: 2 fields; expected 3, as on line 1"),
    ("1,2,0\n1,2,3,4\n", "line 2: 4 fields; expected 3, as on line 1"),
    (
      "1;2;0\n",
      "line 1: one column; expected at least two, separated by commas: numbers and the class"
    ),
    ("1,2,a\n1,2,\n", "line 2, column 3: nothing; expected a class"),
    (
      "1,2,a\n1,2,a\n",
      "line 1, column 3: all examples are of class a; expected two classes or more"
    ),
    ("1,\"2,0\n3,4,1\n", "line 1, column 2: the quote is never closed"),
    (
      "1,\"2\"x,0\n",
      "line 1, column 2: text after a closing quote; expected a comma or the end of the line"
    ),
    (
      "1,2\"x,0\n",
      "line 1, column 2: a quote within a field; expected the whole field in quotes, and each quote "
        + "in it twice"
    ),
    ("1,\"a\nb\"\n2,\"c\n", "line 3, column 2: the quote is never closed"),
  ])
  func whatIsWrongIsNamed(_ text: String, _ reason: String) {
    #expect(message { _ = try examples(text) } == "f.csv: " + reason)
  }

  @Test(arguments: ["1.5", "-1", "cat", "65536", "1e99", "nan"])
  func aClassIsAWholeNumber(_ text: String) {
    #expect(
      message { _ = try examples("1,0\n2,\(text)\n") }
        == "f.csv: line 2, column 2: '\(text)' is no class; expected whole numbers from 0 to 65535, "
        + "as in the first row, or names in all")
  }

  @Test func noTextTraps() throws {
    var random = RandomSource(seed: 1, purpose: .instance)
    let alphabet = Array("01.-e,\"\n\r x#".utf8) + [0, 0xFF]
    for _ in 0..<2000 {
      let bytes = (0..<random.index(below: 40)).map { _ in
        alphabet[random.index(below: alphabet.count)]
      }
      _ = try? CSVExamples(bytes, file: "f.csv")
    }
  }

  @Test func rowsAreShuffledAndSplit() throws {
    let source = DataSource.csv(CSVSource(path: try write(rows.joined(separator: "\n"))))
    let summary = try source.summary()
    #expect(
      summary
        == DataSummary(
          shape: [2], classes: 3, trainingCount: 24, validationCount: 3, testCount: 3))
    let data = try source.load(.none)
    let parts = [data.training, data.validation, try source.loadTest(.none)]
    let features = parts.flatMap { $0.features() }
    let labels = parts.flatMap { $0.classLabels() }
    let first = stride(from: 0, to: 60, by: 2).map { Int(features[$0]) }
    #expect(first != Array(0..<30))
    #expect(first.sorted() == Array(0..<30))
    for (i, row) in first.enumerated() {
      #expect(features[2 * i + 1] == Float(2 * row))
      #expect(labels[i] == Int32(row % 3))
    }
    let again = try source.read(from: "")
    #expect(again.training.features() == data.training.features())
  }

  @Test func tooFewRowsAreRefused() throws {
    let file = try write(rows.prefix(9).joined(separator: "\n"))
    #expect(
      message { _ = try DataSource.csv(CSVSource(path: file)).summary() }
        == "\(file): holds 9 examples; expected at least 10, a tenth each to validate and to test on"
    )
    let empty = try write("", "empty.csv")
    #expect(message { _ = try CSVSource(path: empty).read() }.contains("holds 0 examples"))
    let header = try write("x,class\n", "header.csv")
    #expect(message { _ = try CSVSource(path: header).read() }.contains("holds 0 examples"))
  }

  @Test func aGapInTheClassesIsRefused() throws {
    let file = try write((0..<30).map { "\($0),\($0 % 2 == 0 ? 0 : 3)" }.joined(separator: "\n"))
    #expect(
      message { _ = try DataSource.csv(CSVSource(path: file)).summary() }
        == "\(file): no training example is of class 1; expected at least one of each of the "
        + "4 classes")
  }

  @Test func filesThatCannotBeRead() throws {
    let file = scratch.file("nothing.csv")
    #expect(
      message { _ = try CSVSource(path: file).read() }
        == "\(file): cannot be read: No such file or directory")
    #expect(
      message { _ = try CSVSource(path: scratch.path).read() }
        == "\(scratch.path): cannot be read: not a file")
    var problem = MLP()
    try problem.set("data", to: "csv:" + file)
    #expect(
      message { try problem.validate() }
        == "mlp: \(file): cannot be read: No such file or directory")
    #expect(problem.layers.count == 4)  // nothing traps, whatever is asked first
  }

  @Test func theTextStandsForTheContent() throws {
    let file = try write(rows.joined(separator: "\n"))
    var problem = MLP()
    try problem.set("data", to: "csv:" + file)
    try problem.set("batch", to: "8")
    try problem.validate()
    let before = try #require(PluginSpec(problem)["data"])
    #expect(before.hasPrefix("csv:\(file)#"))
    #expect(before.count == "csv:\(file)#".count + 16)
    // Read back, it is the same; read anew from an edited file, it is not.
    #expect(DataSource(hyperparameter: before) == problem.data)
    _ = try write(rows.reversed().joined(separator: "\n"))
    try problem.set("data", to: "csv:" + file)
    #expect(PluginSpec(problem)["data"] != before)
    #expect(try problem.makeSession(seed: 1).stepsPerEpoch == 3)
  }

  @Test func aFileThatChangedIsRefused() throws {
    let file = try write(rows.joined(separator: "\n"))
    let source = CSVSource(path: file)
    _ = try write(rows.dropLast().joined(separator: "\n"))
    #expect(
      message { _ = try source.read() }
        == "\(file): has changed since the run was planned, or was not there then; plan it again, "
        + "with csv:\(file) and nothing after it")
    let later = CSVSource(path: scratch.file("later.csv"))
    _ = try write(rows.joined(separator: "\n"), "later.csv")
    #expect(message { _ = try later.read() }.contains("was not there then"))
  }
}
