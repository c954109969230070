// The loss above the minimum against what it cost, and what theory says.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `convergence`: the loss above the minimum against gradient evaluations, with theory's rate where
/// the rule is linear and the problem a quadratic.
public struct Convergence: Figure {
  public static let name = "convergence"
  public static let summary = "loss above the minimum against gradient evaluations, with theory"
  public static let needs = "runs on a surface whose minimum is known"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { contest in
      contest.runs.contains { $0.finiteRows > 1 }
        && input.surface(contest.problem)?.minimumLoss != nil
    }
    var pictures: [Picture] = []
    for (contest, name) in zip(contests, input.fileNames(Self.name, contests)) {
      guard let surface = input.surface(contest.problem), let floor = surface.minimumLoss else {
        continue
      }
      pictures.append(picture(name, contest, surface, floor, input))
    }
    guard !pictures.isEmpty else { throw missing(input) }
    return pictures
  }

  private func picture(
    _ name: String, _ contest: Contest, _ surface: any Surface, _ floor: Double,
    _ input: FigureInput
  ) -> Picture {
    let size = (width: 800, height: 600)
    let groups = contest.runs.filter { $0.finiteRows > 1 }.byLabel.prefix(14)
    let initial = groups.flatMap(\.runs).map { abs($0.trajectory.losses[0] - floor) }.max() ?? 1
    // Below rounding of the loss itself, a gap says nothing.
    let least = max(initial * 1e-16, abs(floor) * 1e-16, 1e-300)

    var lines: [ChartLine] = []
    var theory: [(name: String, color: String, points: [(x: Double, y: Double)])] = []
    for (label, runs) in groups {
      let curves = runs.map { run -> [(x: Double, y: Double)] in
        (0..<run.finiteRows).map { row in
          (
            Double(run.trajectory.counts(row).gradients),
            max(run.trajectory.losses[row] - floor, least)
          )
        }
      }
      let (median, band) = ChartLine.overSeeds(curves)
      let look = input.colors[runs[0]]
      let count = runs.filter(\.diverged).count
      var line = ChartLine(
        name: Text.oneLine(Text.abbreviated(label), limit: 36), color: look.color, dash: .solid,
        points: median,
        band: band, diverged: count * 2 > runs.count)
      if count > 0 {
        line.remark =
          runs.count == 1
          ? "diverges at step \(runs[0].steps)" : "\(count) of \(runs.count) diverge"
      }
      if let rate = runs[0].measures.theoreticalRate {
        line.remark +=
          (line.remark.isEmpty ? "" : ", ") + "theory ρ = \(Text.readable(rate, digits: 4))"
        if rate < 1, rate > 0, let line = asymptote(median, rate, least) {
          theory.append((label, look.color, line))
        }
      }
      lines.append(line)
    }
    let values = lines.flatMap { $0.points.map(\.y) }.filter { $0.isFinite && $0 > 0 }
    let starts = lines.compactMap { $0.points.first?.y }.filter { $0.isFinite && $0 > 0 }
    let low = values.min() ?? 1e-3
    let high = min(values.max() ?? 1, max(starts.max() ?? 1, low) * 1e3)
    let end = lines.flatMap { $0.points.map(\.x) }.filter(\.isFinite).max() ?? 1
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.105, top: 0.865),
      x: Axis("gradient evaluations", 0...max(end, 1)),
      y: Axis("loss above the minimum", (low / 2)...(high * 2), isLog: true, marks: 7, grid: true))
    for (i, entry) in theory.enumerated() {
      panel.curves.append(
        .line(
          "theory\(i)", entry.points,
          OptimizerColors.mixed(entry.color, "#000000", 0.15), width: 1.6, dash: .dashed))
    }
    panel.add(lines, prefix: "gap", of: size, size: 10.5)
    if !theory.isEmpty {
      panel.labels.append(
        Label(
          text: "dashed: theory, (ρ²) per step", x: 0.985, y: 0.965, system: .graph, align: .right,
          color: Ink.soft, size: 10, boxed: true, omittedInTerminal: true))
    }
    let seeds = groups.map(\.runs.count).max() ?? 1
    var notes = ["values below \(Text.readable(least)) are drawn there"]
    if seeds > 1 { notes.append("lines are medians over seeds, bands their quartiles") }
    if !theory.isEmpty {
      notes.append(
        "ρ is the spectral radius of the rule on this quadratic; the loss falls with ρ² in the "
          + "long run; the dashed line is laid through the run at a quarter of its length")
    }
    return Picture(
      name: name, title: title(contest, floor),
      caption: Caption(contest.runs, of: input, notes: notes), panels: [panel])
  }

  /// The loss that falls by ρ² a step, through the run at a quarter of its fall.
  private func asymptote(
    _ line: [(x: Double, y: Double)], _ rate: Double, _ least: Double
  ) -> [(x: Double, y: Double)]? {
    guard let first = line.first, let last = line.last(where: { $0.y.isFinite }), last.x > 0,
      first.y > least
    else { return nil }
    let falling = line.prefix { $0.y > least * 4 }
    guard falling.count > 4 else { return nil }
    let anchor = falling[falling.startIndex + falling.count / 4]
    let slope = 2 * log(rate)
    // From the start to where it leaves the picture or the run ends.
    let end = min(last.x, anchor.x + log(least / anchor.y) / slope)
    return [
      (0, anchor.y * exp(-slope * anchor.x)), (end, anchor.y * exp(slope * (end - anchor.x))),
    ]
  }

  private func title(_ contest: Contest, _ floor: Double) -> String {
    let problem = Text.oneLine(contest.problem.name)
    let ends = contest.runs.byLabel.compactMap { label, runs -> (String, Double, Int)? in
      let gaps = runs.map { $0.diverged ? .infinity : max($0.finalLoss - floor, 0) }
      guard let median = Statistics.median(gaps), median.isFinite else { return nil }
      return (
        Text.oneLine(Text.abbreviated(label), limit: 36), median,
        runs.map(\.counts.gradients).max() ?? 0
      )
    }.sorted { $0.1 < $1.1 }
    guard let best = ends.first, let worst = ends.last else {
      return "On \(problem), every run diverges"
    }
    func gap(_ v: Double) -> String { Text.readable(v, digits: 2) }
    let arrivals = contest.runs.compactMap { run in
      run.gradientsToReach(floor).map { (Text.oneLine(Text.abbreviated(run.label), limit: 36), $0) }
    }
    let first = arrivals.min { $0.1 < $1.1 }
    var text =
      first.map {
        "On \(problem), \($0.0) reaches the minimum first, after \($0.1) gradient"
          + ($0.1 == 1 ? "" : "s")
      } ?? "On \(problem), \(best.0) comes within \(gap(best.1)) of the minimum"
    let initial = contest.runs[0].initialLoss - floor
    if ends.count > 1, worst.1 > TracedRun.reachedShare * max(initial, 0) {
      text += "; \(worst.0) is \(gap(worst.1)) above it after \(worst.2)"
    }
    return text
  }
}
