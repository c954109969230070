// Text tables: columns as wide as they must be, numbers to the right.

import Foundation

/// A table of texts.
struct Table {
  let header: [String]
  /// Columns whose cells are aligned to the right.
  var numeric: Set<Int> = []
  var rows: [[String]] = []

  init(_ header: [String], numeric: Set<Int> = []) {
    self.header = header
    self.numeric = numeric
  }

  /// The lines of the table; empty columns are left out.
  var lines: [String] {
    let kept = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = kept.map { column in
      rows.reduce(width(of: header[column])) { max($0, width(of: $1[column])) }
    }
    func line(_ cells: [String]) -> String {
      var text = ""
      // Spaces before the next text: those at the end of a line are never written.
      var spaces = 0
      for (column, full) in zip(kept, widths) {
        let cell = cells[column]
        let padding = full - width(of: cell)
        if numeric.contains(column) { spaces += padding }
        if !cell.isEmpty {
          text += String(repeating: " ", count: spaces)
          text += cell
          spaces = 0
        }
        spaces += numeric.contains(column) ? 2 : padding + 2
      }
      return text
    }
    return [Terminal.bold(line(header))] + rows.map(line)
  }

  func print() {
    for line in lines { Swift.print(line) }
  }
}

/// The columns that a text takes: its characters, counted at once where they are ASCII.
private func width(of text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
}
