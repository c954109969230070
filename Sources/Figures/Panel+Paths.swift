// Paths over a map, each named where there is room.

import Glibc
import OptimizerKit

extension Panel {
  /// Draws the paths of runs in two coordinates, each named beside its end, their starts, and the
  /// minima of the surface.
  ///
  /// - Parameter size: that of the picture in pixels.
  public mutating func addPaths(
    of runs: [TracedRun], on surface: any Surface, picture size: (width: Int, height: Int),
    colors: OptimizerColors
  ) {
    var placement = LabelPlacement(self, picture: size)
    let minima = surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
    var paths: [(run: TracedRun, line: [(x: Double, y: Double)])] = []
    for run in runs {
      let points = (0..<run.finiteRows).map { row -> (x: Double, y: Double) in
        let p = run.trajectory.point(row)
        return (p[p.startIndex], p[p.startIndex + 1])
      }
      // A path that leaves the picture for good is followed as far as its border.
      let line = thinned(clipped(points), of: size)
      if !line.isEmpty { paths.append((run, line)) }
    }
    // The longest below, so that short ones are seen.
    let order = paths.indices.sorted { paths[$0].line.count > paths[$1].line.count }
    for index in order {
      let (run, line) = paths[index]
      let look = colors[run]
      curves.append(
        .line("path\(index)", line, look.color, width: 2.2, dash: look.dash))
      if run.finiteRows <= 60 {
        let steps = line.filter { $0.x.isFinite }
        curves.append(.points("steps\(index)", steps, look.color, .dot, size: 0.45))
      }
      placement.occupy(line, self)
    }
    for index in order {
      let (run, line) = paths[index]
      let color = colors[run].color
      guard let end = line.last else { continue }
      if run.diverged {
        curves.append(.points("end\(index)", [end], color, .cross, size: 1.7, width: 3))
      } else {
        curves.append(.points("end\(index)", [end], color, .dot, size: 0.9))
      }
    }
    if !minima.isEmpty {
      curves.append(.points("minima", minima, "#ffffff", .asterisk, size: 1.5, width: 5))
      curves.append(.points("minima", minima, Ink.marker, .asterisk, size: 1.4, width: 1.8))
    }
    let starts = runs.compactMap { run -> [Double]? in
      run.finiteRows > 0 ? Array(run.trajectory.point(0)) : nil
    }.unique.map { (x: $0[0], y: $0[1]) }
    curves.append(.points("starts", starts, "#ffffff", .dot, size: 1.5))
    curves.append(.points("starts", starts, Ink.marker, .ring, size: 1.5, width: 2))

    func add(_ text: String, _ anchors: [(x: Double, y: Double)], _ color: String, bold: Bool)
      -> Bool
    {
      let size = bold ? 12.0 : 10.5
      guard
        let p = placement.label(text, size: size, bold: bold, anchors: anchors, panel: self)
      else { return false }
      labels.append(
        Label(
          text: text, x: p.x / placement.width, y: p.y / placement.height, system: .graph,
          align: .center, color: OptimizerColors.legible(color), size: size, bold: bold, boxed: true
        ))
      return true
    }
    for p in minima + starts {
      let q = placement.place(p, self)
      placement.reserve(.init(left: q.x - 8, right: q.x + 13, bottom: q.y - 8, top: q.y + 8))
    }
    for start in starts.prefix(3) { _ = add("start", [start], Ink.soft, bold: false) }
    if minima.count == 1 { _ = add("minimum", minima, Ink.soft, bold: false) }

    // Each path is named at its end, or, where that is crowded, farther back along it.
    var unplaced: [(text: String, color: String)] = []
    var named: Set<String> = []
    for (run, line) in paths where named.insert(run.label).inserted {
      let inside = line.filter { p in
        let q = placement.place(p, self)
        return q.x >= 0 && q.y >= 0 && q.x <= placement.width && q.y <= placement.height
      }
      var text = run.shownLabel
      if run.diverged { text += " diverges at step \(run.steps)" }
      let color = colors[run].color
      let anchors = candidates(
        along: inside,
        others: paths.filter { $0.run.key != run.key || $0.run.label != run.label }.map(
          \.line), placement)
      if !add(text, anchors, color, bold: true) { unplaced.append((text, color)) }
    }
    // What found no place is listed in a corner.
    for (i, entry) in unplaced.enumerated() {
      labels.append(
        Label(
          text: "— " + entry.text, x: 0.985, y: 0.965 - Double(i) * 20 / placement.height,
          system: .graph, align: .right, color: OptimizerColors.legible(entry.color), size: 11,
          bold: true, boxed: true))
    }
  }

  /// Places along a path at which a label would name it, best first: its end, unless another path is
  /// as near to that, then where the other paths are far.
  private func candidates(
    along line: [(x: Double, y: Double)], others: [[(x: Double, y: Double)]],
    _ placement: LabelPlacement
  ) -> [(x: Double, y: Double)] {
    guard line.count > 1 else { return line }
    let pixels = line.map { placement.place($0, self) }
    var way = [0.0]
    for i in 1..<pixels.count {
      way.append(way[i - 1] + hypot(pixels[i].x - pixels[i - 1].x, pixels[i].y - pixels[i - 1].y))
    }
    let total = way.last!
    let otherPixels = others.flatMap { other -> [(x: Double, y: Double)] in
      let q = other.filter { $0.x.isFinite }.map { placement.place($0, self) }
      return Swift.stride(from: 0, to: q.count, by: max(1, q.count / 150)).map { q[$0] }
    }
    var found: [(score: Double, point: (x: Double, y: Double))] = []
    var i = line.count - 1
    for k in 0..<24 {
      let at = total * (1 - Double(k) / 24)
      while i > 0, way[i] > at { i -= 1 }
      let next = min(i + 1, line.count - 1)
      let t = next > i && way[next] > way[i] ? (at - way[i]) / (way[next] - way[i]) : 0
      // Within a straight piece of the path, which linear axes leave straight.
      let p = (
        x: line[i].x + t * (line[next].x - line[i].x), y: line[i].y + t * (line[next].y - line[i].y)
      )
      let q = placement.place(p, self)
      var nearest = 120.0
      for o in otherPixels { nearest = min(nearest, hypot(o.x - q.x, o.y - q.y)) }
      found.append((nearest - Double(k) * 2.5 + (k == 0 ? 30 : 0), p))
    }
    return found.sorted { $0.score > $1.score }.map(\.point)
  }

  /// A line up to where it leaves the panel for good: points far outside are drawn as the point at
  /// which the line crosses the border.
  public func clipped(_ line: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let x = x.range
    let y = y.range
    func inside(_ p: (x: Double, y: Double)) -> Bool { x.contains(p.x) && y.contains(p.y) }
    guard let last = line.lastIndex(where: inside), last + 1 < line.count else { return line }
    let a = line[last]
    let b = line[last + 1]
    // From a, inside, towards b, outside, by the share t at which the first border is met.
    var t = 1.0
    for (from, to, range) in [(a.x, b.x, x), (a.y, b.y, y)] {
      if to > range.upperBound { t = min(t, (range.upperBound - from) / (to - from)) }
      if to < range.lowerBound { t = min(t, (range.lowerBound - from) / (to - from)) }
    }
    // A little before the border, so that a mark at the end is still within it.
    t = t.isFinite ? t * 0.995 : 0
    return line[...last] + [(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y))]
  }
}
