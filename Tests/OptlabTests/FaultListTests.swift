// The list of planted faults fits the sources: `make mutants` can plant each of them.

import Foundation
import Testing

@Suite struct FaultListTests {
  @Test func everyFaultIsFoundOnce() throws {
    let root = Workspace.sources.deletingLastPathComponent().deletingLastPathComponent()
    let list = try String(
      contentsOf: root.appendingPathComponent("Tests/Mutants/faults.txt"), encoding: .utf8)
    let entries = list.split(separator: "\n\n").map { entry in
      entry.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) {
        (fields: inout [String: String], line) in
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { fields["\(parts[0])"] = String(parts[1].dropFirst()) }
      }
    }.filter { !$0.isEmpty }
    #expect(entries.count > 40)
    #expect(Set(entries.map { $0["fault"] }).count == entries.count)
    for entry in entries {
      let file = try #require(entry["file"])
      let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      let was = try #require(entry["was"])
      let isFoundOnce = text.components(separatedBy: was).count == 2
      #expect(isFoundOnce, "\(entry["fault"] ?? ""): '\(was)' in \(file)")
      #expect(entry["is"] != nil && entry["tests"]?.isEmpty == false)
    }
  }
}
