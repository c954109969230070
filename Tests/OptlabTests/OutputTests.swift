// What a user names is written to, and never replaced.

import Foundation
import Testing

@Suite struct OutputTests {
  /// A workspace with two stored runs.
  private func workspaceWithRuns() async throws -> Workspace {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "compare", "--optimizers", "sgd,adam", "--problems", "beale", "--steps", "5", "--figures",
      "none")
    #expect(outcome.status == 0, "\(outcome.errors)")
    return workspace
  }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : 0
  }

  @Test func anExportKeepsModesAndLinks() async throws {
    let workspace = try await workspaceWithRuns()
    let expected = try await workspace.run("export").output
    #expect(expected.split(separator: "\n").count == 3)
    try workspace.write("secret", "what was there before, longer than nothing")
    chmod(workspace.path("secret"), 0o600)
    symlink("target", workspace.path("link"))
    try workspace.write("other", "")
    link(workspace.path("other"), workspace.path("twin"))
    for name in ["secret", "link", "twin", "new"] {
      let outcome = try await workspace.run("export", "--output", name)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try String(contentsOfFile: workspace.path(name), encoding: .utf8) == expected)
    }
    #expect(mode(workspace.path("secret")) == S_IFREG | 0o600)
    #expect(mode(workspace.path("link")) & S_IFMT == S_IFLNK)
    #expect(try String(contentsOfFile: workspace.path("target"), encoding: .utf8) == expected)
    #expect(try String(contentsOfFile: workspace.path("other"), encoding: .utf8) == expected)
  }

  @Test func anExportIsWrittenIntoAPipe() async throws {
    let workspace = try await workspaceWithRuns()
    let pipe = workspace.path("pipe")
    mkfifo(pipe, 0o600)
    // Open at this end, so that the command finds a reader; what it writes fits into the pipe.
    let end = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(end) }
    let outcome = try await workspace.run("export", "--output", "pipe")
    #expect(outcome.status == 0, "\(outcome.errors)")
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(end, &bytes, bytes.count)
    #expect(
      String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).hasPrefix("key,optimizer,"))
    #expect(mode(pipe) == S_IFIFO | 0o600)
  }

  /// What cannot be written is said, whatever prints it.
  @Test(arguments: [
    ["export"], ["runs"], ["runs", "--json"], ["list"], ["show", "adam"],
    ["trace", "beale", "sgd", "--steps", "3"],
  ])
  func aFullDeviceIsSaid(_ arguments: [String]) async throws {
    let workspace = try await workspaceWithRuns()
    let process = try workspace.start(arguments, log: "full")
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    let status = try await workspace.end(of: process) {}
    #expect(status == 1)
    let errors = try String(contentsOfFile: workspace.path("full.err"), encoding: .utf8)
    #expect(errors.contains("No space left on device"), "\(errors)")
  }

  /// Pictures take the place of those of their name at once, but for links, which are written through.
  @Test func picturesKeepModesAndLinks() async throws {
    let workspace = try Workspace()
    let arguments = [
      "compare", "--optimizers", "sgd", "--problems", "beale", "--steps", "5", "--figures",
      "trajectory", "--format", "svg",
    ]
    _ = try await workspace.run(arguments)
    let folder = try workspace.pictureFolder()
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.path(folder))
    let picture = try #require(names.first { $0.hasSuffix(".svg") })
    let caption = try #require(names.first { $0.hasSuffix(".md") })
    let drawn = try Data(contentsOf: URL(fileURLWithPath: workspace.path("\(folder)/\(picture)")))
    chmod(workspace.path("\(folder)/\(caption)"), 0o600)
    unlink(workspace.path("\(folder)/\(picture)"))
    symlink(workspace.path("elsewhere.svg"), workspace.path("\(folder)/\(picture)"))
    let again = try await workspace.run(arguments)
    #expect(again.status == 0, "\(again.errors)")
    #expect(mode(workspace.path("\(folder)/\(picture)")) & S_IFMT == S_IFLNK)
    #expect(try Data(contentsOf: URL(fileURLWithPath: workspace.path("elsewhere.svg"))) == drawn)
    #expect(mode(workspace.path("\(folder)/\(caption)")) == S_IFREG | 0o600)
    let left = try FileManager.default.contentsOfDirectory(atPath: workspace.path(folder))
    #expect(Set(left) == Set(names))
  }

  /// A link that leads nowhere is something, too.
  @Test func aNewPluginReplacesNothing() async throws {
    let workspace = try Workspace()
    symlink("nowhere", workspace.path("Lion.swift"))
    let outcome = try await workspace.run("new", "optimizer", "Lion")
    #expect(outcome.status == 64)
    #expect(outcome.errors == "Error: Lion.swift is there already; it was left untouched\n")
    #expect(mode(workspace.path("Lion.swift")) & S_IFMT == S_IFLNK)
    #expect(!FileManager.default.fileExists(atPath: workspace.path("nowhere")))
  }

  /// A dump into the folder of an earlier one keeps modes, and refuses what is no file.
  @Test func aDumpKeepsModesAndLinks() async throws {
    let workspace = try Workspace()
    let arguments = ["trace", "beale", "sgd", "--steps", "3", "--dump", "d"]
    _ = try await workspace.run(arguments)
    chmod(workspace.path("d/run.json"), 0o600)
    #expect(try await workspace.run(arguments).status == 0)
    #expect(mode(workspace.path("d/run.json")) == S_IFREG | 0o600)
    unlink(workspace.path("d/final.npy"))
    symlink("../mine", workspace.path("d/final.npy"))
    let outcome = try await workspace.run(arguments)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("the folder 'd' holds other files"))
    #expect(!FileManager.default.fileExists(atPath: workspace.path("mine")))
  }

  @Test(arguments: [
    ["compare", "--optimizers", "", "--problems", "beale"],
    ["compare", "--optimizers", "sgd", "--problems", ","],
    ["compare", "--optimizers", "sgd", "--problems", "beale", "--figures", ""],
    ["compare", "--optimizers", "sgd", "--problems", "beale", "--output", ""],
    ["compare", "--optimizers", "sgd", "--problems", "beale", "--format", ""],
    ["compare", "--optimizers", "sgd", "--problems", "beale", "--store", ""],
    ["compare", "--optimizers", "sgd", "--problems", "beale", "--store", ":memory:"],
    ["export", "--output", ""], ["runs", "--problems", ""], ["check", ""],
  ])
  func emptyValuesAreRefused(_ arguments: [String]) async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("expected"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: workspace.path("plots")))
  }
}
