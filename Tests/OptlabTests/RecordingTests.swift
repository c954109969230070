// What is kept of runs, and what they may cost, from the command line and from suites.

import Foundation
import Testing

@Suite struct RecordingTests {
  /// Rows of an export by the key and label of their run: their steps.
  private func steps(_ workspace: Workspace) async throws -> [String: [Int]] {
    let lines = try await workspace.run("export", "trajectories").output.split(separator: "\n")
    let columns = lines[0].split(separator: ",").map(String.init)
    let (label, step) = (
      try #require(columns.firstIndex(of: "optimizer")),
      try #require(columns.firstIndex(of: "step"))
    )
    var steps: [String: [Int]] = [:]
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      steps["\(cells[label])", default: []].append(try #require(Int(cells[step])))
    }
    return steps
  }

  /// Two groups that ask for one run with other rows: it is done once, the second time nothing is
  /// done, and an export has the rows of each group.
  @Test func groupsThatShareARun() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "shared.yaml",
      """
      steps: 12
      groups:
        - {name: one, optimizers: "sgd[lr=1e-3]", problems: rosenbrock, every: 4}
        - {name: two, optimizers: "sgd[lr=0.001]", problems: rosenbrock, every: 6}
      """)
    let first = try await workspace.run("compare", "shared.yaml")
    #expect(first.status == 0, "\(first)")
    #expect(first.errors.hasPrefix("1 runs done in"), "\(first)")
    #expect(first.output.contains("one: rosenbrock") && first.output.contains("two: rosenbrock"))
    #expect(try await workspace.storedRuns().count == 1)
    let second = try await workspace.run("compare", "shared.yaml")
    #expect(second.errors.hasPrefix("0 runs done in"), "\(second)")
    #expect(second.errors.contains(", 2 reused from"))
    #expect(second.output == first.output)
    #expect(
      try await steps(workspace)
        == ["sgd[lr=1e-3]": [0, 4, 8, 12], "sgd[lr=0.001]": [0, 6, 12]])
  }

  /// Without paths there are outcomes, with all measures, and no rows.
  @Test func outcomesOnly() async throws {
    let workspace = try Workspace()
    let arguments = [
      "compare", "--optimizers", "sgd[lr=1e-3],adam", "--problems", "rosenbrock", "--steps", "50",
      "--figures", "none",
    ]
    let outcomes = try await workspace.run(arguments + ["--record", "outcomes"])
    #expect(outcomes.errors.hasPrefix("2 runs done in"), "\(outcomes)")
    #expect(
      try await workspace.run("export", "trajectories").output.split(separator: "\n").count == 1)
    // Paths that were not kept have to be made; then they serve those who want none.
    let paths = try await workspace.run(arguments)
    #expect(paths.errors.hasPrefix("2 runs done in"), "\(paths)")
    #expect(paths.output == outcomes.output)
    #expect(
      try await steps(workspace).mapValues(\.count) == ["sgd[lr=1e-3]": 51, "adam": 51])
    let again = try await workspace.run(arguments + ["--record", "outcomes"])
    #expect(again.errors.hasPrefix("0 runs done in"), "\(again)")
    #expect(
      try await workspace.run("export", "trajectories").output.split(separator: "\n").count == 1)
  }

  /// A budget in gradients is another run than one in steps, even where a step takes one.
  @Test func budgets() async throws {
    let workspace = try Workspace()
    let arguments = ["compare", "--optimizers", "adam", "--problems", "rosenbrock"]
    let steps = try await workspace.run(arguments + ["--steps", "7"])
    let gradients = try await workspace.run(arguments + ["--gradients", "7"])
    #expect(gradients.errors.hasPrefix("1 runs done in"), "\(gradients)")
    #expect(gradients.output.hasPrefix("comparison: rosenbrock from (-1.2, 1), 7 gradients\n"))
    #expect(
      gradients.output.replacing("7 gradients", with: "7 steps") == steps.output, "\(steps)")
    let seconds = try await workspace.run(arguments + ["--seconds", "0.02"])
    #expect(seconds.output.hasPrefix("comparison: rosenbrock from (-1.2, 1), 0.02 s\n"))
    let runs = try await workspace.storedRuns()
    #expect(runs.count == 3)
    let specs = runs.compactMap { $0["spec"] as? [String: Any] }
    #expect(specs.compactMap { $0["steps"] as? Int } == [7])
    #expect(specs.compactMap { $0["gradients"] as? Int } == [7])
    #expect(specs.compactMap { $0["seconds"] as? Double } == [0.02])
    // The clock of a run stops where the budget does, give or take the last few steps.
    let timed = try #require(
      runs.first { ($0["spec"] as? [String: Any])?["seconds"] != nil })
    #expect(timed["status"] as? String == "completed")
    #expect(try #require(timed["seconds"] as? Double) >= 0.02)
  }
}
