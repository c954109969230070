// The distance from the minimum along the flat and along the steep direction.

import Analysis
import Figures
import OptimizerKit

/// `overshoot`: how far each optimizer passes the minimum, in each of two directions.
public struct Overshoot: Figure {
  public static let name = "overshoot"
  public static let summary = "distance along the flat and the steep direction against step"
  public static let needs = "runs with their paths on a surface whose minimum is known"

  @Hyperparameter("paths on a page: more names do not fit beside a panel", in: 2...20)
  public var paths = 7

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    var contests = input.contests().filter { contest in
      contest.runs.contains { $0.trajectory.dimension > 1 && $0.finiteRows > 1 }
        && (input.surface(contest.problem).map { !$0.minima.isEmpty } ?? false)
    }
    // A quadratic is where the directions mean the same all along the path.
    let quadratic = contests.filter { input.surface($0.problem)?.isQuadratic ?? false }
    if !quadratic.isEmpty { contests = quadratic }
    return try pictures(of: contests, input) { contest, name in
      input.surface(contest.problem).map { pictures(name, contest, $0, input) } ?? []
    }
  }

  private struct Path {
    var run: TracedRun
    var shape: PathShape
    var frame: PathFrame
  }

  private func pictures(
    _ name: String, _ contest: Contest, _ surface: any Surface, _ input: FigureInput
  ) -> [Picture] {
    let paths = contest.runs.firstSeeds.compactMap { run -> Path? in
      guard run.trajectory.dimension == surface.dimension, run.finiteRows > 1 else { return nil }
      let shape = PathShape.measure(run.trajectory, on: surface)
      guard let frame = shape.frame, frame.isAtMinimum, frame.flattest != nil,
        frame.steepest != nil, frame.flattest != frame.steepest
      else { return nil }
      return Path(run: run, shape: shape, frame: frame)
    }
    func flat(_ path: Path) -> Double {
      path.run.diverged ? .infinity : path.shape.flatOvershoot?.percent ?? .infinity
    }
    let pages = Pages(paths, of: self.paths, ranking: flat)
    let title =
      title(paths, contest.name) + contest.runs.firstSeedRemark
    // The same axes on all pages.
    let drawn = pages.drawn
    return pages.pictures(naming: { $0.run.shownLabel }) { page in
      picture(name, title, page, among: drawn, contest, input)
    }
  }

  private func picture(
    _ name: String, _ title: String, _ page: [Path], among paths: [Path], _ contest: Contest,
    _ input: FigureInput
  ) -> Picture {
    // As far as the last of them takes to settle, and a little more.
    let longest = paths.map { Double($0.run.trajectory.steps.last ?? 1) }.max()!
    let settled = paths.filter { !$0.run.diverged }.map { path in
      path.shape.settlingStep.map { Double($0) * 1.25 } ?? longest
    }
    let end = max(min(settled.max() ?? longest, longest), min(20, longest))

    let size = (width: 800, height: 640)
    var panels: [Panel] = []
    var margin = 0.0
    var charts: [[ChartLine]] = []
    for (index, isFlat) in [true, false].enumerated() {
      var lines: [ChartLine] = []
      var values: [Double] = [0, 100]
      for path in paths {
        let isOnPage = page.contains {
          $0.run.key == path.run.key && $0.run.label == path.run.label
        }
        let direction = isFlat ? path.frame.flattest! : path.frame.steepest!
        let first = path.frame.coordinate(of: path.run.trajectory.point(0), along: direction)
        let reach = path.frame.distance(of: path.run.trajectory.point(0))
        // Where a path starts level with the minimum, its whole distance is the measure.
        let unit = abs(first) > 1e-9 * reach ? first : reach
        guard unit != 0 else { continue }
        let points = (0..<path.run.finiteRows).compactMap { row -> (x: Double, y: Double)? in
          let step = Double(path.run.trajectory.steps[row])
          guard step <= end else { return nil }
          let c = path.frame.coordinate(of: path.run.trajectory.point(row), along: direction)
          return (step, 100 * c / unit)
        }
        let overshoot = isFlat ? path.shape.flatOvershoot : path.shape.steepOvershoot
        var line = ChartLine(
          name: path.run.shownLabel, look: input.colors[path.run], points: points,
          diverged: path.run.diverged)
        // Once it has left for good, what follows would only blacken the picture.
        if let last = points.lastIndex(where: { abs($0.y) < 300 }), last + 1 < points.count {
          line.points = Array(points[...(last + 1)])
          line.diverged = true
        }
        if path.run.diverged {
          line.remark = "diverges at step \(path.run.steps)"
        } else if let percent = overshoot?.percent {
          if percent >= 0.5, let step = overshoot?.step {
            line.remark = "over by \(Text.percentage(percent)) at step \(step)"
            if Double(step) <= end { line.marks = [(Double(step), -percent)] }
          } else {
            line.remark = "no overshoot"
          }
        }
        if isOnPage { lines.append(line) }
        if !line.diverged { values += line.points.map { min(max($0.y, -160), 160) } }
      }
      let range = ClosedRange(covering: values) ?? -100...100
      let room = (range.upperBound - range.lowerBound) * 0.06
      let top = index == 0 ? 0.85 : 0.44
      var panel = Panel(
        frame: Frame(left: 0.12, right: 0.985, bottom: top - 0.325, top: top),
        x: Axis(index == 1 ? "step" : "", 0...end),
        y: Axis(
          "% of initial distance", (range.lowerBound - room)...(range.upperBound + room), marks: 5,
          grid: true))
      panel.title = "Along the \(isFlat ? "flat" : "steep") direction"
      panel.rules.append(Rule(from: (0, 0), to: (end, 0), color: Ink.soft, width: 1.2))
      panel.labels.append(
        Label(
          text: "minimum", x: 0.995, y: panel.y.share(0) + 0.045, system: .graph, align: .right,
          color: Ink.soft, size: 9.5, omittedInTerminal: true))
      panels.append(panel)
      charts.append(lines)
      margin = max(margin, Panel.nameMargin(lines, size: 10.5, width: size.width))
    }
    for index in panels.indices {
      panels[index].frame.right = 0.985 - margin
      panels[index].terminalFrame = panels[index].frame
      panels[index].add(
        charts[index], prefix: index == 0 ? "flat" : "steep", of: size, size: 10.5)
    }
    var picture = Picture(
      name: name, title: title,
      caption: Caption(
        page.map(\.run), of: input,
        notes: [
          "directions: \(page[0].frame.name)",
          "a ring marks the farthest passage beyond the minimum, in per cent of the initial "
            + "distance along that direction",
        ]), panels: panels)
    picture.width = size.width
    picture.height = size.height
    picture.terminalRows = 36
    return picture
  }

  private func title(_ paths: [Path], _ problem: String) -> String {
    let ranked = paths.filter { !$0.run.diverged }.compactMap { path in
      path.shape.flatOvershoot?.percent.map { (path.run.shownLabel, $0) }
    }.sorted { $0.1 > $1.1 }
    guard let most = ranked.first else { return "No run on \(problem) ends at a finite loss" }
    if most.1 < 0.5 { return "On \(problem), no run passes the minimum along the flat direction" }
    var text =
      "On \(problem), \(most.0) overshoots by \(Text.percentage(most.1)) along the "
      + "flat direction"
    if let least = ranked.last, ranked.count > 1, least.0 != most.0 {
      text += ", \(least.0) " + (least.1 < 0.5 ? "not at all" : "by \(Text.percentage(least.1))")
    }
    return text
  }
}
