// The whole examples of Plugins/README.md: each passes its check as it stands there.

import Foundation
import Testing

@Suite struct GuideTests {
  /// The Swift blocks that are whole files, by the name of their type.
  static let examples: [String: String] = {
    let guide = Workspace.sources.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Plugins/README.md")
    let text = (try? String(contentsOf: guide, encoding: .utf8)) ?? ""
    var examples: [String: String] = [:]
    for block in text.components(separatedBy: "```swift\n").dropFirst() {
      let code = block.components(separatedBy: "```")[0]
      guard code.hasPrefix("import "), let start = code.range(of: "public struct ") else {
        continue
      }
      examples[String(code[start.upperBound...].prefix { $0.isLetter || $0.isNumber })] = code
    }
    return examples
  }()

  @Test(arguments: examples.keys.sorted())
  func passesItsCheck(_ type: String) async throws {
    let workspace = try Workspace()
    try workspace.write("\(type).swift", try #require(Self.examples[type]))
    let check = try await workspace.run("check", "\(type).swift", "--time-limit", "600")
    #expect(check.status == 0, "\(check)")
    #expect(check.output.contains(": passes\n"))
  }

  @Test func thereAreExamples() {
    #expect(Set(["SoftLion", "GradientNorms"]).isSubset(of: Self.examples.keys))
  }
}
