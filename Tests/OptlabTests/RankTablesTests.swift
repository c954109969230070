// Rankings as tables of a paper.

import Foundation
import Testing

@Suite struct RankTablesTests {
  /// Two rates of which one is better everywhere, and names with signs of LaTeX and Markdown.
  private static let suite = """
    groups:
      - name: rates
        problems: ["quadratic[condition=10]", matyas]
        optimizers: ["sgd[lr=0.1]", "sgd[lr=1e-3]", "momentum[lr=1e-3;momentum=0]"]
        steps: 100
        random-starts: 1-12
        record: outcomes
    """

  private func tables(_ format: String) async throws -> String {
    let workspace = try Workspace()
    try workspace.write("of_rates.yaml", Self.suite)
    let compare = try await workspace.run("compare", "of_rates.yaml", "--figures", "none")
    #expect(compare.status == 0, "\(compare)")
    let rank = try await workspace.run("rank", "of_rates", "--format", format)
    #expect(rank.status == 0, "\(rank)")
    return rank.output
  }

  /// What is told apart is bold, and of two that are equal neither is.
  @Test func boldIsWhatIsToldApart() async throws {
    let text = try await tables("markdown")
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.contains("---") }
    // Two tables of a header and three rows.
    #expect(rows.count == 8)
    #expect(rows[1].hasPrefix("| **sgd\\[lr=0.1\\]** | 1 |"))
    for row in [rows[2], rows[3], rows[6], rows[7]] { #expect(!row.contains("**")) }
    // On both problems.
    #expect(rows[5].components(separatedBy: "**").count == 5)
    // As many cells everywhere.
    for table in [rows[..<4], rows[4...]] {
      #expect(Set(table.map { $0.count(where: { $0 == "|" }) }).count == 1)
    }
    #expect(text.contains("told apart from all others"))
  }

  @Test func latexIsWhole() async throws {
    let text = try await tables("latex")
    #expect(text.contains("\\textbf{sgd[lr=0.1]}"))
    #expect(text.contains("of\\_rates") && text.contains("\\label{tab:of-rates-scores}"))
    #expect(!text.contains("₀") && !text.contains("−"))
    var depth = 0
    var before: Character = " "
    for character in text {
      if before != "\\" { depth += character == "{" ? 1 : character == "}" ? -1 : 0 }
      #expect(depth >= 0)
      before = character
    }
    #expect(depth == 0)
    for name in ["table", "tabular"] {
      #expect(
        text.components(separatedBy: "\\begin{\(name)}").count
          == text.components(separatedBy: "\\end{\(name)}").count)
    }
    // Rows of as many cells as there are columns.
    for row in text.split(separator: "\n") where row.hasSuffix("\\\\") {
      let cells = row.components(separatedBy: " & ").count
      #expect(cells == 5 || cells == 3, "\(row)")
    }
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/pdflatex") else { return }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n\(text)\\end{document}\n"
      .write(to: folder.appendingPathComponent("t.tex"), atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/pdflatex")
    process.arguments = ["-halt-on-error", "-interaction=batchmode", "t.tex"]
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func formatsStandAlone() async throws {
    let workspace = try Workspace()
    let both = try await workspace.run("rank", "--format", "csv", "--json")
    #expect(both.status == 64 && both.errors.contains("--format writes tables"))
    let csv = try await tables("csv")
    #expect(csv.hasPrefix("optimizer,rank,average rank,place,failed runs\nsgd[lr=0.1],1,"))
  }
}
