// `map`: a plane of runs, made once, stored as one result and drawn.

import Foundation
import Testing

@Suite struct MapCommandTests {
  private static let momentum = "momentum[lr=1e-3..0.1:12;momentum=0..0.9:8]"

  private func files(_ workspace: Workspace) throws -> [String] {
    let folder = try #require(try workspace.pictureFolders().first)
    return try FileManager.default.contentsOfDirectory(atPath: workspace.path("\(folder)/map"))
      .sorted()
  }

  /// The second time it is drawn from the store; `plot` draws it too.
  @Test func madeOnce() async throws {
    let workspace = try Workspace()
    let arguments = ["map", "quadratic", Self.momentum, "--steps", "200"]
    let first = try await workspace.run(arguments)
    #expect(first.status == 0)
    #expect(first.errors.contains("on quadratic: 96 cells done in "))
    let names = try files(workspace)
    #expect(
      names == [".gp", ".md", ".png", ".svg"].map { "map-quadratic-momentum-by-target" + $0 })
    let second = try await workspace.run(arguments)
    #expect(second.errors.hasSuffix("on quadratic: 96 cells reused from plots/runs.sqlite\n"))
    #expect(second.output == first.output)
    let plot = try await workspace.run("plot", "map[by=target]")
    #expect(plot.status == 0 && plot.output == first.output)
    // Cells are no runs.
    #expect(try await workspace.storedRuns().isEmpty)
  }

  /// Each line of the export is the run that `trace` makes with its settings.
  @Test func cellsAreTraces() async throws {
    let workspace = try Workspace()
    _ = try await workspace.run(
      "map", "rosenbrock", "momentum[lr=1e-4..1e-2:3;momentum=0..0.9:2]", "--steps", "30",
      "--target", "0", "--format", "png")
    let export = try await workspace.run("export", "maps")
    let lines = export.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(
      lines[0] == [
        "key", "map", "x_name", "x", "y_name", "y", "status", "steps", "gradients", "final_loss",
        "escape_step", "minimum",
      ])
    try #require(lines.count == 7)
    for line in lines.dropFirst() {
      let trace = try await workspace.run(
        "trace", "rosenbrock", "momentum[lr=\(line[3]);momentum=\(line[5])]", "--steps", "30")
      let last = trace.output.split(separator: "\n").last { !$0.contains("nan,") }
      #expect(last.map { String($0.split(separator: ",")[1]) } == line[9])
    }
    let others = try await workspace.run("export", "maps", "--problems", "quadratic")
    #expect(others.output.split(separator: "\n").count == 1)
  }

  @Test func json() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "map", "quadratic", Self.momentum, "--steps", "200", "--json", "--format", "png")
    let map = try #require((workspace.json(outcome) as? [[String: Any]])?.first)
    #expect(map["cells"] as? Int == 96)
    let statuses = try #require(map["statuses"] as? [String: Int])
    #expect(statuses.values.reduce(0, +) == 96 && statuses["diverged", default: 0] > 0)
    let best = try #require(map["best"] as? [String: Any])
    #expect(best["status"] as? String == "reached-target")
    #expect((best["settings"] as? [String: Double])?.keys.sorted() == ["lr", "momentum"])
    let whole = try await workspace.run("export", "maps", "--format", "json")
    let exported = try #require((workspace.json(whole) as? [[String: Any]])?.first)
    let columns = try #require(exported["columns"] as? [String: [Any]])
    #expect(columns.values.allSatisfy { $0.count == 96 })
  }

  /// The terminal, each criterion, and a surface whose minimum is not known.
  @Test(arguments: [
    ("bounded-saddle", "escape"), ("bounded-saddle", "diverged"), ("quadratic", "final"),
    ("quadratic", "target"), ("quadratic", "basin"), ("monkey-saddle", "final"),
  ])
  func criteria(_ problem: String, _ criterion: String) async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "map", problem, Self.momentum, "--steps", "100", "--by", criterion, "--format", "terminal")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("On \(problem), "))
  }

  /// A plugin that traps costs its own cells; the command says so, and that it can be tried again.
  @Test func trap() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Trapping.swift")
    let arguments = [
      "map", "rosenbrock", "trapping[lr=1e-3..0.1:10]", "--plugin", "Trapping.swift", "--steps",
      "100",
      "--format", "png",
    ]
    let first = try await workspace.run(arguments)
    #expect(first.status == 1)
    let warning = try #require(first.errors.split(separator: "\n").last)
    #expect(warning.hasPrefix("Warning: trapping[lr=1e-3..0.1:10] on rosenbrock: "))
    #expect(warning.contains("crashed: the worker was ended by SIG"))
    #expect(warning.hasSuffix("; --retry makes the map anew"))
    #expect(try await workspace.run(arguments).errors.contains("cells reused from"))
    #expect(try await workspace.run(arguments + ["--retry"]).errors.contains("cells done in"))
  }

  /// A hang within a step is ended by the time limit.
  @Test func hang() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Hanging.swift")
    let outcome = try await workspace.run(
      "map", "rosenbrock", "hanging[lr=1e-3..0.1:2]", "--plugin", "Hanging.swift", "--time-limit",
      "0.2", "--format", "png")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("2 cells timed out: no end of a step within the time limit"))
  }

  /// Cells of a network are runs like all others: stored, and not run again.
  @Test func networks() async throws {
    let workspace = try Workspace()
    let arguments = [
      "map", "softmax-regression[trainSize=256;batch=64]", "sgd[lr=1e-3..1:3]", "--steps", "4",
      "--format", "png",
    ]
    let first = try await workspace.run(arguments)
    try #require(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("where it ends at validation loss = "))
    #expect(try await workspace.storedRuns().count == 3)
    #expect(try await workspace.run(arguments).errors.contains("3 cells reused"))
  }

  @Test func suites() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "planes.yaml",
      """
      groups:
        - name: plane
          problems: quadratic
          maps: \(Self.momentum)
          steps: 100
          target: 1e-3
          figures: map[by=target]
      """)
    let dry = try await workspace.run("compare", "planes.yaml", "--dry-run")
    #expect(dry.output == "plane: map of \(Self.momentum) on quadratic, 100 steps, 96 cells\n")
    let outcome = try await workspace.run("compare", "planes.yaml")
    #expect(outcome.status == 0)
    #expect(outcome.errors.hasPrefix("\(Self.momentum) on quadratic: 96 cells done in "))
    #expect(
      outcome.output.hasPrefix(
        "drew plots/planes/plane/map-quadratic-momentum-by-target.png: On quadratic, momentum"))
  }

  @Test(arguments: [
    (
      ["quadratic", "adam"],
      "a map has one or two axes, ranges such as lr=1e-4..0.1:100; 'adam' on 'quadratic' has none"
    ),
    (
      ["quadratic", "adam[lr=1e-3..1:3000;beta1=0..0.9:3000]"],
      "3000 × 3000 = 9000000 cells are too many for one map; at most 4000000"
    ),
    (
      ["monkey-saddle", "sgd[lr=1e-3..1:3]", "--by", "target"],
      "--by target: the minimum of monkey-saddle is not known; --by final"
    ),
    (
      ["quadratic", "sgd[lr=1e-3..1:3]", "--by", "escape"],
      "--by escape: quadratic has no saddle; --by final"
    ),
    (
      ["softmax-regression", "sgd[lr=1e-3..1:3]", "--by", "basin"],
      "--by basin: no minimum of softmax-regression is known; --by final"
    ),
    (
      ["quadratic", "sgd[lr=1e-3..1:3]", "--steps", "0"],
      "--steps: expected a whole number from 1 to 1000000000, found 0"
    ),
    (
      ["quadratic", "sgd[lr=1e-3..1:3]", "--steps", "5", "--gradients", "5"],
      "a run has one budget: --steps or --gradients"
    ),
    (
      ["quadratic", "sgd[lr=1e-3..1:3]", "--target", "1"],
      "--target: expected a number in [0, 1), found 1"
    ),
  ])
  func mistakes(_ arguments: [String], _ message: String) async throws {
    let outcome = try await Workspace().run(["map"] + arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("Error: \(message)"), "\(outcome.errors)")
    #expect(outcome.output == "")
  }
}
