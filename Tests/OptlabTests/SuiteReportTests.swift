// Reports and figures of whole suites, as a user of the command gets them.

import Foundation
import Testing

@Suite struct SuiteReportTests {
  private static let suite = """
    title: Rates & momentum <here>
    figures: [rank, tuned, trajectory]
    tuning: {trials: 4}
    groups:
      - name: bowls
        problems: ["quadratic[condition=10]", matyas]
        optimizers: ["sgd[lr=1e-3..1]", "adam[lr=1e-3..1]"]
        steps: 60
        random-starts: 1-6
    """

  private func page(_ workspace: Workspace, _ path: String) throws -> String {
    try String(contentsOfFile: workspace.path(path), encoding: .utf8)
  }

  @Test func aSuiteIsReported() async throws {
    let workspace = try Workspace()
    try workspace.write("bowls.yaml", Self.suite)
    let compare = try await workspace.run("compare", "bowls.yaml", "--format", "svg")
    #expect(compare.status == 0, "\(compare)")
    // Figures of the whole suite lie beside its groups, once.
    #expect(compare.output.contains("drew plots/bowls/rank.svg: "))
    #expect(compare.output.contains("drew plots/bowls/bowls/trajectory-"))

    let report = try await workspace.run("report")
    #expect(report.status == 0, "\(report)")
    #expect(report.output.hasPrefix("wrote plots/bowls/report.html: "))
    let html = try page(workspace, "plots/bowls/report.html")
    #expect(html.contains("<h1>Rates &amp; momentum &lt;here&gt;</h1>"))
    for part in ["quadratic[condition=10]", "matyas", "Tuning", "Who is better", "Ledger"] {
      #expect(html.contains(">\(part)</h2>") || html.contains(">\(part)</a>"), "\(part)")
    }
    #expect(html.contains("optlab plot rank --suite bowls</code>"))
    #expect(html.contains("class=\"player\""))
    #expect(html.contains("4 trials each by sobol"))
    // The same runs make the same page.
    _ = try await workspace.run("report", "bowls", "--output", "again.html")
    #expect(try page(workspace, "again.html") == html)
  }

  @Test func whatIsMissingIsSaid() async throws {
    let workspace = try Workspace()
    try workspace.write("bowls.yaml", Self.suite)
    _ = try await workspace.run("compare", "bowls.yaml", "--figures", "none")
    let database = try #require(
      try? FileManager.default.contentsOfDirectory(atPath: workspace.path("plots"))
        .first { $0.hasSuffix(".sqlite") })
    // As if the command had been killed on its way.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sqlite3; d = sqlite3.connect('\(workspace.path("plots/" + database))'); "
        + "d.execute(\"DELETE FROM run WHERE key IN (SELECT key FROM suite_run WHERE suite = 'bowls' "
        + "AND position < 10)\"); d.commit()",
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let report = try await workspace.run("report", "bowls", "--output", "r.html")
    #expect(report.status == 0, "\(report)")
    #expect(
      try page(workspace, "r.html").contains(
        "38 of 48 runs are done; this is of those. &#39;optlab compare bowls.yaml&#39; does the others."
      )
    )
  }

  @Test func oneAloneHasAReport() async throws {
    let workspace = try Workspace()
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=1e-3]", "--problems", "beale", "--steps", "20")
    let report = try await workspace.run("report", "--output", "r.html")
    #expect(report.status == 0, "\(report)")
    let html = try page(workspace, "r.html")
    #expect(html.contains("There is no ranking of all: to rank takes two participants"))
    #expect(
      html.contains("<p class=\"answer\">1 run of 1 optimizer on 1 problem: to rank takes two.</p>")
    )
  }

  /// What was written on the command line can be written again; what failed is said first.
  @Test func aComparisonWhereAllFailHasAReport() async throws {
    let workspace = try Workspace()
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=100,200]", "--problems", "beale", "--steps", "40",
      "--seeds", "1-2")
    let report = try await workspace.run("report", "--output", "r.html")
    #expect(report.status == 0, "\(report)")
    let html = try page(workspace, "r.html")
    #expect(
      html.contains(
        "<p class=\"answer\">All of 4 runs of 2 optimizers on 1 problem failed: there is nobody to rank.</p>"
      ))
    #expect(
      html.contains(
        "<dt>runs</dt><dd><code>optlab compare --optimizers &#39;sgd[lr=100,200]&#39; --problems beale "
          + "--steps 40 --seeds 1-2"))
    #expect(html.contains("class=\"player\""))
  }

  @Test func whatCannotBeReportedIsRefused() async throws {
    let workspace = try Workspace()
    let nothing = try await workspace.run("report")
    #expect(nothing.status != 0)
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd,adam", "--problems", "beale", "--steps", "5", "--figures",
      "none")
    let unknown = try await workspace.run("report", "quik")
    #expect(unknown.errors.contains("unknown suite in plots/runs.sqlite 'quik'"))
    let by = try await workspace.run("report", "--by", "luck")
    #expect(by.status == 64 && by.errors.contains("--by: expected standard"))
    let output = try await workspace.run("report", "--output", "")
    #expect(output.status == 64)
    let folder = try await workspace.run("report", "--output", "/proc/none/r.html")
    #expect(folder.status == 1 && folder.errors.contains("cannot write /proc/none"))
    // A device stays a device.
    let null = try await workspace.run("report", "--output", "/dev/null")
    #expect(null.status == 0, "\(null)")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }
}
