// The command in a child process, where plugins that were loaded at run time cannot end it.
//
// Runs are done by workers, but a plugin's code also runs in the command itself: while a plan is made,
// a path measured, a contour drawn. Where such plugins are loaded, all of that happens in a child.

import Foundation
import Harness
import Plugins

enum Supervisor {
  private static let variable = "OPTLAB_SUPERVISED"

  /// Whether this process is the child of a supervisor.
  static let isSupervised = ProcessInfo.processInfo.environment[variable] != nil

  /// Does the whole command in a child where plugins are loaded at run time. Returns where none are,
  /// and in the child.
  static func superviseIfPluginsAreLoaded() throws {
    if isSupervised {
      endWithParent()
      return
    }
    let arguments = CommandLine.arguments.dropFirst()
    // A worker is a child already, and a check has a time limit of its own.
    guard let subcommand = arguments.first, !["worker", "check"].contains(subcommand) else {
      return
    }
    let isNamed = arguments.contains { $0 == "--plugin" || $0.hasPrefix("--plugin=") }
    let offered = PluginLoader().offeredFiles(builtIn: .builtIn())
    guard isNamed || offered.contains(where: { $0.hasSuffix(".swift") }) else { return }
    try supervise()
  }

  /// Does the whole command in a child and leaves as the child leaves.
  ///
  /// - Parameter timeLimit: seconds after which the child is ended.
  /// - Throws: `LabFailure` where the child is ended by a signal or by the time limit.
  static func supervise(timeLimit: Double = .infinity) throws -> Never {
    let child = try spawn()
    // The child has a process group of its own, so that what it starts ends with it.
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { kill(child, number) }
      source.resume()
      sources.append(source)
    }
    let deadline = monotonicSeconds() + timeLimit
    var status: Int32 = 0
    while waitpid(child, &status, timeLimit.isFinite ? WNOHANG : 0) != child {
      if monotonicSeconds() > deadline {
        kill(-child, SIGKILL)
        throw LabFailure("no end within \(brief(timeLimit)) s: a plugin hangs")
      }
      if timeLimit.isFinite { usleep(2000) }
    }
    let signalNumber = status & 0x7f
    if signalNumber == 0 { Foundation.exit((status >> 8) & 0xff) }
    kill(-child, SIGKILL)
    guard [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE].contains(signalNumber) else {
      Foundation.exit(128 + signalNumber)  // a reader that stopped reading, a kill from outside
    }
    throw LabFailure(
      "a plugin traps: it ended the command by \(String(cString: strsignal(signalNumber))) (signal "
        + "\(signalNumber)); runs that were finished are stored")
  }

  /// Kept for as long as the process lives.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Starts this very command again, with the same arguments, in a process group of its own.
  private static func spawn() throws -> pid_t {
    let environment = ProcessInfo.processInfo.environment
      .merging(environmentOfChildren) { $1 }.merging([variable: "1"]) { $1 }
    var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    defer { for text in variables + arguments { free(text) } }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var child: pid_t = 0
    let error = posix_spawn(
      &child, RunOptions.executable, nil, &attributes, &arguments, &variables)
    guard error == 0 else {
      throw LabFailure("cannot start a process: \(String(cString: strerror(error)))")
    }
    return child
  }
}
