// Lines over steps or evaluations, named at their right ends.

import Analysis
import Glibc
import OptimizerKit

/// A line of a chart with its name.
public struct ChartLine: Sendable {
  public var name: String
  /// Colour, dash and marks.
  public var look: OptimizerColors.Look
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
    name: String, look: OptimizerColors.Look, points: [(x: Double, y: Double)],
    band: [(x: Double, low: Double, high: Double)] = [], remark: String = "",
    diverged: Bool = false, marks: [(x: Double, y: Double)] = []
  ) {
    self.name = name
    self.look = look
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
  /// That of the line; the name itself is as dark as it must be to be read.
  var color: String
  var size: Double
}

extension Panel {
  /// How far names stand from the ends of their lines, in pixels.
  private static let tagGap = 16.0

  /// How wide the margin for the names of these lines must be, as a share of the picture.
  public static func nameMargin(_ lines: [ChartLine], size: Double, width: Int) -> Double {
    let longest =
      lines.flatMap { [$0.name, $0.remark] }
      .map { LabelPlacement.textWidth($0, size: size, bold: true) }.max() ?? 0
    return min((longest + tagGap + 9) / Double(width), 0.42)
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
      curves.append(.band("\(prefix)band\(i)", clipped(line.band), line.look.color))
    }
    for (i, line) in lines.enumerated() {
      let color = line.look.color
      let points = thinned(line.points, of: picture)
      curves.append(
        .line("\(prefix)line\(i)", points, color, width: 2.2, dash: line.look.dash))
      if let symbol = line.look.symbol {
        curves.append(
          .points("\(prefix)symbols\(i)", milestones(of: line, rank: i), color, symbol, size: 1))
      }
      curves.append(.points("\(prefix)marks\(i)", line.marks, color, .ring, size: 1.3, width: 2))
      if line.diverged, let end = line.points.last(where: { isVisible($0) }) {
        curves.append(.points("\(prefix)end\(i)", [end], color, .cross, size: 1.6, width: 3))
      } else if points.count == 1 {
        curves.append(.points("\(prefix)end\(i)", points, color, .dot, size: 0.9))
      }
    }
    guard named else { return }
    for line in lines {
      guard let end = line.points.last(where: { $0.y.isFinite && $0.x.isFinite }) else { continue }
      tags.append(
        NameTag(
          name: line.name, remark: line.remark, place: min(max(y.share(end.y), 0), 1),
          color: line.look.color, size: size))
    }
  }

  /// About eight points of a line, evenly over the axis; those of other lines lie between them.
  private func milestones(of line: ChartLine, rank: Int) -> [(x: Double, y: Double)] {
    let shares = line.points.map { x.share($0.x) }
    return (0..<8).compactMap { i in
      let wanted = (Double(i) + Double(rank % 5) / 5 + 0.1) / 8
      guard
        let nearest = shares.indices.min(by: { abs(shares[$0] - wanted) < abs(shares[$1] - wanted) }
        ),
        abs(shares[nearest] - wanted) < 0.06
      else { return nil }
      return line.points[nearest]
    }
  }

  /// The labels of the tags of lines, moved apart, with a leader from the end of each line that its
  /// name had to be moved away from; `rowHeight` is that of a line of text, as a share of the picture,
  /// where the text has one size only, as in the terminal.
  mutating func placeTags(
    of picture: (width: Double, height: Double), rowHeight: Double?, room: Int = .max
  ) {
    guard let size = tags.map(\.size).max() else { return }
    let pictureHeight = picture.height
    let own = frame.top - frame.bottom
    let x =
      1 + (rowHeight == nil ? Self.tagGap / ((frame.right - frame.left) * picture.width) : 0.015)
    let isTwoLined = rowHeight == nil && tags.contains { !$0.remark.isEmpty }
    let gap =
      rowHeight.map { $0 / own } ?? size * 1.45 * (isTwoLined ? 2.2 : 1.2)
      / (own * pictureHeight)
    let places = spread(tags.map(\.place), gap: gap, within: 0.0...1.0)
    for (tag, place) in zip(tags, places) {
      if rowHeight == nil, abs(place - tag.place) * own * pictureHeight > 3 {
        let width = x - 1
        rules.append(
          Rule(
            from: (1 + width * 0.2, tag.place), to: (1 + width * 0.8, place), system: .graph,
            color: tag.color, width: 0.8))
      }
      let color = OptimizerColors.legible(tag.color)
      let shift = tag.remark.isEmpty || !isTwoLined ? 0 : size * 0.75 / (own * pictureHeight)
      let both = "\(tag.name) \(tag.remark)"
      let name = rowHeight == nil || tag.remark.isEmpty || both.count > room ? tag.name : both
      labels.append(
        Label(
          text: name, x: x, y: place + shift, system: .graph, color: color,
          size: tag.size, bold: true))
      if !tag.remark.isEmpty, isTwoLined {
        labels.append(
          Label(
            text: tag.remark, x: x, y: place - shift, system: .graph, color: color,
            size: tag.size - 1.5))
      }
    }
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
  /// The curves of a participant's seeds as their median and quartiles.
  ///
  /// They are taken at the abscissae of the longest curve; a curve that has none of its points there
  /// counts with its last point before. A run that ended early counts as infinite from there on, unless
  /// it had reached its target: that one stays where it is.
  public static func overSeeds(
    _ runs: [TracedRun], _ curve: (TracedRun) -> [(x: Double, y: Double)]
  ) -> (median: [(x: Double, y: Double)], band: [(x: Double, low: Double, high: Double)]) {
    let curves = runs.map(curve)
    guard
      let longest = curves.max(by: { ($0.last?.x ?? 0, $0.count) < ($1.last?.x ?? 0, $1.count) })
    else { return ([], []) }
    guard curves.count > 1 else { return (longest, []) }
    let columns = zip(runs, curves).map { run, curve in
      heights(of: curve, at: longest.map(\.x), holdsLast: run.status == .reachedTarget)
    }
    var median: [(x: Double, y: Double)] = []
    var band: [(x: Double, low: Double, high: Double)] = []
    for (i, point) in longest.enumerated() {
      let values = columns.compactMap { $0[i] }
      guard let m = Statistics.median(values), let low = Statistics.quantile(0.25, of: values),
        let high = Statistics.quantile(0.75, of: values)
      else { continue }
      median.append((point.x, m.isFinite ? m : .nan))
      band.append((point.x, low.isFinite ? low : .nan, high.isFinite ? high : 1e300))
    }
    return (median, band)
  }

  /// A curve at other abscissae: its last point before each; nil before its first. After its end it is
  /// infinite, but for what one of its own strides would have skipped.
  private static func heights(
    of curve: [(x: Double, y: Double)], at abscissae: [Double], holdsLast: Bool
  ) -> [Double?] {
    guard let end = curve.last else { return abscissae.map { _ in .infinity } }
    let isAligned = zip(curve, abscissae).allSatisfy {
      abs($0.x - $1) <= 1e-9 * max(abs($1), 1)
    }
    let stride = isAligned ? 0 : zip(curve, curve.dropFirst()).map { $1.x - $0.x }.max() ?? 0
    var next = 0
    return abscissae.map { x in
      let reach = x + 1e-9 * max(abs(x), 1)
      while next < curve.count, curve[next].x <= reach { next += 1 }
      guard next > 0 else { return nil }
      let hasEnded = x > end.x + stride + 1e-9 * max(abs(x), 1)
      return hasEnded && !holdsLast ? .infinity : curve[next - 1].y
    }
  }
}
