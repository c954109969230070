// The command in a child process, where plugins that were loaded at run time cannot end it.
//
// Runs are done by workers, but a plugin's code also runs in the command itself: while a plan is made,
// a path measured, a contour drawn. Where such plugins are loaded, all of that happens in a child.

import Foundation
import Harness
import Plugins

#if canImport(Glibc)
  import Glibc
#endif

enum Supervisor {
  private static let variable = "OPTLAB_SUPERVISED"
  /// Where a child says what it tries, and that it has come to its end; nil in a process that has no
  /// supervisor.
  private static let pipe = ProcessInfo.processInfo.environment[variable].flatMap { Int32($0) }

  /// Whether this process is the child of a supervisor.
  static var isSupervised: Bool { pipe != nil }

  /// Says that the command has done its work, or has said why not: a child that leaves without having
  /// said so was ended by a plugin.
  static func reportEnd() { say(.end) }

  /// Says what is tried next, so that it is known what trapped or hung, and where. Only a command with
  /// limits is listened to while it works.
  static func report(trying plugin: String, on place: String = "") {
    say(.trial(Trial(plugin: plugin, place: place)))
  }

  private static func say(_ message: SupervisedMessage) {
    guard let pipe else { return }
    let line = message.line
    _ = write(pipe, line, line.utf8.count)
  }

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
  /// - Parameters:
  ///   - timeLimit: seconds after which the child is ended, from the first trial that it reports.
  ///   - memoryLimit: bytes of memory beyond which it is ended.
  /// - Throws: `LabFailure` where the child is ended by a signal or by a limit, or ends without having
  ///   come to its end.
  static func supervise(timeLimit: Double = .infinity, memoryLimit: Int = .max) throws -> Never {
    let (child, pipe) = try spawn()
    // The child has a process group of its own, so that what it starts ends with it.
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { kill(child, number) }
      source.resume()
      sources.append(source)
    }
    var deadline = monotonicSeconds() + timeLimit
    let isLimited = timeLimit.isFinite || memoryLimit < .max
    var status: Int32 = 0
    var heard = SupervisedMessages(from: pipe)
    while waitpid(child, &status, isLimited ? WNOHANG : 0) != child {
      func end(_ reason: (Trial) -> String) throws -> Never {
        kill(-child, SIGKILL)
        waitpid(child, &status, 0)
        heard.read()
        throw LabFailure(reason(heard.trial))
      }
      if monotonicSeconds() > deadline {
        try end { "no end within \(brief(timeLimit)) s: \($0.plugin) hangs\($0.where)" }
      }
      if residentMemory(of: child) > memoryLimit {
        try end { "\($0.plugin) takes more than \(memoryLimit >> 20) MiB of memory\($0.where)" }
      }
      if isLimited {
        heard.read()
        // Compiling and loading plugins have limits of their own.
        if !heard.trial.isKnown { deadline = monotonicSeconds() + timeLimit }
        usleep(2000)
      }
    }
    heard.read()
    let trial = heard.trial
    let rest = trial.isKnown ? "" : "; runs that were finished are stored"
    let signalNumber = status & 0x7f
    kill(-child, SIGKILL)
    if signalNumber == 0 {
      let code = (status >> 8) & 0xff
      guard heard.isEnd else {
        throw LabFailure(
          "\(trial.plugin) ended the command\(trial.where) (exit code \(code))\(rest)")
      }
      Foundation.exit(code)
    }
    guard isTrap(signalNumber) else {
      Foundation.exit(128 + signalNumber)  // a reader that stopped reading, a kill from outside
    }
    if trial.isKnown, let report = whereItTraps(timeLimit) {
      throw LabFailure(
        "\(trial.plugin) traps at \(report.place)\(trial.where): "
          + (report.message ?? signalName(signalNumber)))
    }
    throw LabFailure(
      "\(trial.plugin) traps\(trial.where): it ended the command by "
        + "\(String(cString: strsignal(signalNumber))) (signal \(signalNumber))\(rest)")
  }

  /// Does the command again, where it may be seen in which line a plugin traps.
  private static func whereItTraps(_ timeLimit: Double) -> TrapReport? {
    TrapReport(
      running: RunOptions.executable, Array(CommandLine.arguments.dropFirst()),
      environment: ProcessInfo.processInfo.environment.merging([variable: "-1"]) { $1 },
      timeout: min(5 * timeLimit, 600))
  }

  /// Kept for as long as the process lives.
  nonisolated(unsafe) private static var sources: [any DispatchSourceSignal] = []

  /// Starts this very command again, with the same arguments, in a process group of its own. Returns
  /// it, and from where to read what it says of its work.
  private static func spawn() throws -> (child: pid_t, pipe: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      throw LabFailure("cannot start a process: \(String(cString: strerror(errno)))")
    }
    // Nobody waits at the pipe: what was said is in it when the child has ended.
    for (end, flag) in [(ends[0], FD_CLOEXEC), (ends[1], 0)] { _ = fcntl(end, F_SETFD, flag) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let environment = ProcessInfo.processInfo.environment
      .merging(environmentOfChildren) { $1 }.merging([variable: String(ends[1])]) { $1 }
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
    close(ends[1])
    return (child, ends[0])
  }
}
