// What the compiler says is cut down to what is about the user's file.

import Testing

@testable import Harness

@Suite struct CompilerOutputTests {
  private let output = """
    Lion.swift:3:15: error: type 'Lion' does not conform to protocol 'CoordinateRule'
     3 | public struct Lion: CoordinateRule {
       |               |- error: type 'Lion' does not conform to protocol 'CoordinateRule'

    /lab/CoordinateRule.swift:35:8: note: protocol requires function 'update'
    33 |
    35 |   func update()
    Lion.swift:3:15: error: type 'Lion' does not conform to protocol 'CoordinateRule'
     3 | public struct Lion: CoordinateRule {
       |               |- error: type 'Lion' does not conform to protocol 'CoordinateRule'
    Lion.swift:9:5: error: cannot find 'y' in scope
     9 |     y
    """

  @Test func onlyTheFileAndEachOnce() {
    #expect(
      CompilerOutput(output).text(about: "Lion.swift") == """
        Lion.swift:3:15: error: type 'Lion' does not conform to protocol 'CoordinateRule'
         3 | public struct Lion: CoordinateRule {
           |               |- error: type 'Lion' does not conform to protocol 'CoordinateRule'
        Lion.swift:9:5: error: cannot find 'y' in scope
         9 |     y
        """)
  }

  /// A failure of the compiler itself is shown as it is.
  @Test func nothingIsHiddenWhereNothingIsAboutTheFile() {
    #expect(
      CompilerOutput("error: no such module\n").text(about: "Lion.swift") == "error: no such module"
    )
    #expect(CompilerOutput(output).text(about: "Other.swift") == output)
    #expect(CompilerOutput("").text(about: "Lion.swift") == "")
  }

  @Test func manyAreCounted() {
    let many = (1...8).map { "L.swift:\($0):1: error: e\($0)\n \($0) | x" }.joined(separator: "\n")
    let text = CompilerOutput(many).text(about: "L.swift")
    #expect(text.hasPrefix("L.swift:1:1: error: e1\n 1 | x\nL.swift:2:1"))
    #expect(text.hasSuffix("e5\n 5 | x\nand 3 more"))
  }
}
