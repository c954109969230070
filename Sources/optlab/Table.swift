// Text tables: columns as wide as they must be, numbers to the right, within the terminal's width.

import Foundation

/// A table of texts.
struct Table {
  let header: [String]
  /// Columns whose cells are aligned to the right.
  var numeric: Set<Int> = []
  /// The column of sentences, by its header, which may go on in the next line where there is no room.
  var flowing: String?
  /// Columns that may be left out where there is no room, by header, the first to go first.
  var expendable: [String] = []
  var rows: [[String]] = []

  init(_ header: [String], numeric: Set<Int> = []) {
    self.header = header
    self.numeric = numeric
  }

  /// A table as it is printed.
  struct Layout: Equatable {
    var lines: [String] = []
    /// The headers of the columns for which there was no room.
    var leftOut: [String] = []
  }

  /// The narrowest that a flowing column becomes.
  private static let narrowest = 20

  /// The lines of the table; empty columns are left out.
  ///
  /// - Parameter width: the columns of the terminal; nil where there is none. Where they are too few,
  ///   headers are broken to the width of what stands below, then the flowing column is broken into lines, then expendable
  ///   columns are left out. What is left may still be too wide.
  func layout(width limit: Int?) -> Layout {
    var kept = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let cells = header.indices.map { column in
      rows.reduce(0) { max($0, optlab.width(of: $1[column])) }
    }
    var heads = header.map { [$0] }
    func widths() -> [Int] {
      kept.map { column in
        max(cells[column], heads[column].map { optlab.width(of: $0) }.max() ?? 0)
      }
    }
    func total(_ widths: [Int]) -> Int { widths.reduce(0) { $0 + $1 + 2 } - 2 }
    var full = widths()
    guard let limit, total(full) > limit else {
      return Layout(lines: lines(kept, full, heads))
    }
    heads = zip(header, cells).map { wrapped($0, width: $1) }
    full = widths()
    var leftOut: [String] = []
    var candidates = expendable[...]
    while true {
      let excess = total(full) - limit
      if excess <= 0 { break }
      let place = kept.firstIndex { header[$0] == flowing }
      if let place,
        full[place] - excess >= Self.narrowest
      {
        full[place] -= excess
        break
      }
      guard let next = candidates.popFirst() else {
        if let place { full[place] = min(full[place], Self.narrowest) }
        break
      }
      guard let column = kept.firstIndex(where: { header[$0] == next }) else { continue }
      kept.remove(at: column)
      leftOut.append(next)
      full = widths()
    }
    return Layout(lines: lines(kept, full, heads), leftOut: leftOut)
  }

  /// Lines of these columns with these widths.
  private func lines(_ kept: [Int], _ widths: [Int], _ heads: [[String]]) -> [String] {
    func line(_ cells: [String]) -> String {
      var text = ""
      // Spaces before the next text: those at the end of a line are never written.
      var spaces = 0
      for ((column, full), cell) in zip(zip(kept, widths), cells) {
        let padding = max(full - width(of: cell), 0)
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
    let height = kept.map { heads[$0].count }.max() ?? 0
    var lines = (0..<height).map { level in
      // What is shorter stands at the bottom.
      Terminal.bold(
        line(
          kept.map {
            let above = height - heads[$0].count
            return level >= above ? heads[$0][level - above] : ""
          }))
    }
    let place = kept.firstIndex { header[$0] == flowing }
    for row in rows {
      guard let place, width(of: row[kept[place]]) > widths[place] else {
        lines.append(line(kept.map { row[$0] }))
        continue
      }
      for (index, part) in wrapped(row[kept[place]], width: widths[place]).enumerated() {
        lines.append(
          line(kept.enumerated().map { $0 == place ? part : index == 0 ? row[$1] : "" }))
      }
    }
    return lines
  }

  /// Prints the table, `indent` spaces in, and says what there was no room for.
  func print(indent: Int = 0) {
    let layout = layout(width: Terminal.width.map { $0 - indent })
    let spaces = String(repeating: " ", count: indent)
    for line in layout.lines { Swift.print(spaces + line) }
    if !layout.leftOut.isEmpty {
      Swift.print(
        spaces
          + Terminal.dim("no room for \(layout.leftOut.joined(separator: ", ")): a wider terminal"))
    }
  }
}

/// A text in lines of at most so many columns: as it is where it fits, else broken at spaces; longer
/// words stand alone.
func wrapped(_ text: String, width limit: Int) -> [String] {
  guard width(of: text) > limit else { return [text] }
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, width(of: line) + 1 + width(of: String(word)) > limit {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  return lines + [line]
}

/// The columns that a text takes: its characters, counted at once where they are ASCII.
func width(of text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
}
