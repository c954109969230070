// An axis: its range, its scale and its marks.

import Glibc

/// An axis with a name. Its range is never empty; that it is finite is up to the figure.
public struct Axis: Sendable {
  /// What stands beside it; nothing where that is empty.
  public var label: String
  /// From where to where it goes.
  public var range: ClosedRange<Double>
  /// Whether equal lengths are equal ratios.
  public var isLog: Bool
  /// About how many marks carry a number; 0 for none at all.
  public var marks: Int
  /// Marks with texts, in place of numbers.
  public var named: [(value: Double, text: String)] = []
  /// Whether faint lines are drawn at the marks.
  public var grid = false

  /// An axis over a range, which is widened where it has no extent; one that is logarithmic starts
  /// above 0.
  public init(
    _ label: String, _ range: ClosedRange<Double>, isLog: Bool = false, marks: Int = 6,
    grid: Bool = false
  ) {
    self.label = label
    var range = range
    // An axis needs room, whatever the data.
    if isLog {
      let low = range.lowerBound > 0 ? range.lowerBound : 1e-300
      let high = max(range.upperBound, low)
      range = high / low < 1.5 ? (low / 2)...(high * 2) : low...high
    } else if !(range.upperBound - range.lowerBound > abs(range.upperBound) * 1e-12) {
      let room = max(abs(range.upperBound) * 0.5, 1e-9)
      range = (range.lowerBound - room)...(range.upperBound + room)
    }
    self.range = range
    self.isLog = isLog
    self.marks = marks
    self.grid = grid
  }

  /// Where the axis starts.
  var start: Double { range.lowerBound }

  /// Where a value lies along the axis: 0 at its start, 1 at its end.
  public func share(_ value: Double) -> Double {
    let a = range.lowerBound
    let b = range.upperBound
    if isLog { return value > 0 ? log(value / a) / log(b / a) : -.infinity }
    return (value - a) / (b - a)
  }

  /// The value at a share of the axis.
  public func value(at share: Double) -> Double {
    let a = range.lowerBound
    let b = range.upperBound
    return isLog ? a * pow(b / a, share) : a + share * (b - a)
  }

  /// The marks: value, text, and 1 for a mark without a number.
  public var ticks: [(value: Double, text: String, level: Int)] {
    if !named.isEmpty { return named.map { ($0.value, $0.text, 0) } }
    guard marks > 0 else { return [] }
    let a = range.lowerBound
    let b = range.upperBound
    if isLog {
      let first = Int((log10(a) - 1e-9).rounded(.up))
      let last = Int((log10(b) + 1e-9).rounded(.down))
      // Where there are two powers only, what lies between them has numbers too, if there is room.
      let isShort = last - first < 2 && marks > 4 && a >= 1e-3 && b <= 1e5
      if last - first >= 1, !isShort {
        let stride = max(1, (last - first) / marks + ((last - first) % marks == 0 ? 0 : 1))
        return (first...last).map { e in
          let numbered = e % stride == 0
          return (pow(10, Double(e)), numbered ? Text.powerOfTen(e) : "", numbered ? 0 : 1)
        }
      }
      var ticks: [(Double, String, Int)] = []
      for e in (first - 1)...(last + 1) {
        for m in [1.0, 2, 5] {
          let value = m * pow(10, Double(e))
          if value >= a * 0.999, value <= b * 1.001 {
            ticks.append((value, Text.readable(value, digits: 5), 0))
          }
        }
      }
      return ticks
    }
    let rough = (b - a) / Double(max(marks - 1, 1))
    let unit = pow(10, log10(rough).rounded(.down))
    let step = unit * ([1, 2, 2.5, 5].first { $0 * unit >= rough * 0.99 } ?? 10)
    let low = (a / step - 1e-6).rounded(.up)
    let high = (b / step + 1e-6).rounded(.down)
    guard high >= low, high - low < 100 else { return [] }
    return Swift.stride(from: low, through: high, by: 1).map {
      ($0 * step, Text.readable($0 == 0 ? 0 : $0 * step, digits: 4), 0)
    }
  }

  func commands(_ name: String, _ format: FigureFormat) -> [String] {
    let a = Text.decimal(range.lowerBound, digits: 10)
    let b = Text.decimal(range.upperBound, digits: 10)
    var lines = [isLog ? "set logscale \(name)" : "unset logscale \(name)"]
    lines.append("set \(name)range [\(a):\(b)] noextend")
    let ticks = self.ticks
    if ticks.isEmpty {
      lines.append("unset \(name)tics")
    } else {
      let list = ticks.map {
        "\(Text.quoted($0.text)) \(Text.decimal($0.value, digits: 10)) \($0.level)"
      }.joined(separator: ", ")
      lines.append("set \(name)tics (\(list))")
    }
    if grid, format != .terminal {
      lines.append("set grid \(name)tics linecolor rgb '\(Ink.grid)' linewidth 1 dashtype 1")
    } else {
      lines.append("unset grid")
    }
    if label.isEmpty {
      lines.append("unset \(name)label")
    } else {
      let font = format == .terminal ? "" : " font 'DejaVu Sans,\(format == .svg ? 13.5 : 11)'"
      // The svg terminal takes lines to be higher than its letters are.
      let shift = format == .svg && name == "x" ? " offset 0,0.6" : ""
      lines.append(
        "set \(name)label \(Text.quoted(label)) noenhanced\(font) textcolor rgb '\(Ink.text)'\(shift)"
      )
    }
    return lines
  }
}
