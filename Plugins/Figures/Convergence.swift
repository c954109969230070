// The loss above the minimum against what it cost, and what theory says.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `convergence`: the loss above the minimum against gradient evaluations, or what else it cost, with
/// theory's rate where the rule is linear and the problem a quadratic.
public struct Convergence: Figure {
  public static let name = "convergence"
  public static let summary = "loss above the minimum against gradient evaluations, with theory"
  public static let needs = "runs on a surface whose minimum is known"

  @Hyperparameter("what the curves are drawn over") public var axis = CostAxis.gradients
  @Hyperparameter("all in one panel, or one for each") public var layout = ChartLayout.overlaid

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests(poolsInstances: true).filter { contest in
      contest.runs.contains { $0.finiteRows > 1 && $0.hasCosts(on: axis, input) }
        && input.surface(contest.problem)?.minimumLoss != nil
    }
    return try pictures(of: contests, input) { contest, name in
      guard let floor = input.surface(contest.problem)?.minimumLoss else { return [] }
      return pictures(name, contest, floor, input)
    }
  }

  /// An optimizer's line, and what theory says of it.
  private struct Entry {
    var line: ChartLine
    var theory: [(x: Double, y: Double)]?
    var runs: [TracedRun]
  }

  private func pictures(
    _ name: String, _ contest: Contest, _ floor: Double, _ input: FigureInput
  ) -> [Picture] {
    let standings = Standings(contest.runs, floor: floor, on: axis, input)
    let groups = contest.runs.filter { $0.finiteRows > 1 }.byLabel
    let pages = Pages(
      groups, of: 12, best: groups.firstIndex { $0.label == standings.best?.label },
      worst: groups.firstIndex { $0.label == standings.worst?.label })
    let shown = pages.drawn.flatMap(\.runs)
    let initial = shown.map { abs($0.trajectory.losses[0] - floor) }.max() ?? 1
    // Below rounding of the loss itself, a gap says nothing.
    let least = max(initial * 1e-16, abs(floor) * 1e-16, 1e-300)
    let entries = Dictionary(
      uniqueKeysWithValues: pages.drawn.map { ($0.label, entry($0.runs, floor, least, input)) })

    // The same axes on all pages.
    let points = entries.values.flatMap(\.line.points).filter { $0.y.isFinite && $0.y > 0 }
    let starts = entries.values.compactMap { $0.line.points.first?.y }.filter {
      $0.isFinite && $0 > 0
    }
    let low = points.map(\.y).min() ?? 1e-3
    let high = min(points.map(\.y).max() ?? 1, max(starts.max() ?? 1, low) * 1e3)
    let end = entries.values.flatMap { $0.line.points.map(\.x) }.filter(\.isFinite).max() ?? 1
    let axes = (
      x: Axis(
        entries.values.contains { $0.theory != nil }
          ? axis.label + "        (dotted: theory, ρ² a step)" : axis.label,
        0...(axis == .seconds ? end : max(end, 1))),
      y: Axis("loss above the minimum", (low / 2)...(high * 2), isLog: true, marks: 7, grid: true)
    )
    let title = title(contest, standings, floor)
    return pages.pictures(naming: { $0.label }) { page in
      picture(name, title, page.compactMap { entries[$0.label] }, axes, least, input)
    }
  }

  private func entry(
    _ runs: [TracedRun], _ floor: Double, _ least: Double, _ input: FigureInput
  ) -> Entry {
    let (points, band) = ChartLine.overSeeds(runs) { run in
      (0..<run.finiteRows).map { row in
        (
          run.cost(row, on: axis, input),
          max(run.trajectory.losses[row] - floor, least)
        )
      }
    }
    let count = runs.filter(\.diverged).count
    var line = ChartLine(
      name: runs[0].shownLabel, look: input.colors[runs[0]],
      points: points, band: band, diverged: count * 2 > runs.count)
    var remarks: [String] = []
    if count > 0 {
      remarks.append(
        runs.count == 1
          ? "diverges at step \(runs[0].steps)" : "\(count) of \(runs.count) diverge")
    }
    let median = runs.map(\.counts).sorted { $0.gradients < $1.gradients }[runs.count / 2]
    if axis == .gradients, let costs = median.beyondGradients { remarks.append("+ " + costs) }
    var theory: [(x: Double, y: Double)]?
    if let rate = runs[0].measures.theoreticalRate {
      remarks.append("theory ρ = \(Text.readable(rate, digits: 4))")
      // A step of such a rule is a gradient; how long one takes, no theory says.
      if rate < 1, rate > 0, axis != .seconds { theory = asymptote(points, rate, least) }
    }
    line.remark = remarks.joined(separator: ", ")
    return Entry(line: line, theory: theory, runs: runs)
  }

  private func picture(
    _ name: String, _ title: String, _ entries: [Entry], _ axes: (x: Axis, y: Axis),
    _ least: Double, _ input: FigureInput
  ) -> Picture {
    let size = (width: 800, height: 600)
    let lines = entries.map(\.line)
    let theory = entries.filter { $0.theory != nil }
    let runs = entries.flatMap(\.runs)
    var notes = [
      "values below \(Text.readable(least)), where rounding decides, are drawn there: lines that end "
        + "at that height end alike, whatever the order of their names"
    ]
    notes += runs.seedNotes + runs.notes(on: axis)
    if !theory.isEmpty {
      notes.append(
        "ρ is the spectral radius of the rule on this quadratic; the loss falls with ρ² in the "
          + "long run; the dotted line is laid through the run at a quarter of its length")
    }
    let caption = Caption(runs, of: input, notes: notes)
    if layout == .multiples {
      var x = axes.x
      x.label = axis.label
      return Picture.multiples(
        name: name, title: title, caption: caption, lines: lines, x: x, y: axes.y
      ) { panel, index in
        guard let theory = entries[index].theory else { return }
        let color = OptimizerColors.mixed(lines[index].look.color, "#000000", 0.15)
        panel.curves.append(.line("theory\(index)", theory, color, width: 1.6, dash: .dotted))
      }
    }
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.105, top: 0.865),
      x: axes.x, y: axes.y)
    for (i, entry) in theory.enumerated() {
      panel.curves.append(
        .line(
          "theory\(i)", entry.theory ?? [],
          OptimizerColors.mixed(entry.line.look.color, "#000000", 0.15), width: 1.6, dash: .dotted))
    }
    panel.add(lines, prefix: "gap", of: size, size: 10.5)
    return Picture(name: name, title: title, caption: caption, panels: [panel])
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

  /// How those that take part come off, each by the median of its seeds.
  private struct Standings {
    struct Standing {
      var label: String
      /// Above the minimum at the end; infinite where it diverged.
      var gap: Double
      /// The most gradients that a seed took.
      var gradients: Int
      /// What the median seed cost until it was at the minimum; nil where half of them are not.
      var arrival: EvaluationCounts?
      /// The same on the axis.
      var cost = Double.infinity
      var name: String { Text.label(label) }
    }

    /// From the least gap to the largest.
    let all: [Standing]
    var best: Standing? { arrivals.first ?? all.first }
    var worst: Standing? { all.last }
    /// Those that arrive, the first ones first.
    var arrivals: [Standing] {
      all.filter { $0.arrival != nil }.sorted { $0.cost < $1.cost }
    }

    init(_ runs: [TracedRun], floor: Double, on axis: CostAxis, _ input: FigureInput) {
      all = runs.byLabel.compactMap { label, runs -> Standing? in
        let gaps = runs.map { $0.diverged ? .infinity : max($0.finalLoss - floor, 0) }
        guard let median = Statistics.median(gaps) else { return nil }
        let costs = runs.compactMap { run in
          run.costToReach(floor).map {
            (counts: $0, cost: run.costToReach(floor, on: axis, input) ?? 0)
          }
        }.sorted { $0.cost < $1.cost }
        // The upper median over all seeds, those that do not arrive last.
        let middle = runs.count / 2
        return Standing(
          label: label, gap: median, gradients: runs.map(\.counts.gradients).max() ?? 0,
          arrival: middle < costs.count ? costs[middle].counts : nil,
          cost: middle < costs.count ? costs[middle].cost : .infinity)
      }.sorted { $0.gap < $1.gap }
    }
  }

  private func title(_ contest: Contest, _ standings: Standings, _ floor: Double) -> String {
    let problem = contest.name
    let finite = standings.all.filter(\.gap.isFinite)
    guard let best = finite.first, let worst = finite.last else {
      return "On \(problem), every run diverges"
    }
    func gap(_ v: Double) -> String { Text.readable(v, digits: 2) }
    let remark = contest.runs.medianRemark
    var text = "On \(problem), "
    if let first = standings.arrivals.first, let cost = first.arrival {
      let level = standings.arrivals.filter { $0.cost == first.cost }.map(\.name)
      let names = Text.enumeration(level, most: 3)
      text +=
        "\(names) reach\(level.count == 1 ? "es" : "") the minimum first, after "
        + (axis == .gradients ? cost.text : axis.text(Text.readable(first.cost, digits: 3)))
      text += contest.runs.choiceRemark(of: first.label)
      if axis == .gradients, cost.beyondGradients != nil,
        let plain = standings.arrivals.first(where: { $0.arrival?.beyondGradients == nil })
      {
        text += "; with gradients alone \(plain.name), after \(plain.arrival!.gradients)"
      }
    } else {
      text += "\(best.name) comes within \(gap(best.gap)) of the minimum"
      text += contest.runs.choiceRemark(of: best.label)
    }
    let initial = (contest.runs.first?.initialLoss ?? floor) - floor
    if finite.count > 1, worst.gap > TracedRun.reachedShare * max(initial, 0) {
      text +=
        "; \(worst.name) is \(gap(worst.gap)) above it after \(worst.gradients)"
        + (axis == .gradients ? "" : " gradients")
    }
    let lost = standings.all.count - finite.count
    if lost > 0 { text += "; \(lost) of \(standings.all.count) diverge\(lost == 1 ? "s" : "")" }
    return text + remark
  }
}
