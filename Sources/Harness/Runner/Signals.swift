// How processes end, in words.

import Foundation

/// The line with which Swift explains a trap, in what a process said, without the module's name:
/// "Lion.swift:7: Fatal error: ...".
func fatalError(in output: some Sequence<UInt8>) -> String? {
  let lines = String(decoding: Array(output), as: UTF8.self).split(whereSeparator: \.isNewline)
  let words = ["Fatal error", "fatal error", "Precondition failed", "Assertion failed"]
  guard let line = lines.first(where: { line in words.contains { line.contains($0) } }) else {
    return nil
  }
  let place = line.prefix { $0 != ":" }
  guard let slash = place.lastIndex(of: "/") else { return String(line) }
  return String(line[line.index(after: slash)...])
}

/// A signal in words.
public func signalName(_ signal: CInt) -> String {
  let names: [CInt: String] = [
    SIGILL: "SIGILL (a trap)", SIGTRAP: "SIGTRAP (a trap)", SIGABRT: "SIGABRT",
    SIGSEGV: "SIGSEGV (a bad memory access)", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL",
    SIGBUS: "SIGBUS", SIGTERM: "SIGTERM", SIGXFSZ: "SIGXFSZ (wrote without end)",
    SIGALRM: "SIGALRM", SIGPIPE: "SIGPIPE", SIGINT: "SIGINT",
  ]
  return names[signal] ?? "signal \(signal)"
}

/// Whether a signal is how code that must not go on ends.
public func isTrap(_ signal: CInt) -> Bool {
  [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE].contains(signal)
}
