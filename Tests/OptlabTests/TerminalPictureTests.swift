// Plots of schedules and maps of surfaces, as `optlab show` prints them.

import Foundation
import Testing

@Suite struct TerminalPictureTests {
  /// What is shown at 80 columns, where there is no terminal. `OPTLAB_RECORD=1 swift test` writes the
  /// files anew.
  @Test(arguments: [
    ("plot-cosine", "cosine"), ("plot-step", "step"), ("plot-ramp", "ramp"),
    ("plot-constant", "constant"), ("plot-plateau", "plateau[patience=100;factor=0.5]"),
    ("plot-noam", "inverse-sqrt@noam"), ("map-rosenbrock", "rosenbrock"),
    ("map-saddle", "saddle"), ("map-himmelblau", "himmelblau"),
  ])
  func picture(_ name: String, _ selection: String) async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run("show", selection)
    #expect(outcome.status == 0, "\(outcome.errors)")
    // From the first axis to the last line of the picture.
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    let drawn = lines.split(separator: "").first { $0.contains { $0.contains(" └─") } }
    let text = try #require(drawn).joined(separator: "\n") + "\n"
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let file = Workspace.sources.appendingPathComponent("Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["OPTLAB_RECORD"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
  }

  @Test func jsonHasNoPicture() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run("show", "cosine", "--json")
    #expect(outcome.status == 0)
    #expect(!outcome.output.contains("picture") && !outcome.output.contains("└"))
  }
}
