// Plugins with every fault: each costs its own runs, which are recorded with the reason.

import Foundation
import Testing

@Suite struct FaultyPluginTests {
  /// How the runs of each end: status, and what the reason says.
  static let rules: [(name: String, status: String, reason: String)] = [
    ("Well", "completed", ""),
    ("Trapping", "crashed", "Trapping.swift:10: Fatal error: the fifth step"),
    ("Hanging", "timed-out", "no end of a step within the time limit of 4 s"),
    ("Greedy", "crashed", "used more than 300 MiB of memory"),
    ("Colossal", "crashed", "SIGABRT"),
    ("Chatty", "completed", ""),
    ("Meddling", "crashed", "wrote to the pipe of its records: a message of 2147483647 bytes"),
    ("Closing", "crashed", "the worker left with exit code 1"),
    ("Leaving", "crashed", "the worker left with exit code 0"),
    ("Killed", "crashed", "the worker was ended by SIGKILL"),
    ("Undefined", "diverged", "the loss is nan after step 1"),
  ]

  @Test func eachCostsItsOwnRuns() async throws {
    let workspace = try Workspace()
    for rule in Self.rules { try workspace.fixture("\(rule.name).swift") }
    for name in ["Pitted", "Broken", "Refusing", "Fivefold"] {
      try workspace.fixture("\(name).swift")
    }
    let names = ["adam"] + Self.rules.map { $0.name.lowercased() }
    let outcome = try await workspace.run(
      "compare", "--optimizers", names.joined(separator: ","), "--problems", "rosenbrock,pitted",
      "--steps", "8", "--time-limit", "4", "--memory-limit", "300",
      environment: ["OPTLAB_PLUGIN_PATH": workspace.folder.path])
    // What can be done is done; that some crashed is said in the end.
    #expect(outcome.status == 1, "\(outcome.errors)")
    let folder = workspace.folder.path
    #expect(
      outcome.errors.contains(
        "\(folder)/Fivefold.swift is left out: declares 5 states of a coordinate; there may be four"
      ))
    #expect(outcome.errors.contains("\(folder)/Broken.swift is left out: does not compile:\n"))
    #expect(
      outcome.errors.contains("cannot convert value of type 'String' to specified type 'Int'"))
    #expect(
      outcome.errors.contains(
        "Refusing.swift is left out: ended by SIGILL (a trap) on loading: "
          + "Refusing.swift:5: Fatal error: no name"))

    let runs = try await workspace.storedRuns()
    #expect(runs.count == 2 * names.count)
    func runsOf(_ name: String, _ problem: String) -> [(String, String)] {
      runs.compactMap { run in
        guard let spec = run["spec"] as? [String: Any], spec["label"] as? String == name,
          (spec["problem"] as? [String: Any])?["name"] as? String == problem
        else { return nil }
        return (run["status"] as? String ?? "", run["reason"] as? String ?? "")
      }
    }
    #expect(runsOf("adam", "rosenbrock").map(\.0) == ["completed"])
    #expect(runsOf("adam", "pitted").map(\.0) == ["completed"])
    for rule in Self.rules {
      let found = runsOf(rule.name.lowercased(), "rosenbrock")
      #expect(found.map(\.0) == [rule.status], "\(rule.name): \(found)")
      #expect(
        found.allSatisfy { $0.1 == rule.reason || rule.reason != "" && $0.1.contains(rule.reason) },
        "\(rule.name): \(found)")
    }
  }

  @Test func aSurfaceThatTraps() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Pitted.swift")
    let outcome = try await workspace.run(
      "trace", "pitted", "sgd[lr=0.1]", "--plugin", "Pitted.swift")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "Error: crashed: the worker was ended by SIGILL (a trap): Pitted.swift:13: Fatal error: a pit\n"
    )
  }

  @Test(arguments: [
    (
      "Trapping", "60",
      "Error: trapping traps on a point of 5 coordinates: it ended the command by Illegal "
        + "instruction (signal 4)\n"
    ),
    (
      "Sloppy", "60",
      "Error: sloppy traps on a convolution's kernel of 3 × 2 × 2 × 2: it ended the command by "
        + "Illegal instruction (signal 4)\n"
    ),
    ("Hanging", "3", "Error: no end within 3 s: hanging hangs on a point of 5 coordinates\n"),
    (
      "Leaving", "60",
      "Error: leaving ended the command on a point of 5 coordinates (exit code 0)\n"
    ),
  ])
  func checksAreVerdicts(_ name: String, _ timeLimit: String, _ verdict: String) async throws {
    let workspace = try Workspace()
    try workspace.fixture("\(name).swift")
    let outcome = try await workspace.run(
      "check", name.lowercased(), "--time-limit", timeLimit, "--plugin", "\(name).swift")
    #expect(outcome.status == 1)
    #expect(outcome.errors.hasSuffix(verdict))
  }

  /// A surface that traps while its picture is drawn ends the command with a sentence; the runs and
  /// the table, which were finished before, are there.
  @Test func aSurfaceThatTrapsInItsPicture() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Walled.swift")
    let outcome = try await workspace.run(
      "compare", "--optimizers", "sgd", "--problems", "walled", "--steps", "5", "--figures",
      "trajectory", "--plugin", "Walled.swift")
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("sgd        completed"))
    #expect(outcome.errors.hasSuffix("(signal 4); runs that were finished are stored\n"))
    let runs = try await workspace.run("runs")
    #expect(runs.output.contains("walled"))
  }

  /// An edited plugin reruns its own runs, and no others.
  @Test func editingRerunsItsOwn() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Well.swift")
    let arguments = [
      "compare", "--optimizers", "well,sgd[lr=1e-3],adam", "--problems", "rosenbrock", "--steps",
      "5", "--plugin", "Well.swift",
    ]
    #expect(try await workspace.run(arguments).errors.hasPrefix("3 runs done in"))
    #expect(try await workspace.run(arguments).errors.contains(", 3 reused from"))
    let source = try String(contentsOfFile: workspace.path("Well.swift"), encoding: .utf8)
    try workspace.write("Well.swift", source.replacingOccurrences(of: "x -= lr", with: "x += lr"))
    let edited = try await workspace.run(arguments)
    #expect(edited.errors.hasPrefix("1 runs done in"))
    #expect(edited.errors.contains(", 2 reused from"))
  }
}
