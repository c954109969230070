// A saddle in three dimensions with the paths that leave it, or do not.

import Analysis
import Figures
import OptimizerKit

/// `saddle`: the surface with paths, and beside it the loss over steps with each escape.
public struct SaddleEscape: Figure {
  public static let name = "saddle"
  public static let summary = "3-D surface with paths, and the escape from the saddle over steps"
  public static let needs = "runs with their paths on a surface of two coordinates with a saddle"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests(byStart: false).filter { contest in
      contest.runs.contains { $0.trajectory.dimension == 2 && $0.finiteRows > 0 }
        && (input.surface(contest.problem).map { $0.dimension == 2 && $0.saddle?.count == 2 }
          ?? false)
    }
    return try pictures(of: contests, input) { contest, name in
      // With one saddle, the figure is named after itself alone.
      let name = name == "saddle-saddle" ? "saddle" : name
      guard let surface = input.surface(contest.problem), let saddle = surface.saddle else {
        return []
      }
      return pictures(name, contest, surface, saddle, input)
    }
  }

  private func pictures(
    _ name: String, _ contest: Contest, _ surface: any Surface, _ saddle: [Double],
    _ input: FigureInput
  ) -> [Picture] {
    let runs = contest.runs.firstSeeds.filter {
      $0.trajectory.dimension == 2 && $0.finiteRows > 0
    }
    let pages = Pages(runs, of: 10) { run in run.escapeStep.map(Double.init) ?? .infinity }
    let title =
      title(runs, contest.name) + contest.runs.firstSeedRemark
    let drawn = pages.drawn
    return pages.pictures(naming: \.shownLabel) { page in
      picture(name, title, page, among: drawn, surface, saddle, input)
    }
  }

  private func picture(
    _ name: String, _ title: String, _ runs: [TracedRun], among all: [TracedRun],
    _ surface: any Surface, _ saddle: [Double], _ input: FigureInput
  ) -> Picture {
    let size = (width: 1000, height: 520)
    let viewport = surface.viewport ?? Viewport(of: surface, with: all)
    let saddleLoss = surface.loss(at: saddle)

    let count = 31
    var points: [[Double]] = []
    for j in 0..<count {
      for i in 0..<count {
        let tx = Double(i) / Double(count - 1)
        let ty = Double(j) / Double(count - 1)
        points.append([
          viewport.x.lowerBound + tx * (viewport.x.upperBound - viewport.x.lowerBound),
          viewport.y.lowerBound + ty * (viewport.y.upperBound - viewport.y.lowerBound),
        ])
      }
    }
    let heights = surface.evaluated(points).losses
    let range = ClosedRange(covering: heights) ?? 0...1

    var scene = Panel(
      frame: Frame(left: 0.0, right: 0.56, bottom: 0.0, top: 0.9),
      x: Axis("x₀", viewport.x, marks: 4), y: Axis("x₁", viewport.y, marks: 4),
      z: Axis("", range, marks: 4))
    scene.terminalFrame = nil
    scene.commands = [
      Landscape.palette3D,
      "set cbrange [\(Text.decimal(range.lowerBound)):\(Text.decimal(range.upperBound))]",
      "unset colorbox", "set view 56,\(viewAngle(surface, saddle)),1.1,1.2", "set ticslevel 0",
      "set pm3d scansautomatic border linecolor rgb '#a9b8c6' linewidth 0.35",
      "set border 127 linecolor rgb '\(Ink.grid)'",
      "set xyplane at \(Text.decimal(range.lowerBound))",
    ]
    scene.curves.append(
      Curve(
        CurveData(
          name: "surface",
          content: .heights(width: count, x: viewport.x, y: viewport.y, heights)), .surface))
    let lift = (range.upperBound - range.lowerBound) * 0.012
    for (index, run) in runs.enumerated() {
      var line: [Double] = []
      for row in 0..<run.finiteRows {
        let (x, y) = run.place(row)
        guard viewport.x.contains(x), viewport.y.contains(y) else { break }
        line += [x, y, run.trajectory.losses[row] + lift]
      }
      // Shorter where neighbours fall on the same pixel.
      line = sparse(line, viewport)
      let look = input.colors[run]
      let color = look.color
      scene.curves.append(
        Curve(.table("path\(index)", columns: 3, line), .line(color, width: 2.6, dash: look.dash)))
      if line.count >= 3 {
        scene.curves.append(
          Curve(
            .table("end\(index)", columns: 3, Array(line.suffix(3))),
            .points(color, run.diverged ? .cross : .dot, size: run.diverged ? 1.6 : 1, width: 2)))
        scene.curves.append(
          Curve(
            .table("start\(index)", columns: 3, Array(line.prefix(3))),
            .points(Ink.marker, .ring, size: 1.3, width: 2)))
      }
    }
    scene.curves.append(
      Curve(
        .table("saddle", columns: 3, saddle + [saddleLoss + lift]),
        .points(Ink.marker, .diamond, size: 1.3, width: 1)))

    // Beside it, the loss.
    let escapes = all.compactMap(\.escapeStep)
    let longest = all.map { Double($0.trajectory.steps[$0.finiteRows - 1]) }.max() ?? 1
    let waiting = all.contains { $0.escapeStep == nil }
    let end = waiting ? longest : min(longest, max(Double(escapes.max() ?? 0) * 1.5, 10))
    func lossCurve(_ run: TracedRun) -> [(x: Double, y: Double)] {
      (0..<run.finiteRows).map {
        (Double(run.trajectory.steps[$0]), run.trajectory.losses[$0])
      }.filter { $0.x <= end }
    }
    var lines: [ChartLine] = []
    for run in runs {
      var line = ChartLine(
        name: run.shownLabel, look: input.colors[run], points: lossCurve(run),
        diverged: run.diverged)
      line.remark = run.escapeStep.map { "escapes at step \($0)" } ?? "does not escape"
      if let step = run.escapeStep, let row = run.trajectory.steps.firstIndex(of: step) {
        line.marks = [(Double(step), run.trajectory.losses[row])]
      }
      lines.append(line)
    }
    let depth = max(
      abs(saddleLoss - range.lowerBound),
      (all.map { $0.trajectory.losses[0] }.max() ?? saddleLoss) - saddleLoss, 1e-9)
    let values = all.flatMap { lossCurve($0).map(\.y) } + [saddleLoss]
    let low = max(values.min() ?? 0, saddleLoss - depth * 1.3)
    let high = min(values.max() ?? 1, saddleLoss + depth * 1.3)
    let room = max((high - low) * 0.07, 1e-12)
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var chart = Panel(
      frame: Frame(left: 0.61, right: 0.99 - margin, bottom: 0.13, top: 0.83),
      x: Axis("step", 0...max(end, 1), marks: 5),
      y: Axis("loss", (low - room)...(high + room), marks: 6, grid: true))
    chart.terminalFrame = Frame(left: 0.12, right: 0.72, bottom: 0.15, top: 0.82)
    chart.rules.append(
      Rule(from: (0, saddleLoss), to: (max(end, 1), saddleLoss), color: Ink.soft, width: 1.2))
    chart.labels.append(
      Label(
        text: "saddle", x: 0.99, y: chart.y.share(saddleLoss) + 0.025, system: .graph,
        align: .right, color: Ink.soft, size: 9.5))
    chart.add(lines, prefix: "loss", of: size, size: 10.5)

    var picture = Picture(
      name: name, title: title,
      caption: Caption(
        runs, of: input,
        notes: ["a run has escaped when its loss is 0.1 below the saddle's; a ring marks the step"]),
      panels: [scene, chart])
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// From where the saddle is seen best: across the way down.
  private func viewAngle(_ surface: any Surface, _ saddle: [Double]) -> Int {
    let frame = PathFrame(for: surface)
    guard let flat = frame.flattest, frame.directions.count == 2 else { return 50 }
    let v = frame.directions[flat].vector
    return abs(v[0]) > abs(v[1]) ? 30 : 60
  }

  private func sparse(_ line: [Double], _ viewport: Viewport) -> [Double] {
    let spanX = viewport.x.upperBound - viewport.x.lowerBound
    let spanY = viewport.y.upperBound - viewport.y.lowerBound
    var result: [Double] = []
    var last: (x: Double, y: Double)?
    for row in stride(from: 0, to: line.count, by: 3) {
      let p = (x: line[row] / spanX * 500, y: line[row + 1] / spanY * 500)
      let isEnd = row + 3 >= line.count
      if let last, !isEnd, abs(p.x - last.x) < 0.7, abs(p.y - last.y) < 0.7 { continue }
      last = p
      result += line[row..<row + 3]
    }
    return result
  }

  private func title(_ runs: [TracedRun], _ problem: String) -> String {
    let escaped = runs.compactMap { run in run.escapeStep.map { (run.shownLabel, $0) } }
      .sorted { $0.1 < $1.1 }
    let stuck = runs.filter { $0.escapeStep == nil }.map(\.shownLabel).unique
    guard let first = escaped.first else {
      return "None of \(runs.count) runs escapes from the saddle of \(problem)"
    }
    var text = "On \(problem), \(first.0) escapes from the saddle at step \(first.1)"
    if !stuck.isEmpty {
      text +=
        "; "
        + Text.enumeration(stuck, most: 3)
        + " \(stuck.count == 1 ? "does" : "do") not"
    } else if let last = escaped.last, last.0 != first.0 {
      text += ", \(last.0) only at step \(last.1)"
    }
    return text
  }
}
