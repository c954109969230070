// Which process something belongs to, on any machine and for ever.

import Foundation

/// A process, told from all others: its machine, its number, and when it began (numbers are given again).
struct ProcessMark: Equatable {
  let host: String
  let number: pid_t
  /// Clock ticks since the machine was started.
  let begin: String

  static let own = ProcessMark(
    host: ProcessInfo.processInfo.hostName, number: getpid(), begin: begin(of: getpid()) ?? "")

  /// "host number begin".
  var text: String { "\(host) \(number) \(begin)" }

  /// Reads `text`, whatever follows it.
  init?(text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count >= 3, let number = pid_t(parts[1]) else { return nil }
    self.init(host: String(parts[0]), number: number, begin: String(parts[2]))
  }

  private init(host: String, number: pid_t, begin: String) {
    self.host = host
    self.number = number
    self.begin = begin
  }

  /// Whether it is known to have ended: nothing is known of other machines.
  var isGone: Bool { host == Self.own.host && Self.begin(of: number) != begin }

  /// The 22nd field of /proc/<number>/stat; nil where there is no such process.
  private static func begin(of number: pid_t) -> String? {
    guard let text = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    // The name of the program, which may hold anything, is the second.
    let fields = text[text.index(after: name)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }
}
