// Paths over a map, each named where there is room.

import Glibc
import OptimizerKit

extension Panel {
  /// Draws the paths of runs in two coordinates, each named beside its end, their starts, and the
  /// minima of the surface.
  ///
  /// - Parameters:
  ///   - size: that of the picture in pixels.
  ///   - kept: what no label may lie over, in shares of the panel.
  /// - Returns: what a caption says of the marks on paths.
  @discardableResult
  public mutating func addPaths(
    of runs: [TracedRun], on surface: any Surface, picture size: (width: Int, height: Int),
    colors: OptimizerColors, keepingFree kept: Frame? = nil
  ) -> [String] {
    let minima = surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
    return addPaths(of: runs, minima: minima, picture: size, colors: colors, keepingFree: kept)
  }

  /// The same where there are these minima.
  @discardableResult
  public mutating func addPaths(
    of runs: [TracedRun], minima: [(x: Double, y: Double)],
    picture size: (width: Int, height: Int), colors: OptimizerColors, keepingFree kept: Frame? = nil
  ) -> [String] {
    var placement = LabelPlacement(self, picture: size)
    if let kept {
      placement.reserve(
        .init(
          left: kept.left * placement.width, right: kept.right * placement.width,
          bottom: kept.bottom * placement.height, top: kept.top * placement.height))
    }
    var paths: [(run: TracedRun, line: [(x: Double, y: Double)])] = []
    for run in runs {
      // A path that leaves the picture for good is followed as far as its border.
      let line = thinned(clipped(run.places), of: size)
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
    let counts = Self.milestones(of: runs)
    for index in order { addMilestones(counts, of: paths[index].run, colors, "\(index)") }
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
    return Self.milestoneNotes(counts)
  }

  /// Numbers of gradients at which all paths are marked, so that speed is seen: the last few of 1, 3, 10,
  /// 30, ... that most of the longest run has.
  public static func milestones(of runs: [TracedRun]) -> [Int] {
    let most =
      runs.compactMap { run in (0..<run.finiteRows).last.map { run.trajectory.counts($0).gradients }
      }
      .max() ?? 0
    var counts: [Int] = []
    var (unit, isThree) = (1, false)
    while (isThree ? 3 * unit : unit) < most {
      counts.append(isThree ? 3 * unit : unit)
      if isThree { unit *= 10 }
      isThree.toggle()
    }
    return counts.suffix(4)
  }

  /// What a caption says of them.
  public static func milestoneNotes(_ counts: [Int]) -> [String] {
    counts.isEmpty
      ? []
      : [
        "rings on paths: where they are after \(Text.enumeration(counts.map(String.init))) gradients"
      ]
  }

  /// Rings where a run is after so many gradients.
  public mutating func addMilestones(
    _ counts: [Int], of run: TracedRun, _ colors: OptimizerColors, _ name: String
  ) {
    var points: [(x: Double, y: Double)] = []
    let rows = run.finiteRows
    var row = 0
    for count in counts {
      while row + 1 < rows, run.trajectory.counts(row + 1).gradients <= count { row += 1 }
      guard row < rows, run.trajectory.counts(row).gradients == count else { continue }
      points.append(run.place(row))
    }
    let inside = points.filter { x.range.contains($0.x) && y.range.contains($0.y) }
    curves.append(.points("milestones\(name)", inside, "#ffffff", .dot, size: 0.85))
    curves.append(
      .points("milestones\(name)", inside, colors[run].color, .ring, size: 0.85, width: 1.6))
  }

  /// How much paths lie on one another in this panel, 0...1: of the cells of a few pixels that a path goes
  /// through, the share that others go through as well, the mean over paths.
  public func overlap(of runs: [TracedRun], picture: (width: Int, height: Int)) -> Double {
    struct Cell: Hashable { var x, y: Int }
    let room = LabelPlacement(self, picture: picture)
    let visited = runs.map { run -> Set<Cell> in
      var cells: Set<Cell> = []
      var last: (x: Double, y: Double)?
      for row in 0..<run.finiteRows {
        let q = room.place(run.place(row), self)
        guard q.x >= 0, q.y >= 0, q.x <= room.width, q.y <= room.height else {
          last = nil
          continue
        }
        let from = last ?? q
        let pieces = max(1, Int(max(abs(q.x - from.x), abs(q.y - from.y)) / 3))
        for piece in 0...pieces {
          let t = Double(piece) / Double(pieces)
          cells.insert(
            Cell(
              x: Int((from.x + t * (q.x - from.x)) / 6), y: Int((from.y + t * (q.y - from.y)) / 6)))
        }
        last = q
      }
      return cells
    }
    let shares = visited.enumerated().compactMap { index, cells -> Double? in
      guard !cells.isEmpty else { return nil }
      let shared = cells.count { cell in
        visited.enumerated().contains { $0.offset != index && $0.element.contains(cell) }
      }
      return Double(shared) / Double(cells.count)
    }
    return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
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
