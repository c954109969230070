// How sharply a network's loss curves along training, beside the edge of stability.

import Analysis
import Figures
import OptimizerKit

/// `sharpness`: the largest eigenvalue of the Hessian of the training loss, or of P⁻¹H where the optimizer
/// divides by a diagonal P, over the steps; dotted, the edge beyond which steps on a quadratic grow.
public struct SharpnessCurves: Figure {
  public static let name = "sharpness"
  public static let summary =
    "network training: the sharpest curvature beside the edge of stability"
  public static let needs = "runs that train a model with --sharpness"
  public static let source = "Cohen et al. 2021, arXiv 2103.00065; 2022, arXiv 2207.14484"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { contest in
      contest.runs.contains { !$0.sharpness.isEmpty }
    }
    return try pictures(of: contests, input) { pictures($0, $1, input) }
  }

  /// The highest curvature at which the steps of a run stay bounded; nil where that is not known, or where
  /// its learning rate changes.
  private func edge(_ run: TracedRun, _ input: FigureInput) -> Double? {
    guard run.spec.optimizer.terms.allSatisfy(\.schedules.isEmpty),
      let limit = input.optimizer(run.spec.optimizer)?.stabilityLimit,
      let rate = run.spec.optimizer["lr"].flatMap(Double.init), rate > 0
    else { return nil }
    return limit / rate
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let groups = contest.runs.byLabel.filter { _, runs in
      runs.contains { !$0.sharpness.isEmpty }
    }
    return Pages(Array(groups.indices), of: 6).pictures(naming: { groups[$0].label }) { page in
      picture(file, page.map { groups[$0] }, contest, input)
    }
  }

  private func picture(
    _ file: String, _ groups: [(label: String, runs: [TracedRun])], _ contest: Contest,
    _ input: FigureInput
  ) -> Picture {
    let size = (width: 860, height: 560)
    let edges = groups.map { edge($0.runs[0], input) }
    let lines = groups.map { _, runs in
      let (points, band) = ChartLine.overSeeds(runs) { $0.sharpness }
      return ChartLine(
        name: runs[0].shownLabel, look: input.colors[runs[0]], points: points, band: band,
        remark: runs[0].isPreconditioned ? "of P⁻¹H" : "")
    }
    let values =
      (lines.flatMap { $0.points.map(\.y) } + edges.compactMap { $0 })
      .filter { $0.isFinite && $0 > 0 }
    let last = lines.compactMap { $0.points.last?.x }.max() ?? 1
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.11, right: 0.985 - margin, bottom: 0.115, top: 0.855),
      x: Axis("step", 0...max(last, 1)),
      y: Axis(
        "largest eigenvalue of the Hessian",
        ((values.min() ?? 1) / 1.4)...((values.max() ?? 1) * 1.4),
        isLog: true, grid: true))
    for (edge, line) in zip(edges, lines) {
      guard let edge else { continue }
      panel.rules.append(
        Rule(
          from: (0, edge), to: (panel.x.range.upperBound, edge), color: line.look.color, width: 1.4,
          dash: .dotted))
      panel.labels.append(
        Label(
          text: "edge \(Text.readable(edge))", x: 0.01, y: panel.y.share(edge) + 0.022,
          system: .graph, color: OptimizerColors.legible(line.look.color), size: 9,
          omittedInTerminal: true))
    }
    panel.add(lines, prefix: "sharpness", of: size, size: 10.5)
    let runs = groups.flatMap(\.runs)
    var picture = Picture(
      name: file, title: title(contest, lines, edges),
      caption: Caption(
        runs, of: input,
        notes: [
          "of the loss of the minibatch that comes next, by Lanczos; P⁻¹H where the optimizer divides its "
            + "steps by a diagonal P",
          "dotted: the edge, the largest eigenvalue at which steps on a quadratic do not grow",
        ] + runs.seedNotes), panels: [panel])
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  private func title(_ contest: Contest, _ lines: [ChartLine], _ edges: [Double?]) -> String {
    let known = zip(lines, edges).compactMap { line, edge -> (name: String, share: Double)? in
      guard let edge, let end = line.points.last(where: { $0.y.isFinite })?.y else { return nil }
      return (line.name, end / edge)
    }
    guard let highest = known.max(by: { $0.share < $1.share }) else {
      return "The sharpness of \(contest.name) along training"
    }
    return
      "On \(contest.name), \(highest.name) ends at \(Text.readable(highest.share, digits: 2)) times its "
      + "edge of stability"
  }
}

extension TracedRun {
  /// Whether the curvature is looked at through what the optimizer divides by.
  fileprivate var isPreconditioned: Bool {
    trajectory.diagnostics.contains { $0.sharpness?.preconditioned != nil }
  }

  /// The largest eigenvalue over the steps: that of P⁻¹H where there is a P.
  public var sharpness: [(x: Double, y: Double)] {
    let isPreconditioned = isPreconditioned
    return trajectory.diagnostics.compactMap { pass in
      guard let sharpness = pass.sharpness,
        let value = isPreconditioned ? sharpness.preconditioned : sharpness.plain
      else { return nil }
      return (Double(pass.step), value)
    }
  }
}
