// A curve as text: dots of braille characters between two axes.

/// A function of one variable over a range, drawn for a terminal.
struct TerminalPlot {
  /// What is drawn, as far as its dots go: one value each, from left to right.
  private let values: [Double]
  private let ends: (left: String, middle: String, right: String)
  private let columns: Int
  private let rows = 9

  /// The most columns that a plot takes, its numbers not counted.
  private static let widest = 60
  /// The room for the numbers beside the vertical axis.
  private static let margin = 9

  /// Draws `value` at the steps of a budget; nil where the terminal is too narrow.
  init?(steps: Int, width: Int, _ value: (Int) -> Double) {
    columns = min(Self.widest, width - Self.margin - 3)
    guard columns >= 16 else { return nil }
    let dots = 2 * columns
    values = (0..<dots).map { value(Int(Double($0) / Double(dots - 1) * Double(steps - 1))) }
    ends = ("0", String(steps / 2), String(steps))
  }

  /// What the vertical axis spans: from 0 where that wastes no more than half of it.
  private var range: ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    if low >= 0, low <= high / 2 || low == high { return 0...(high > 0 ? high : 1) }
    return low < high ? low...high : (low - 1)...(low + 1)
  }

  /// The picture, line by line.
  var lines: [String] {
    let range = range
    let height = 4 * rows
    // Dots from the bottom; each column is joined to the one before.
    var cells = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: rows)
    var last: Int?
    for (i, value) in values.enumerated() {
      guard value.isFinite else {
        last = nil
        continue
      }
      let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      let dot = min(max(Int((share * Double(height - 1)).rounded()), 0), height - 1)
      let joined = last.map { $0 < dot ? $0 + 1...dot : dot...max($0 - 1, dot) } ?? dot...dot
      for y in joined { cells[rows - 1 - y / 4][i / 2] |= Self.bit(column: i % 2, row: y % 4) }
      last = dot
    }
    let middle = (range.lowerBound + range.upperBound) / 2
    let numbers = [0: range.upperBound, rows / 2: middle, rows - 1: range.lowerBound]
    var lines = cells.enumerated().map { row, cells in
      axis(numbers[row].map { brief($0) }) + Self.text(cells)
    }
    lines.append(
      String(repeating: " ", count: Self.margin) + "└" + String(repeating: "─", count: columns))
    lines.append(
      String(repeating: " ", count: Self.margin + 1)
        + spread(ends.left, ends.middle, ends.right, over: columns))
    return lines
  }

  private func axis(_ number: String?) -> String {
    let text = number ?? ""
    return String(repeating: " ", count: max(Self.margin - 1 - text.count, 0)) + text
      + (number == nil ? " │" : " ┤")
  }

  /// Dots are numbered by columns from the top; the lowest of each come last.
  private static func bit(column: Int, row: Int) -> UInt8 {
    let bits: [[UInt8]] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]]
    return bits[column][row]
  }

  private static func text(_ cells: [UInt8]) -> String {
    let filled = cells.lastIndex { $0 != 0 }.map { cells[...$0] } ?? []
    return String(
      String.UnicodeScalarView(
        filled.map { $0 == 0 ? " " : Unicode.Scalar(0x2800 + UInt32($0)) ?? " " }))
  }
}

/// Three texts at the left, in the middle and at the right of so many columns.
func spread(_ left: String, _ middle: String, _ right: String, over columns: Int) -> String {
  var line = left
  for (text, start) in [
    (middle, (columns - middle.count) / 2), (right, columns - right.count),
  ] where start > line.count {
    line += String(repeating: " ", count: start - line.count) + text
  }
  return line
}
