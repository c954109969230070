// The built command, run as a process of its own.

import Foundation

/// What a command left behind.
struct Outcome {
  var status: Int32
  var output: String
  var errors: String
}

/// A folder in which commands are run, with a cache that all tests share and nothing else of the
/// machine's: no store, no plugins, no terminal.
final class Workspace: Sendable {
  let folder: URL

  private static let shared = FileManager.default.temporaryDirectory
    .appendingPathComponent("optlab-tests-cache-\(getpid())")
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("optlab")
  static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-tests-\(UUID().uuidString)").resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func write(_ name: String, _ text: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
  }

  /// A fixture's file, copied here.
  func fixture(_ name: String) throws {
    try FileManager.default.copyItem(
      at: Self.sources.appendingPathComponent("Fixtures/\(name)"),
      to: folder.appendingPathComponent(name))
  }

  /// Starts the command.
  func start(_ arguments: [String], environment: [String: String] = [:], log: String = "")
    throws -> Process
  {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder.path,
      "XDG_CACHE_HOME": Self.shared.path,
    ].merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    for (name, keyPath) in [
      ("out", \Process.standardOutput), ("err", \Process.standardError),
    ] {
      let file = path("\(log).\(name)")
      _ = FileManager.default.createFile(atPath: file, contents: nil)
      process[keyPath: keyPath] = FileHandle(forWritingAtPath: file)
    }
    return process
  }

  /// Runs the command to its end.
  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await run(arguments, environment: environment)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
    let log = UUID().uuidString
    let process = try start(arguments, environment: environment, log: log)
    let status = try await end(of: process, whileRunning: {})
    func said(_ name: String) throws -> String {
      let data = try Data(contentsOf: folder.appendingPathComponent("\(log).\(name)"))
      return String(decoding: data, as: UTF8.self)
    }
    return Outcome(status: status, output: try said("out"), errors: try said("err"))
  }

  /// Runs a process that was started here, does something meanwhile, and returns how it ended: its
  /// exit code, or 128 and the number of the signal.
  func end(of process: Process, whileRunning work: () async throws -> Void) async throws -> Int32 {
    let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
    process.terminationHandler = { _ in continuation.finish() }
    try process.run()
    try await work()
    for await _ in ends {}
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }

  /// What a command printed as JSON.
  func json(_ outcome: Outcome) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
  }

  /// The folders that comparisons have drawn into, beside the store.
  func pictureFolders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path("plots"))
      .filter { !$0.hasPrefix("runs.sqlite") }.sorted().map { "plots/\($0)" }
  }

  /// The folder of the pictures of the first comparison from the command line.
  func pictureFolder() throws -> String { try pictureFolders()[0] + "/comparison" }

  /// The stored runs, from the store's default place.
  func storedRuns() async throws -> [[String: Any]] {
    let outcome = try await run("runs", "--json")
    return (try? json(outcome) as? [[String: Any]]) ?? []
  }
}
