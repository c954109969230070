// Killed or interrupted at any moment, a comparison loses nothing that is finished.

import Foundation
import Testing

@Suite struct ResumeTests {
  /// Ten runs that end, and ten that do so only once there is a file called "open".
  private static let arguments = [
    "compare", "--optimizers", "sgd[lr=1e-3],gated", "--problems", "rosenbrock", "--seeds", "1-10",
    "--steps", "40", "--plugin", "Gated.swift",
  ]

  @Test(arguments: [SIGKILL, SIGINT])
  func goesOn(_ signal: Int32) async throws {
    let workspace = try Workspace()
    try workspace.fixture("Gated.swift")
    let process = try workspace.start(Self.arguments, log: "killed")
    let status = try await workspace.end(of: process) {
      while try await workspace.storedRuns().count < 10, process.isRunning {}
      kill(process.processIdentifier, signal)
    }
    #expect(status == (signal == SIGKILL ? 128 + SIGKILL : 130))
    if signal == SIGINT {
      #expect(
        try String(contentsOfFile: workspace.path("killed.err"), encoding: .utf8)
          == "interrupted; what is finished is stored, the same command goes on\n")
    }
    // Workers see for themselves that the command is gone.
    while !workers(of: process.processIdentifier).isEmpty {
      try await Task.sleep(for: .milliseconds(20))
    }
    let kept = try await workspace.storedRuns()
    #expect(kept.count == 10)
    try workspace.write("open", "")
    let again = try await workspace.run(Self.arguments)
    #expect(again.status == 0)
    #expect(again.errors.hasPrefix("10 runs done in"))
    #expect(again.errors.contains(", 10 reused from"))
    let all = try await workspace.storedRuns()
    #expect(all.count == 20)
    #expect(all.allSatisfy { $0["status"] as? String == "completed" })
  }

  @Test func twoAtOnceOnOneStore() async throws {
    let workspace = try Workspace()
    let arguments = [
      "compare", "--optimizers", "sgd[lr=1e-3],adam,momentum[lr=1e-3]", "--problems", "rosenbrock",
      "--seeds", "1-10", "--steps", "20",
    ]
    async let first = workspace.run(arguments)
    async let second = workspace.run(arguments)
    let both = try await [first, second]
    #expect(both.map(\.status) == [0, 0])
    #expect(try await workspace.storedRuns().count == 30)
    // Nothing is done twice: each run by one of them.
    let done = both.compactMap { $0.errors.split(separator: " ").first.flatMap { Int($0) } }
    #expect(done.count == 2 && done.reduce(0, +) == 30, "\(done)")
  }

  /// The processes that were started by `command`.
  private func workers(of command: Int32) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.filter { name in
      guard Int(name) != nil,
        let environment = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/environ"))
      else { return false }
      return environment.split(separator: 0).contains(Data("OPTLAB_PARENT=\(command)".utf8))
    }
  }
}
