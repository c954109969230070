// Contour lines of a surface and the paths that optimizers take over it.

import Analysis
import Glibc
import OptimizerKit

/// `trajectory`: the paths of several optimizers on the contour map of a problem.
public struct TrajectoryFigure: Figure {
  public static let name = "trajectory"
  public static let summary = "contour map and paths of several optimizers, any 2-D problem"
  public static let needs = "runs with their paths on a problem of two coordinates"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests()
    let names = input.fileNames(Self.name, contests)
    var pictures: [Picture] = []
    for (contest, name) in zip(contests, names) {
      let runs = contest.runs.firstSeeds.filter {
        $0.trajectory.dimension == 2 && $0.finiteRows > 0
      }
      guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.dimension == 2
      else { continue }
      pictures.append(picture(name, contest, runs, surface, input))
    }
    guard !pictures.isEmpty else { throw missing(input) }
    return pictures
  }

  private func picture(
    _ name: String, _ contest: Contest, _ runs: [TracedRun], _ surface: any Surface,
    _ input: FigureInput
  ) -> Picture {
    let viewport = mapViewport(of: surface, runs: runs)
    var panel = Panel(frame: .whole, x: Axis("x₀", viewport.x), y: Axis("x₁", viewport.y))
    panel.frame.bottom = 0.095
    panel.terminalFrame = panel.frame
    let size = (width: 800, height: 600)
    var notes = addMap(of: surface, to: &panel)
    var placement = LabelPlacement(panel, picture: size)
    addPaths(of: runs, surface, to: &panel, &placement, size, input)
    if contest.runs.count > runs.count {
      notes.append("of each optimizer the run with the lowest seed is drawn")
    }
    return Picture(
      name: name, title: title(runs, contest.problem, surface),
      caption: Caption(contest.runs, of: input, notes: notes), panels: [panel])
  }

  /// What is to be seen: who gets nearest to the minimum, who does not get there.
  private func title(_ runs: [TracedRun], _ problem: PluginSpec, _ surface: any Surface) -> String {
    let name = oneLine(problem.name)
    let diverged = runs.filter(\.diverged).map(\.shownLabel).unique
    var text: String
    if let floor = surface.minimumLoss {
      let ranked = runs.filter { !$0.diverged && $0.finalLoss.isFinite }
        .sorted { $0.finalLoss < $1.finalLoss }
      if let best = ranked.first, let worst = ranked.last {
        let gap = readable(best.finalLoss - floor, digits: 2)
        let left = readable(worst.finalLoss - floor, digits: 2)
        let minimum = surface.minima.count > 1 ? "a minimum" : "the minimum"
        text =
          "On \(name), \(best.shownLabel) "
          + (best.reaches(floor) ? "reaches \(minimum)" : "comes within \(gap) of the minimal loss")
          + " in \(best.steps) steps"
        if worst.label != best.label {
          if worst.reaches(floor) {
            text += ", as do all others"
          } else if left != gap {
            text += "; \(worst.shownLabel) is still \(left) above it"
          }
        }
      } else {
        text = "On \(name), no run ends at a finite loss"
      }
    } else {
      let escaped = runs.filter { $0.escapeStep != nil }
      text =
        surface.saddle != nil
        ? "On \(name), \(escaped.count) of \(runs.count) runs escape from the saddle"
        : "Paths of \(runs.map(\.shownLabel).unique.count) optimizers on \(name)"
    }
    if !diverged.isEmpty {
      text +=
        diverged.count == 1
        ? "; \(diverged[0]) diverges" : "; \(diverged.count) of \(runs.count) diverge"
    }
    return text
  }
}

/// The part of the plane to show: what the problem asks for, stretched by at most half on each side
/// to where the paths go.
func mapViewport(of surface: any Surface, runs: [TracedRun]) -> Viewport {
  var points: [(x: Double, y: Double)] = []
  let staying = runs.filter { !$0.diverged }
  for run in staying.isEmpty ? runs : staying {
    for row in 0..<run.finiteRows {
      let p = run.trajectory.point(row)
      points.append((p[p.startIndex], p[p.startIndex + 1]))
    }
  }
  func range(
    _ base: ClosedRange<Double>?, _ values: [Double], _ marks: [Double]
  ) -> ClosedRange<Double> {
    if let base {
      let span = base.upperBound - base.lowerBound
      let reach = values.filter {
        $0 > base.lowerBound - span / 2 && $0 < base.upperBound + span / 2
      }
      let low = reach.min() ?? base.lowerBound
      let high = reach.max() ?? base.upperBound
      return
        (low < base.lowerBound ? low - span * 0.04 : base.lowerBound)...(high
        > base.upperBound ? high + span * 0.04 : base.upperBound)
    }
    // Without one: around start and marks, and as far as the middle of the paths.
    let sorted = values.sorted()
    var all = marks
    if !sorted.isEmpty {
      all += [sorted[sorted.count / 50], sorted[sorted.count - 1 - sorted.count / 50]]
    }
    all = all.filter { abs($0) < 1e12 }
    let low = all.min() ?? -1
    let high = all.max() ?? 1
    let room = max((high - low) * 0.15, 1e-6 * max(abs(low), abs(high), 1e-6))
    return (low - room)...(high + room)
  }
  let marks = surface.minima + [surface.saddle].compactMap { $0 } + runs.compactMap(\.spec.start)
  let fitting = marks.filter { $0.count == 2 && $0.allSatisfy(\.isFinite) }
  return Viewport(
    x: range(surface.viewport?.x, points.map(\.x), fitting.map { $0[0] }),
    y: range(surface.viewport?.y, points.map(\.y), fitting.map { $0[1] }))
}

/// Draws the contour map into a panel; returns a note for the caption.
func addMap(of surface: any Surface, to panel: inout Panel) -> [String] {
  let landscape = Landscape(surface, viewport: Viewport(x: panel.x.range, y: panel.y.range))
  panel.commands += [Landscape.palette, "set cbrange [0:100]", "unset colorbox"]
  panel.curves.append(Curve(landscape.shades("map"), .image, omittedInTerminal: true))
  panel.curves.append(
    Curve(
      landscape.contours("contours"), .line(Ink.contour, width: 0.7), omittedInTerminal: true))
  guard let first = landscape.levels.first, let last = landscape.levels.last else { return [] }
  return [
    "contour lines at \(landscape.levels.count) losses from \(readable(first)) to "
      + "\(readable(last)), "
      + (landscape.isLog ? "evenly in the logarithm above \(readable(landscape.floor))" : "evenly")
  ]
}

/// Draws paths, their starts and ends, and the minima into a panel with a map.
func addPaths(
  of runs: [TracedRun], _ surface: any Surface, to panel: inout Panel,
  _ placement: inout LabelPlacement, _ size: (width: Int, height: Int), _ input: FigureInput,
  labels: Bool = true
) {
  let minima = surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
  var paths: [(run: TracedRun, line: [(x: Double, y: Double)])] = []
  for run in runs {
    let points = (0..<run.finiteRows).map { row -> (x: Double, y: Double) in
      let p = run.trajectory.point(row)
      return (p[p.startIndex], p[p.startIndex + 1])
    }
    // A path that leaves the picture for good is followed as far as its border.
    var line = clipped(points, to: panel)
    line = panel.thinned(line, of: size)
    if !line.isEmpty { paths.append((run, line)) }
  }
  // The longest below, so that short ones are seen.
  let order = paths.indices.sorted { paths[$0].line.count > paths[$1].line.count }
  for index in order {
    let (run, line) = paths[index]
    let look = input.colors[run]
    panel.curves.append(
      .line("path\(index)", line, look.color, width: 2.2))
    if run.finiteRows <= 60 {
      let steps = line.filter { $0.x.isFinite }
      panel.curves.append(.points("steps\(index)", steps, look.color, .dot, size: 0.45))
    }
    placement.occupy(line, panel)
  }
  for index in order {
    let (run, line) = paths[index]
    let color = input.colors[run].color
    guard let end = line.last else { continue }
    if run.diverged {
      panel.curves.append(.points("end\(index)", [end], color, .cross, size: 1.7, width: 3))
    } else {
      panel.curves.append(.points("end\(index)", [end], color, .dot, size: 0.9))
    }
  }
  if !minima.isEmpty {
    panel.curves.append(.points("minima", minima, "#ffffff", .asterisk, size: 1.5, width: 5))
    panel.curves.append(.points("minima", minima, Ink.marker, .asterisk, size: 1.4, width: 1.8))
  }
  let starts = runs.compactMap { run -> [Double]? in
    run.finiteRows > 0 ? Array(run.trajectory.point(0)) : nil
  }.unique.map { (x: $0[0], y: $0[1]) }
  panel.curves.append(.points("starts", starts, "#ffffff", .dot, size: 1.5))
  panel.curves.append(.points("starts", starts, Ink.marker, .ring, size: 1.5, width: 2))
  guard labels else { return }

  func add(_ text: String, _ anchors: [(x: Double, y: Double)], _ color: String, bold: Bool) -> Bool
  {
    let size = bold ? 12.0 : 10.5
    guard
      let p = placement.label(text, size: size, bold: bold, anchors: anchors, panel: panel)
    else { return false }
    panel.labels.append(
      Label(
        text: text, x: p.x / placement.width, y: p.y / placement.height, system: .graph,
        align: .center, color: color, size: size, bold: bold, boxed: true))
    return true
  }
  for p in minima + starts {
    let q = placement.place(p, panel)
    placement.reserve(.init(left: q.x - 8, right: q.x + 13, bottom: q.y - 8, top: q.y + 8))
  }
  for start in starts.prefix(3) { _ = add("start", [start], Ink.soft, bold: false) }
  if minima.count == 1 { _ = add("minimum", minima, Ink.soft, bold: false) }

  // Each path is named at its end, or, where that is crowded, farther back along it.
  var unplaced: [(text: String, color: String)] = []
  var named: Set<String> = []
  for (run, line) in paths where named.insert(run.label).inserted {
    let inside = line.filter { p in
      let q = placement.place(p, panel)
      return q.x >= 0 && q.y >= 0 && q.x <= placement.width && q.y <= placement.height
    }
    var text = run.shownLabel
    if run.diverged { text += " diverges at step \(run.steps)" }
    let color = input.colors[run].color
    let anchors = candidates(
      along: inside,
      others: paths.filter { $0.run.key != run.key || $0.run.label != run.label }.map(
        \.line), panel, placement)
    if !add(text, anchors, color, bold: true) { unplaced.append((text, color)) }
  }
  // What found no place is listed in a corner.
  for (i, entry) in unplaced.prefix(24).enumerated() {
    panel.labels.append(
      Label(
        text: "— " + entry.text, x: 0.985, y: 0.965 - Double(i) * 20 / placement.height,
        system: .graph, align: .right, color: entry.color, size: 11, bold: true, boxed: true))
  }
}

/// Places along a path at which a label would name it, best first: its end, unless another path is
/// as near to that, then where the other paths are far.
private func candidates(
  along line: [(x: Double, y: Double)], others: [[(x: Double, y: Double)]], _ panel: Panel,
  _ placement: LabelPlacement
) -> [(x: Double, y: Double)] {
  guard line.count > 1 else { return line }
  let pixels = line.map { placement.place($0, panel) }
  var way = [0.0]
  for i in 1..<pixels.count {
    way.append(way[i - 1] + hypot(pixels[i].x - pixels[i - 1].x, pixels[i].y - pixels[i - 1].y))
  }
  let total = way.last!
  let otherPixels = others.flatMap { other -> [(x: Double, y: Double)] in
    let q = other.filter { $0.x.isFinite }.map { placement.place($0, panel) }
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
    let q = placement.place(p, panel)
    var nearest = 120.0
    for o in otherPixels { nearest = min(nearest, hypot(o.x - q.x, o.y - q.y)) }
    found.append((nearest - Double(k) * 2.5 + (k == 0 ? 30 : 0), p))
  }
  return found.sorted { $0.score > $1.score }.map(\.point)
}

/// A line up to where it leaves the panel for good: points far outside are drawn as the point at
/// which the line crosses the border.
func clipped(_ line: [(x: Double, y: Double)], to panel: Panel) -> [(x: Double, y: Double)] {
  let x = panel.x.range
  let y = panel.y.range
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
