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
      ([header[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ cells: [String]) -> String {
      var text = ""
      for (column, width) in zip(kept, widths) {
        let cell = cells[column]
        let padding = String(repeating: " ", count: width - cell.count)
        text += numeric.contains(column) ? padding + cell : cell + padding
        text += "  "
      }
      while text.last == " " { text.removeLast() }
      return text
    }
    return [Terminal.bold(line(header))] + rows.map(line)
  }

  func print() {
    for line in lines { Swift.print(line) }
  }
}
