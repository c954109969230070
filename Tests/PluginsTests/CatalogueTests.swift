// The catalogue: what is registered, under which kind and name, and what is refused.

import Foundation
import OptimizerKit
import Plugins
import Testing

/// A schedule under any name.
private protocol Named: Schedule {}

extension Named {
  static var summary: String { "a constant" }
  init() { fatalError("never made") }
  func value(base: Double, step: Int, steps: Int) -> Double { base }
}

@Suite struct CatalogueTests {
  private struct Adam: Named { static let name = "adam" }
  private struct Loud: Named { static let name = "Loud" }
  private struct Last: Named { static let name = "last-" }
  private struct Nameless: Named { static let name = "" }
  private struct Digits: Named { static let name = "2c2d" }
  /// What a wrapper's protocol will say of its kind.
  private struct Around: Named {
    static let name = "adam"
    static let kind = PluginKind.wrapper
  }
  private struct Rule: Named {
    static let name = "adam"
    static let kind = PluginKind.optimizer
  }

  private let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: PluginKind.allCases)
  func everyFileIsRegistered(_ kind: PluginKind) throws {
    let plugins = folder.appending(path: "Plugins/\(kind.folder)").path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: plugins)) ?? []
    let entries = PluginCatalogue.builtIn().entries(kind)
    #expect(
      Set(entries.map(\.file)) == Set(files.map { "Plugins/\(kind.folder)/\($0)" }))
    for entry in entries {
      #expect(entry.kind == kind)
      #expect((entry.make() == nil) == (kind.language == .yaml))
      let text = try String(contentsOf: folder.appending(path: entry.file), encoding: .utf8)
      #expect(entry.sourceHash == ContentHash.of(text))
      #expect(kind.language == .swift || entry.text.hasPrefix(text))
    }
  }

  @Test func nothingBuiltInIsRefused() {
    #expect(PluginCatalogue.builtIn().failures.map(\.reason) == [])
  }

  @Test func kindsHaveWords() {
    #expect(PluginKind.allCases.map(\.plural) == PluginKind.allCases.map { "\($0)s" })
    #expect(PluginKind(plural: "figures") == .figure)
    #expect(PluginKind(plural: "figure") == nil)
    #expect(PluginKind.suite.file("quick") == "Plugins/Suites/quick.yaml")
    #expect(PluginKind.wrapper.file("Lookahead") == "Plugins/Wrappers/Lookahead.swift")
  }

  @Test func namesAreUniqueInTheirSpace() throws {
    var catalogue = PluginCatalogue()
    catalogue.register(Rule.self, file: "Rule.swift", sourceHash: "1")
    catalogue.register(Adam.self, file: "Adam.swift", sourceHash: "2")
    #expect(catalogue.failures.isEmpty)
    // A wrapper is asked for where an optimizer is.
    catalogue.register(Around.self, file: "Around.swift", sourceHash: "3")
    #expect(catalogue.failures.map(\.file) == ["Around.swift"])
    #expect(catalogue.failures.map(\.reason) == ["the name 'adam' is taken by Rule.swift"])
    #expect(try catalogue.entry("adam", kind: .schedule).file == "Adam.swift")
    #expect(catalogue.sourceHashes == ["Rule.swift": "1", "Adam.swift": "2"])
    catalogue.remove(file: "Rule.swift")
    catalogue.register(Around.self, file: "Around.swift", sourceHash: "3")
    #expect(catalogue.entries.map(\.kind) == [.wrapper, .schedule])
  }

  @Test func namesKeepToTheRule() {
    var catalogue = PluginCatalogue()
    catalogue.register(Loud.self, file: "Loud.swift", sourceHash: "")
    catalogue.register(Last.self, file: "Last.swift", sourceHash: "")
    catalogue.register(Nameless.self, file: "Nameless.swift", sourceHash: "")
    catalogue.register(Digits.self, file: "Digits.swift", sourceHash: "")
    #expect(catalogue.schedules.map(\.name) == ["2c2d"])
    #expect(catalogue.failures.count == 3)
    #expect(
      catalogue.failures[0].reason
        == "the name 'Loud' is not valid; expected lower case letters, digits, and hyphens "
        + "between them")
  }

  @Test(arguments: [
    ("SignSGD", "sign-sgd"), ("Lion", "lion"), ("AdamW", "adam-w"), ("LBFGSTorch", "lbfgs-torch"),
    ("Net2Wide", "net2-wide"),
  ])
  func typesSuggestNames(_ type: String, _ name: String) {
    #expect(PluginName.isType(type) && !PluginName.isType(name))
    #expect(PluginName.suggested(for: type) == name)
    #expect(PluginName.isValid(name))
  }

  /// A catalogue asked for what a type is not says so, and does not trap.
  @Test func aKindIsNotTakenForAnother() {
    var catalogue = PluginCatalogue()
    catalogue.register(Digits.self, file: "Digits.swift", sourceHash: "")
    catalogue.register(
      .suite, name: "quick", text: "groups: []", file: "quick.yaml", sourceHash: "")
    #expect(throws: UnknownPlugin.self) {
      try catalogue.plugin(
        PluginSpec(name: "quick", settings: []), kind: .suite, as: (any Plugin).self)
    }
    #expect(throws: UnknownPlugin.self) {
      try catalogue.optimizer(PluginSpec(name: "2c2d", settings: []))
    }
  }
}
