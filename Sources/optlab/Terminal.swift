// What the command says, and how: quiet when piped, rich on a terminal.

import Foundation

enum Terminal {
  /// Whether standard error, where progress goes, is a terminal.
  static let isInteractive = isatty(2) == 1 && environment("TERM") != "dumb"
  /// Whether results at standard output are coloured.
  static let hasColour =
    isatty(1) == 1 && environment("NO_COLOR").isEmpty
    && environment("TERM") != "dumb"
  private static let hasErrorColour = isInteractive && environment("NO_COLOR").isEmpty

  /// Columns and rows of the terminal; 80 × 24 where there is none.
  static var size: (columns: Int, rows: Int) {
    var window = winsize()
    for descriptor: Int32 in [1, 2]
    where ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0 {
      return (Int(window.ws_col), Int(window.ws_row))
    }
    return (Int(environment("COLUMNS")) ?? 80, 24)
  }

  /// The columns that standard output has; nil where it is no terminal, and lines may be of any length.
  static var width: Int? { isatty(1) == 1 ? size.columns : nil }

  private static func environment(_ name: String) -> String {
    ProcessInfo.processInfo.environment[name] ?? ""
  }

  /// Says what went wrong, at standard error.
  static func complain(_ text: String) { say(text, "Error", colour: "31") }
  /// Says what is doubtful, at standard error.
  static func warn(_ text: String) { say(text, "Warning", colour: "33") }

  /// Writes a line at standard error.
  static func note(_ text: String) { write(text + "\n") }

  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  static func bold(_ text: String) -> String { hasColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  static func dim(_ text: String) -> String { hasColour ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

  private static func say(_ text: String, _ what: String, colour: String) {
    write((hasErrorColour ? "\u{1B}[\(colour)m\(what):\u{1B}[0m " : "\(what): ") + text + "\n")
  }
}
