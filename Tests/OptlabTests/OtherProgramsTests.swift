// Stores as other programs read them.

import Foundation
import Testing

/// The Python for which Debian packages modules, whatever else is on the path.
private let debianPython = URL(fileURLWithPath: "/usr/bin/python3")

/// Whether a module of Python can be loaded here.
private func canImport(_ module: String) -> Bool {
  let process = Process()
  process.executableURL = debianPython
  process.arguments = ["-c", "import \(module)"]
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

@Suite struct OtherProgramsTests {
  private static let root = Workspace.sources.deletingLastPathComponent()
    .deletingLastPathComponent()

  /// What a Python program prints that runs in a workspace.
  private func python(_ arguments: [String], in workspace: Workspace) throws -> String {
    let process = Process()
    process.executableURL = debianPython
    process.arguments = arguments
    process.currentDirectoryURL = workspace.folder
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
  }

  /// The recipe in Python gives the numbers of every path that the lab itself exports: smooth ones, noisy
  /// ones, ones that diverge, of many steps and of few.
  @Test(.enabled(if: canImport("sqlite3"), "needs python3"))
  func trajectoriesAreUnpacked() async throws {
    let workspace = try Workspace()
    let compare = try await workspace.run(
      "compare", "--optimizers", "momentum,adam[lr=0.1],sgd[lr=1],bfgs,trust-newton", "--problems",
      "rosenbrock,quadratic[noise=1],sphere[dim=3]", "--steps", "70")
    #expect(compare.status == 0, "\(compare.errors)")
    let export = try await workspace.run("export", "trajectories").output
    var rows: [String: [[Double]]] = [:]
    for line in export.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      // step, loss, gradient norm, learning rate and the point are the last ones.
      let numbers = cells.suffix(5).flatMap { $0.split(separator: " ") }.map { Double($0) ?? .nan }
      rows[String(cells[0]), default: []].append(numbers)
    }
    #expect(rows.count == 15)
    let recipe = Self.root.appendingPathComponent("Tests/References/trajectory.py").path
    for (key, expected) in rows {
      let lines = try python([recipe, "plots/runs.sqlite", key], in: workspace)
        .split(separator: "\n")
      let names = lines[0].split(separator: ",")
      #expect(names.prefix(2) == ["step", "gradients"] && lines.count == expected.count + 1)
      for (line, row) in zip(lines.dropFirst(), expected) {
        let values = line.split(separator: ",").map { Double($0) ?? .nan }
        let found = [values[0]] + values[6...]
        for (a, b) in zip(found, row) { #expect(a == b || a.isNaN && b.isNaN) }
        #expect(found.count == row.count)
      }
    }
  }

  /// Runs that a suite asks for and that are not there are missed by what is said of it.
  @Test(.enabled(if: canImport("sqlite3"), "needs python3"))
  func missingRunsAreSaid() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "few.yaml",
      """
      groups:
        - {name: few, optimizers: ["sgd[lr=1e-3]", "adam[lr=0.1]"], problems: booth, steps: 20,
           random-starts: 1-8}
      """)
    _ = try await workspace.run("compare", "few.yaml")
    #expect(try await !workspace.run("rank", "few").output.contains("not done yet"))
    let remove = """
      import sqlite3
      store = sqlite3.connect("plots/runs.sqlite")
      store.execute("DELETE FROM run WHERE key IN (SELECT key FROM suite_run WHERE position < 3)")
      store.commit()
      """
    _ = try python(["-c", remove], in: workspace)
    let rank = try await workspace.run("rank", "few").output
    #expect(
      rank.contains("3 runs of the suite are not done yet; this is of those that are\n"), "\(rank)")
    #expect(rank.contains("booth: only runs that all have are counted; some are missing of sgd"))
    #expect(rank.contains("on 1 problem × 5 runs"))
  }

  /// The example of the README runs as it stands, and gives what the table of `compare` has.
  @Test(.enabled(if: canImport("pandas"), "needs pandas"))
  func theExampleWithPandas() async throws {
    let workspace = try Workspace()
    let readme = try String(
      contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
    let program = try #require(
      readme.split(separator: "```python\n").dropFirst().first?.split(separator: "```").first)
    try workspace.write("example.py", String(program))
    try workspace.write(
      "quick.yaml",
      """
      groups:
        - {name: few, optimizers: ["sgd[lr=1e-3]", "adam[lr=0.1]"], problems: [beale, booth], steps: 50,
           random-starts: 1-5}
      """)
    let compare = try await workspace.run("compare", "quick.yaml", "--json")
    let lines = try #require(workspace.json(compare) as? [[String: Any]])
    let printed = try python(["example.py"], in: workspace)
    #expect(lines.count == 4)
    for line in lines {
      let name = try #require(line["optimizer"] as? String)
      let loss = try #require(line["finalLoss"] as? Double)
      let row = printed.split(separator: "\n").first {
        $0.contains(name) && ($0.contains(line["problem"] as? String ?? "?") || !$0.hasPrefix("b"))
          && abs((Double($0.split(separator: " ").last ?? "") ?? .nan) - loss) < 1e-5 * loss
      }
      #expect(row != nil, "\(name) \(loss) in\n\(printed)")
    }
  }
}
