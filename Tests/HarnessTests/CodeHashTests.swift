// The hash of the engine: what decides numbers changes it, what is said does not.

import OptimizerKit
import Testing

@Suite struct CodeHashTests {
  private func hash(_ source: String) -> String {
    var hash = CodeHash()
    hash.update(source)
    return hash.text
  }

  private let source = #"""
    /// Says so.
    func f(_ x: Double) throws -> Double {
      guard x > 0 else { throw E("x is \(g("a b", x)), and not above 0") }  // why
      return x * 2.0 /* twice /* nested */ */ + h("V", "L")
    }
    """#

  @Test(arguments: [
    ("/// Says so.", "/// Says something else, with \"quotes\"."),
    ("// why", ""),
    ("x is \\(g(\"a b\", x)), and not above 0", "x = \\(x * 3), but must be positive"),
    ("/* twice /* nested */ */ ", ""),
    ("  guard", "      guard"),
  ])
  func wordsAndLayoutDoNotChangeIt(_ old: String, _ new: String) {
    #expect(source.contains(old))
    #expect(hash(source.replacing(old, with: new)) == hash(source))
  }

  @Test(arguments: [
    ("2.0", "2.5"), ("x > 0", "x >= 0"), ("\"V\"", "\"N\""), ("return", "_ ="),
    ("+ h(\"V\", \"L\")", ""), ("guard x > 0 else { throw", "if x > 0 { throw"),
  ])
  func codeChangesIt(_ old: String, _ new: String) {
    #expect(source.contains(old))
    #expect(hash(source.replacing(old, with: new)) != hash(source))
  }

  /// What follows a text, a raw text or a long one is read as code again.
  @Test(arguments: [
    "let a = \"one two \\\" three\"; let b = 1", "let a = #\"one \" two\"#; let b = 1",
    "let a = \"\"\"\n  one \"two\"\n  \"\"\"\nlet b = 1", "let a = \"\\(f(\") \"))\"; let b = 1",
    "let a = \"// no comment\"; let b = 1",
  ])
  func textsEndWhereTheyEnd(_ source: String) {
    #expect(hash(source) != hash(source.replacing("b = 1", with: "b = 2")))
    #expect(hash(source) == hash(source + "  // said"))
  }

  @Test(arguments: ["\"", "#\"", "\"\"\"", "\"\\(", "/*", "/* \" */ \"\\", "#", "\"\\"])
  func whatIsNeverEndedIsReadToTheEnd(_ source: String) {
    #expect(hash(source).count == 32)
  }
}
