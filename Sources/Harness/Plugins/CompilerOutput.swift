// What a compiler says, cut down to what its user can mend.

import Foundation

/// The diagnostics of a compiler, each with the lines that show where.
struct CompilerOutput {
  private struct Diagnostic {
    let file: String
    var lines: [Substring]
  }
  private var diagnostics: [Diagnostic] = []
  /// What stands before the first: a failure of the compiler itself.
  private var preamble: [Substring] = []

  /// The most that is shown.
  private static let most = 5

  init(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let head = line.wholeMatch(of: /(.+\.swift):\d+:\d+: (?:error|warning|note): .*/) {
        diagnostics.append(Diagnostic(file: String(head.1), lines: [line]))
      } else if diagnostics.isEmpty {
        preamble.append(line)
      } else {
        diagnostics[diagnostics.count - 1].lines.append(line)
      }
    }
  }

  /// The diagnostics about a file, each once; all that was said where none is about it.
  func text(about file: String) -> String {
    var known: Set<String> = []
    let texts = diagnostics.filter { $0.file == file }.map { diagnostic in
      diagnostic.lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }.filter { known.insert($0).inserted }
    guard !texts.isEmpty else {
      return (preamble + diagnostics.flatMap(\.lines)).joined(separator: "\n")
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let more = texts.count - Self.most
    return texts.prefix(Self.most).joined(separator: "\n")
      + (more > 0 ? "\nand \(more) more" : "")
  }
}
