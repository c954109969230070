// Stores on disks that are full or cannot be written, and shared by many commands: every command says
// in a sentence what was wrong, and nothing that is finished is lost.

import Foundation
import Testing

@Suite struct StoreFaultTests {
  private static let runs = [
    "compare", "--optimizers", "sgd[lr=1e-3],adam,momentum[lr=1e-3]", "--problems", "rosenbrock",
    "--seeds", "1-10", "--steps", "100", "--figures", "none",
  ]
  /// The same for a shell.
  private static let command =
    ([Workspace.executable.path] + runs).map { "'\($0)'" }.joined(separator: " ")

  /// Whether a process may mount file systems of its own.
  private static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m none /mnt && ! test -e /mnt/lost",
    ]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Runs lines of a shell in a mount namespace of their own, in the folder of a workspace.
  private func shell(_ workspace: Workspace, _ script: String) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["unshare", "-m", "sh", "-c", script]
    process.currentDirectoryURL = workspace.folder
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": workspace.folder.path,
      "OPTLAB": Workspace.executable.path,
    ]
    process.standardInput = FileHandle.nullDevice
    let (out, err) = (workspace.path("shell.out"), workspace.path("shell.err"))
    for file in [out, err] { _ = FileManager.default.createFile(atPath: file, contents: nil) }
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: err)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: out, encoding: .utf8),
      errors: try String(contentsOfFile: err, encoding: .utf8))
  }

  /// What is exported, without the times.
  private func export(_ workspace: Workspace, _ store: String) async throws -> [[String]] {
    let outcome = try await workspace.run("export", "--store", store)
    let lines = outcome.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let seconds = try #require(lines.first?.firstIndex(of: "seconds"))
    return lines.map { line in
      line.indices.filter { $0 != seconds }.map { line[$0] }
    }
  }

  /// Ten at once: each ends well, nothing is done twice, and the store is that of one alone.
  @Test func tenAtOnce() async throws {
    let workspace = try Workspace()
    let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
      for _ in 0..<10 {
        group.addTask { try await workspace.run(Self.runs + ["--store", "ten", "--jobs", "1"]) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.map(\.status) == Array(repeating: 0, count: 10), "\(outcomes)")
    let done = outcomes.compactMap { $0.errors.split(separator: " ").first.flatMap { Int($0) } }
    #expect(done.count == 10 && done.reduce(0, +) == 30, "\(done)")
    #expect(try await workspace.run(Self.runs + ["--store", "one"]).status == 0)
    let (ten, one) = try await (export(workspace, "ten"), export(workspace, "one"))
    #expect(ten.count == 31)
    #expect(ten == one)
    // And so they are when they are brought together.
    let merged = try await workspace.run("merge", "all", "ten", "one")
    #expect(merged.status == 0)
    #expect(merged.output.contains("one: 0 runs added to all, 30 the same\n"), "\(merged)")
    #expect(try await export(workspace, "all") == one)
  }

  /// A disk that fills up: one sentence; with room again the same command goes on from there.
  @Test(.enabled(if: canMount)) func fullDisks() async throws {
    let workspace = try Workspace()
    let outcome = try shell(
      workspace,
      """
      mkdir disk && mount -t tmpfs -o size=240k none disk || exit 90
      \(Self.command) --store disk/runs 2> first; echo $?
      mount -o remount,size=50m disk
      "$OPTLAB" runs --store disk/runs | tail -n +2 | wc -l
      \(Self.command) --store disk/runs > again 2> second; echo $?
      "$OPTLAB" doctor --store disk/runs | grep store
      cp disk/runs kept
      """)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && lines[0] == "1" && lines[2] == "0", "\(outcome)")
    let first = try String(contentsOfFile: workspace.path("first"), encoding: .utf8)
    #expect(first.contains("disk/runs failed: database or disk is full"), "\(first)")
    #expect(first.split(separator: "\n").count == 1)
    let before = try #require(Int(lines[1].trimmingCharacters(in: .whitespaces)))
    let second = try String(contentsOfFile: workspace.path("second"), encoding: .utf8)
    #expect(
      second.hasPrefix("\(30 - before) runs done") && second.contains("\(before) reused"),
      "\(second)"
    )
    #expect(lines[3].hasPrefix("  ok       store: disk/runs, 30 runs"))
    // A merge into a full disk takes nothing, and harms nothing.
    let merge = try shell(
      workspace,
      """
      mkdir small && mount -t tmpfs -o size=120k none small || exit 90
      "$OPTLAB" merge small/all kept; echo $?
      mount -o remount,size=50m small
      "$OPTLAB" merge small/all kept; echo $?
      """)
    #expect(merge.output.hasPrefix("1\nkept: 30 runs added to small/all"), "\(merge)")
    #expect(merge.output.hasSuffix("\n0\n"))
    #expect(merge.errors.contains("database or disk is full"), "\(merge)")
  }

  /// A store on a disk that cannot be written is read, ranked, exported and merged, and refused where
  /// something is to be stored.
  @Test(.enabled(if: canMount)) func readOnlyDisks() async throws {
    let workspace = try Workspace()
    #expect(try await workspace.run(Self.runs + ["--store", "disk/runs"]).status == 0)
    let more = Self.runs + ["--store", "more", "--random-starts", "1-2"]
    #expect(try await workspace.run(more).status == 0)
    let expected = try await export(workspace, "disk/runs")
    let outcome = try shell(
      workspace,
      """
      mount --bind disk disk && mount -o remount,ro,bind disk || exit 90
      "$OPTLAB" export --store disk/runs --output export.csv; echo $?
      "$OPTLAB" rank --store disk/runs > /dev/null; echo $?
      "$OPTLAB" merge all disk/runs; echo $?
      "$OPTLAB" verify --store disk/runs --all > /dev/null; echo $?
      "$OPTLAB" doctor --store disk/runs | grep -c 'ok  *store: disk/runs, 30 runs'
      "$OPTLAB" merge disk/runs more > /dev/null; echo $?
      \(Self.command) --store disk/runs --seeds 11; echo $?
      ls disk
      """)
    #expect(
      outcome.output.split(separator: "\n").filter { !$0.hasPrefix("disk/runs:") }
        == ["0", "0", "0", "0", "1", "1", "1", "runs"], "\(outcome)")
    let message = "Error: the store disk/runs failed: attempt to write a readonly database"
    #expect(
      outcome.errors.split(separator: "\n").filter { $0 == message }.count == 2, "\(outcome.errors)"
    )
    #expect(try await export(workspace, "all") == expected)
  }

  /// Sound runs are the same to the last bit; a store that is cut short is refused by every command.
  @Test func verifyAndCutStores() async throws {
    let workspace = try Workspace()
    #expect(try await workspace.run(Self.runs + ["--store", "runs"]).status == 0)
    let sound = try await workspace.run("verify", "--store", "runs", "--all")
    #expect(sound.status == 0 && sound.output.isEmpty)
    #expect(
      sound.errors.hasPrefix("30 of 30 runs done again in ")
        && sound.errors.hasSuffix(": the same to the last bit\n"), "\(sound.errors)")
    // Cut short, it is refused whatever is asked of it.
    let whole = try Data(contentsOf: workspace.folder.appendingPathComponent("runs"))
    try whole.prefix(whole.count / 2).write(to: workspace.folder.appendingPathComponent("cut"))
    for arguments in [
      ["verify", "--store", "cut"], ["merge", "all", "cut"], ["runs", "--store", "cut"],
    ] {
      let refused = try await workspace.run(arguments)
      #expect(refused.status == 1)
      #expect(refused.errors == "Error: cut is cut short; it was left untouched\n")
    }
    #expect(!FileManager.default.fileExists(atPath: workspace.path("all")))
  }
}
