// Every experiment at a small size: it comes to a verdict, and the opposite of its claim turns it.

import Foundation
import Testing

@Suite struct ExperimentTests {
  private struct Result: Decodable {
    let name, verdict, sentence, size: String
    let planted: String?
    let figures: [String]
  }

  @Test func oppositesTurnVerdicts() async throws {
    let workspace = try Workspace()
    let claims = try await results(["--page", "page.html"], in: workspace)
    let opposites = try await results(["--opposite", "--page", "opposite.html"], in: workspace)
    #expect(!claims.isEmpty)
    #expect(claims.map(\.name) == opposites.map(\.name))
    for (claim, opposite) in zip(claims, opposites) {
      #expect(claim.planted == nil && opposite.planted != nil)
      #expect(claim.verdict != "undecided", "\(claim.name): \(claim.sentence)")
      #expect(opposite.verdict != "undecided", "\(opposite.name): \(opposite.sentence)")
      #expect(
        claim.verdict != opposite.verdict,
        "\(claim.name) with \(opposite.planted ?? ""): \(claim.verdict), and \(opposite.sentence)")
      #expect(!claim.figures.isEmpty, "\(claim.name) shows nothing")
      for file in claim.figures {
        #expect(FileManager.default.fileExists(atPath: workspace.path(file)))
      }
    }
    let page = try String(contentsOfFile: workspace.path("page.html"), encoding: .utf8)
    for claim in claims { #expect(page.contains("<section id=\"\(claim.name)\">")) }
    // What is stored is not run again, and judged alike.
    let again = try await results([], in: workspace)
    #expect(again.map(\.sentence) == claims.map(\.sentence))
  }

  private func results(_ arguments: [String], in workspace: Workspace) async throws -> [Result] {
    let run = try await workspace.run(
      ["experiment", "--quick", "--json", "--format", "svg"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try JSONDecoder().decode([Result].self, from: Data(run.output.utf8))
  }
}
