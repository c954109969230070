// Lines over steps or evaluations, named at their right ends.

import Analysis
import Glibc
import OptimizerKit

/// A line of a chart with its name.
public struct ChartLine: Sendable {
  public var name: String
  public var color: String
  public var dash: Dash
  public var points: [(x: Double, y: Double)]
  /// The spread over seeds, over the same x.
  public var band: [(x: Double, low: Double, high: Double)]
  /// What is written after the name.
  public var remark: String
  /// A mark at the last point, for a run that diverged.
  public var diverged: Bool
  /// Points to mark with a ring.
  public var marks: [(x: Double, y: Double)]

  public init(
    name: String, color: String, dash: Dash = .solid, points: [(x: Double, y: Double)],
    band: [(x: Double, low: Double, high: Double)] = [], remark: String = "",
    diverged: Bool = false, marks: [(x: Double, y: Double)] = []
  ) {
    self.name = name
    self.color = color
    self.dash = dash
    self.points = points
    self.band = band
    self.remark = remark
    self.diverged = diverged
    self.marks = marks
  }
}

/// The name of a line, beside its right end.
struct NameTag: Sendable {
  var name: String
  var remark: String
  /// Where the line ends, as a share of the axis.
  var place: Double
  var color: String
  var size: Double
}

extension Panel {
  /// How wide the margin for the names of these lines must be, as a share of the picture.
  public static func nameMargin(_ lines: [ChartLine], size: Double, width: Int) -> Double {
    let longest =
      lines.flatMap { [$0.name, $0.remark] }
      .map { LabelPlacement.textWidth($0, size: size, bold: true) }.max() ?? 0
    return min((longest + 18) / Double(width), 0.42)
  }

  /// Draws lines, each named to the right of its end in its own colour.
  ///
  /// - Parameters:
  ///   - prefix: what the names of their data begin with; unique within the picture.
  ///   - picture: its size in pixels.
  ///   - named: whether the names are drawn; `nameMargin` says how much room they need.
  ///   - size: that of the names, in points.
  public mutating func add(
    _ lines: [ChartLine], prefix: String, of picture: (width: Int, height: Int),
    named: Bool = true, size: Double = 11
  ) {
    for (i, line) in lines.enumerated() where !line.band.isEmpty {
      curves.append(.band("\(prefix)band\(i)", clipped(line.band), line.color))
    }
    for (i, line) in lines.enumerated() {
      let points = thinned(line.points, of: picture)
      curves.append(
        .line("\(prefix)line\(i)", points, line.color, width: 2.2, dash: line.dash))
      curves.append(
        .points("\(prefix)marks\(i)", line.marks, line.color, .ring, size: 1.3, width: 2))
      if line.diverged, let end = line.points.last(where: { isVisible($0) }) {
        curves.append(.points("\(prefix)end\(i)", [end], line.color, .cross, size: 1.6, width: 3))
      } else if points.count == 1 {
        curves.append(.points("\(prefix)end\(i)", points, line.color, .dot, size: 0.9))
      }
    }
    guard named else { return }
    for line in lines {
      guard let end = line.points.last(where: { $0.y.isFinite && $0.x.isFinite }) else { continue }
      tags.append(
        NameTag(
          name: line.name, remark: line.remark, place: min(max(y.share(end.y), 0), 1),
          color: line.color, size: size))
    }
  }

  /// The labels of the tags of lines, moved apart; `rowHeight` is that of a line of text, as a
  /// share of the picture, where the text has one size only, as in the terminal.
  func tagLabels(pictureHeight: Double, rowHeight: Double?, room: Int = .max) -> [Label] {
    guard let size = tags.map(\.size).max() else { return [] }
    let own = frame.top - frame.bottom
    let isTwoLined = rowHeight == nil && tags.contains { !$0.remark.isEmpty }
    let gap =
      rowHeight.map { $0 / own } ?? size * 1.45 * (isTwoLined ? 2.2 : 1.2)
      / (own * pictureHeight)
    let places = spread(tags.map(\.place), gap: gap, within: 0.0...1.0)
    var labels: [Label] = []
    for (tag, place) in zip(tags, places) {
      let shift = tag.remark.isEmpty || !isTwoLined ? 0 : size * 0.75 / (own * pictureHeight)
      let both = "\(tag.name) \(tag.remark)"
      let name = rowHeight == nil || tag.remark.isEmpty || both.count > room ? tag.name : both
      labels.append(
        Label(
          text: name, x: 1.015, y: place + shift, system: .graph, color: tag.color,
          size: tag.size, bold: true))
      if !tag.remark.isEmpty, isTwoLined {
        labels.append(
          Label(
            text: tag.remark, x: 1.015, y: place - shift, system: .graph, color: tag.color,
            size: tag.size - 1.5))
      }
    }
    return labels
  }

  private func isVisible(_ p: (x: Double, y: Double)) -> Bool {
    let sx = x.share(p.x)
    let sy = y.share(p.y)
    return sx >= 0 && sx <= 1 && sy >= 0 && sy <= 1
  }

  /// A band cut off where it leaves the panel: with a row at each place where one of its edges does.
  func clipped(
    _ band: [(x: Double, low: Double, high: Double)]
  ) -> [(x: Double, low: Double, high: Double)] {
    func clamped(_ v: Double) -> Double {
      v.isNaN ? v : min(max(v, y.range.lowerBound), y.range.upperBound)
    }
    // Edges are straight on the paper, whatever the scale of an axis.
    func between(_ a: Double, _ b: Double, _ t: Double, _ axis: Axis) -> Double {
      let (from, to) = (axis.share(a), axis.share(b))
      return axis.value(at: from + (to - from) * t)
    }
    func crossings(_ a: Double, _ b: Double) -> [Double] {
      let (from, to) = (y.share(a), y.share(b))
      let places = [-from / (to - from), (1 - from) / (to - from)]
      return places.filter { $0 > 0 && $0 < 1 }
    }
    var rows: [(x: Double, low: Double, high: Double)] = []
    for (i, row) in band.enumerated() {
      if i > 0 {
        let last = band[i - 1]
        let places = crossings(last.low, row.low) + crossings(last.high, row.high)
        for t in places.sorted() {
          let low = between(last.low, row.low, t, y)
          let high = between(last.high, row.high, t, y)
          rows.append((between(last.x, row.x, t, x), low, high))
        }
      }
      rows.append(row)
    }
    return rows.map { ($0.x, clamped($0.low), clamped($0.high)) }
  }
}

extension ChartLine {
  /// Curves of several seeds as their median and quartiles, at the abscissae of the longest. A run
  /// that ended early counts as infinite from there on; where abscissae differ, that one curve is all.
  public static func overSeeds(_ curves: [[(x: Double, y: Double)]]) -> (
    median: [(x: Double, y: Double)], band: [(x: Double, low: Double, high: Double)]
  ) {
    guard let first = curves.max(by: { $0.count < $1.count }) else { return ([], []) }
    guard curves.count > 1 else { return (first, []) }
    var median: [(x: Double, y: Double)] = []
    var band: [(x: Double, low: Double, high: Double)] = []
    let same = curves.allSatisfy { curve in
      zip(curve, first).allSatisfy { abs($0.x - $1.x) <= 1e-9 * max(abs($1.x), 1) }
    }
    guard same else { return (first, []) }
    for i in first.indices {
      let values = curves.map { i < $0.count ? $0[i].y : .infinity }
      guard let m = Statistics.median(values), let low = Statistics.quantile(0.25, of: values),
        let high = Statistics.quantile(0.75, of: values)
      else { continue }
      median.append((first[i].x, m.isFinite ? m : .nan))
      band.append((first[i].x, low.isFinite ? low : .nan, high.isFinite ? high : 1e300))
    }
    return (median, band)
  }
}
