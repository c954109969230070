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
    func count(_ status: String) -> Int { runs.count { $0["status"] as? String == status } }
    #expect(count("timed-out") == 2)
    #expect(
      outcome.errors.hasSuffix("\(count("crashed")) runs crashed, 2 runs timed out\n"),
      "\(outcome.errors.suffix(200))")
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
      "Error: trapping traps at Trapping.swift:10 on a point of 5 coordinates: Fatal error: the "
        + "fifth step\n"
    ),
    (
      "Sloppy", "60",
      "Error: sloppy traps at Sloppy.swift:15 on a convolution's kernel of 3 × 2 × 2 × 2: Fatal "
        + "error: Index out of range\n"
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

  /// A Hessian that was not declared is a fault with its remedy, even where being refused would trap.
  @Test func anUndeclaredHessian() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "Nosy.swift",
      """
      import OptimizerKit

      public struct Nosy: VectorOptimizer {
        public static let name = "nosy"
        public static let summary = "a fixture"
        @Hyperparameter("learning rate", in: 0...) public var lr = 1e-2
        public init() {}

        public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
          let hessian = try! context.oracle.hessian(at: context.x)
          context.x.add(R(-context.lr / (1 + hessian[0].magnitude)), context.gradient)
        }
      }
      """)
    let outcome = try await workspace.run("check", "Nosy.swift")
    #expect(outcome.status == 1)
    #expect(
      outcome.output == """
        nosy (optimizer): fails
          fault  requirements: asks the oracle for the Hessian, which it does not declare; expected \
        public var requirements: OracleCapabilities { [.hessian] }, got []

        """, "\(outcome)")
  }

  /// The line of the author's code is said for each way to trap, those too of which the runtime says
  /// nothing in optimised code. What a precondition of the lab's own says is not in a release build.
  @Test(arguments: [
    ("print([1, 2][context.x.count])", "Fatal error: Index out of range"),
    (
      "print(context.state[\"m\"]!)",
      "Fatal error: Unexpectedly found nil while unwrapping an Optional value"
    ),
    ("print(100 + 10 * Int8(context.x.count))", "arithmetic overflow"),
    (
      "context.x.add(R(1.0), Vector(repeating: R(1.0), count: 1))",
      "recondition fail"
    ),
  ])
  func theLineOfATrap(_ statement: String, _ message: String) async throws {
    let workspace = try Workspace()
    try workspace.write(
      "Reckless.swift",
      """
      import OptimizerKit

      public struct Reckless: VectorOptimizer {
        public static let name = "reckless"
        public static let summary = "a fixture"
        public init() {}

        public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
          \(statement)
        }
      }
      """)
    let outcome = try await workspace.run("check", "Reckless.swift")
    #expect(outcome.status == 1)
    let place = "Error: reckless traps at Reckless.swift:9 on a point of 5 coordinates: "
    let said = outcome.errors.components(separatedBy: place)
    #expect(said.count == 2 && said[1].contains(message), "\(outcome.errors)")
  }

  /// A run that was lost to a trap says where the line is to be had.
  @Test func aLostRunSaysWhereTheLineIs() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "Silent.swift",
      """
      import OptimizerKit

      public struct Silent: CoordinateRule {
        public static let name = "silent"
        public static let summary = "a fixture"
        public init() {}
        public mutating func prepare(step: Int) { print(Int8(120 + step) + Int8(step)) }
        public func update<R: Real>(
          _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
        ) { x -= 1e-6 * g }
      }
      """)
    let outcome = try await workspace.run(
      "trace", "rosenbrock", "silent", "--plugin", "Silent.swift")
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasSuffix(
        "Error: crashed: the worker was ended by SIGILL (a trap); 'optlab check Silent.swift' gives "
          + "the line\n"), "\(outcome.errors)")
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
