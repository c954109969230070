// What the lab knows by name, listed, searched and written down.

import Foundation
import Testing

@Suite struct ListTests {
  /// Names are indented by four, families by two.
  private func names(_ outcome: Outcome) -> [String] {
    outcome.output.split(separator: "\n").filter { $0.hasPrefix("    ") }
      .map { String($0.split(separator: " ")[0]) }
  }

  @Test func familiesAndWordsChoose() async throws {
    let workspace = try Workspace()
    let adaptive = try await workspace.run("list", "optimizers", "--family", "adaptive")
    #expect(names(adaptive).contains("adam") && !names(adaptive).contains("sgd"))
    // What an optimizer says of itself is searched too, and whatever case words are in.
    let words = try await workspace.run("list", "NEWTON", "Schulz")
    #expect(names(words).contains("muon") && !names(words).contains("newton"))
    let schedules = try await workspace.run("list", "schedules", "cosine")
    #expect(names(schedules).contains("cosine") && !names(schedules).contains("step"))
  }

  /// What a shell asks for while a word is typed: the mark that opens it stays before all that is offered.
  @Test(arguments: [
    ("sgd[we", ["sgd[weightDecay="]), ("'sgd[we", ["'sgd[weightDecay="]),
    ("\"adam@opt", ["\"adam@optax"]), ("sgd,'x", []),
  ])
  func aShellIsOffered(_ word: String, _ expected: [String]) async throws {
    let outcome = try await Workspace().run(
      "---completion", "compare", "--", "--optimizers", "1", "\(word.count)", "optlab", word)
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: "\n").map(String.init) == expected)
  }

  @Test func whatIsNotThereIsSaid() async throws {
    let workspace = try Workspace()
    let family = try await workspace.run("list", "wrappers", "--family", "averagin")
    #expect(family.status == 64)
    #expect(
      family.errors.hasPrefix(
        "Error: unknown family of wrappers 'averagin'. Did you mean averaging?\n"))
    let word = try await workspace.run("list", "optimizers", "nesterow")
    #expect(word.status == 1)
    #expect(word.errors == "Error: no optimizer has 'nesterow'. Did you mean nesterov?\n")
  }

  /// With OPTLAB_RECORD set, it is written anew.
  @Test func thePageIsTrue() async throws {
    let page = try await Workspace().run("list", "--markdown")
    let file = Workspace.sources.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Plugins/CATALOGUE.md")
    if ProcessInfo.processInfo.environment["OPTLAB_RECORD"] != nil {
      try page.output.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == page.output, "make catalogue")
  }

  @Test func aPluginShowsItsEquations() async throws {
    let workspace = try Workspace()
    let page = try await workspace.run("show", "adamw")
    #expect(page.output.contains("\n      m ← β₁ m + (1 − β₁) g\n"))
    #expect(page.output.contains("\n  family: adaptive\n"))
    try workspace.fixture("Well.swift")
    let loaded = try await workspace.run("show", "well", "--plugin", "Well.swift")
    #expect(loaded.status == 0 && loaded.output.contains("Well.swift"))
  }
}
