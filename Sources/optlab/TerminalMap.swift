// A surface as text: shades from low to high, seen from above.

import Figures
import Foundation
import OptimizerKit

/// The losses of a surface over its viewport, drawn for a terminal.
struct TerminalMap {
  private let landscape: Landscape
  private let minima: [[Double]]
  private let start: [Double]?
  private let isMinimumKnown: Bool
  private let columns: Int
  private let rows: Int

  private static let widest = 60
  /// The room for the numbers beside the vertical axis.
  private static let margin = 9
  /// From low to high.
  private static let shades: [Character] = [" ", "░", "▒", "▓"]

  /// A map of a surface of two coordinates; nil where there is none, or the terminal is too narrow.
  init?(_ surface: any Surface, width: Int) {
    guard surface.dimension == 2, let viewport = surface.viewport else { return nil }
    columns = min(Self.widest, width - Self.margin - 3)
    guard columns >= 16 else { return nil }
    landscape = Landscape(surface, viewport: viewport)
    minima = surface.minima
    start = surface.starts.first
    isMinimumKnown = surface.minimumLoss != nil
    // A character is about twice as high as it is wide.
    let ratio = viewport.y.length / viewport.x.length
    rows = min(max(Int((Double(columns) * ratio / 2).rounded()), 8), 20)
  }

  /// What lies at a cell, counted from above: that of the nearest point of the landscape.
  private func gap(_ row: Int, _ column: Int) -> Double {
    let i = (2 * column + 1) * landscape.width / (2 * columns)
    let j = landscape.height - 1 - (2 * row + 1) * landscape.height / (2 * rows)
    return landscape.losses[j * landscape.width + i] - landscape.floor
  }

  /// The gaps at which the shade changes, evenly spaced, in the logarithm where there is a lowest
  /// point.
  private var levels: [Double] {
    let ranked = landscape.losses.map { $0 - landscape.floor }.filter { $0.isFinite && $0 > 0 }
      .sorted()
    guard let highest = ranked.last else { return [] }
    let low = ranked[ranked.count / 20]
    let high = min(ranked[ranked.count - 1 - ranked.count / 20], highest)
    return (1..<Self.shades.count).map { k in
      let share = Double(k) / Double(Self.shades.count)
      return landscape.isLog ? low * pow(high / low, share) : low + (high - low) * share
    }
  }

  /// The picture, line by line, and a legend.
  var lines: [String] {
    let levels = levels
    var cells = (0..<rows).map { row in
      (0..<columns).map { column in
        let gap = gap(row, column)
        return gap.isFinite ? Self.shades[levels.count { $0 <= gap }] : "?"
      }
    }
    for point in minima { mark(point, "×", in: &cells) }
    if let start { mark(start, "o", in: &cells) }
    let viewport = landscape.viewport
    let space = String(repeating: " ", count: Self.margin)
    let numbers = [0: viewport.y.upperBound, rows - 1: viewport.y.lowerBound]
    var lines = cells.enumerated().map { row, cells in
      let text = numbers[row].map { brief($0) } ?? ""
      return String(space.dropLast(text.count + 1)) + text + (text.isEmpty ? " │" : " ┤")
        + String(cells)
    }
    lines.append(space + "└" + String(repeating: "─", count: columns))
    lines.append(
      space + " "
        + spread(
          brief(viewport.x.lowerBound),
          brief((viewport.x.lowerBound + viewport.x.upperBound) / 2),
          brief(viewport.x.upperBound), over: columns))
    let shown = zip(Self.shades.dropFirst(), levels).map { shade, level in
      // Two digits, 260 rather than 2.6e+02.
      "\(shade) from \(brief(Double(brief(level, digits: 2)), digits: 6))"
    }
    let what = isMinimumKnown ? "f − f*" : "f above its least here"
    lines.append(space + " " + (["\(what):"] + shown).joined(separator: "  "))
    lines.append(space + " " + (minima.isEmpty ? "" : "× minimum  ") + "o start")
    return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  private func mark(_ point: [Double], _ mark: Character, in cells: inout [[Character]]) {
    let viewport = landscape.viewport
    let x = (point[0] - viewport.x.lowerBound) / viewport.x.length
    let y = (viewport.y.upperBound - point[1]) / viewport.y.length
    guard (0...1).contains(x), (0...1).contains(y) else { return }
    cells[min(Int(y * Double(rows)), rows - 1)][min(Int(x * Double(columns)), columns - 1)] = mark
  }
}

extension ClosedRange<Double> {
  fileprivate var length: Double { upperBound - lowerBound }
}
