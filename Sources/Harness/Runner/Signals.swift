// How processes end, in words.

import Foundation

/// The line with which Swift explains a trap, in what a process said, without the module's name:
/// "Lion.swift:7: Fatal error: ...".
func fatalError(in output: some Sequence<UInt8>) -> String? {
  let lines = String(decoding: Array(output), as: UTF8.self).split(whereSeparator: \.isNewline)
  guard let line = lines.first(where: { $0.contains("atal error") }) else { return nil }
  let place = line.prefix { $0 != ":" }
  guard let slash = place.lastIndex(of: "/") else { return String(line) }
  return String(line[line.index(after: slash)...])
}

/// A signal in words.
func signalName(_ signal: CInt) -> String {
  let names: [CInt: String] = [
    SIGILL: "SIGILL (a trap)", SIGTRAP: "SIGTRAP (a trap)", SIGABRT: "SIGABRT",
    SIGSEGV: "SIGSEGV (a bad memory access)", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL",
    SIGBUS: "SIGBUS", SIGTERM: "SIGTERM", SIGXFSZ: "SIGXFSZ (wrote without end)",
    SIGALRM: "SIGALRM", SIGPIPE: "SIGPIPE", SIGINT: "SIGINT",
  ]
  return names[signal] ?? "signal \(signal)"
}
