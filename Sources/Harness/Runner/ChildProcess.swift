// A program that is run to its end.

import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A child process that says something and ends, or is ended.
public struct ChildProcess: Sendable {
  /// The exit code, or 128 and the number of the signal that ended it.
  public let status: Int32
  /// Whether it was ended at the time limit.
  public let isTimedOut: Bool
  /// The first 20,000 bytes of what it said.
  public let output: String

  /// Runs a program without input. What it says goes through a file, so that it may say any amount.
  ///
  /// - Parameters:
  ///   - program: the path of the program.
  ///   - environment: its environment, to which that of every child is added.
  ///   - overriding: what comes before either.
  ///   - errors: whether standard error is part of the output; it goes nowhere otherwise.
  ///   - timeout: seconds after which it is killed, and what it has started with it.
  public init(
    running program: String, _ arguments: [String], environment: [String: String],
    overriding: [String: String] = [:], errors: Bool = true, timeout: Double
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment.merging(environmentOfChildren) { $1 }
      .merging(overriding) { $1 }
    let log = try Self.scratchFile()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = log
    process.standardError = errors ? log : FileHandle.nullDevice
    try explaining("cannot start \(program)") { try process.run() }
    let deadline = monotonicSeconds() + timeout
    var isTimedOut = false
    while process.isRunning {
      if monotonicSeconds() > deadline {
        isTimedOut = true
        kill(process.processIdentifier, SIGKILL)
        kill(-process.processIdentifier, SIGKILL)
        break
      }
      usleep(2000)
    }
    process.waitUntilExit()
    try log.seek(toOffset: 0)
    let head = try log.read(upToCount: 20_000) ?? Data()
    self.isTimedOut = isTimedOut
    status =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    output = String(decoding: head, as: UTF8.self)
  }

  /// A file to write to and to read, which has no name: it goes when the last process that has it
  /// open ends, however that happens.
  private static func scratchFile() throws -> FileHandle {
    let folder = FileManager.default.temporaryDirectory.path
    var name = Array("\(folder)/optlab-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw FileError(
        "cannot make a file in \(folder)", POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO))
    }
    unlink(name)
    // Those that write say each thing at the end, whoever has moved on.
    _ = fcntl(descriptor, F_SETFL, O_APPEND)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
