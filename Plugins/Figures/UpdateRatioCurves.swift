// How far updates move what they update.

import Analysis
import Figures
import OptimizerKit

/// `update-ratio`: ‖Δw‖/‖w‖ over the training of a network, the median over its weight tensors with their
/// spread; about 1e-3 is what lectures on training networks take for healthy.
public struct UpdateRatioCurves: Figure {
  public static let name = "update-ratio"
  public static let summary = "network training: size of updates beside that of weights"
  public static let needs = "runs that train a model, with validation passes"
  public static let source = "Karpathy et al., cs231n.github.io/neural-networks-3/#ratio"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { contest in
      contest.runs.contains { !ratios($0).isEmpty }
    }
    return try pictures(of: contests, input) { pictures($0, $1, input) }
  }

  /// The median and the least and the largest over weight tensors, at each step that was looked at.
  private func ratios(_ run: TracedRun) -> [(
    step: Double, median: Double, low: Double, high: Double
  )] {
    run.trajectory.diagnostics.compactMap { diagnostics in
      let ratios = diagnostics.updates.filter { $0.role == .weight }.map(\.ratio)
        .filter { $0.isFinite && $0 > 0 }
      guard let median = Statistics.median(ratios), let low = ratios.min(), let high = ratios.max()
      else { return nil }
      return (Double(diagnostics.step), median, low, high)
    }
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let size = (width: 800, height: 560)
    let groups = contest.runs.byLabel.filter { _, runs in
      runs.contains { !ratios($0).isEmpty }
    }
    let lines = groups.map { _, runs -> ChartLine in
      let (points, _) = ChartLine.overSeeds(runs) { ratios($0).map { ($0.step, $0.median) } }
      // How much tensors differ within one network; of many they would cover one another.
      let band =
        groups.count > 2 ? [] : ratios(runs[0]).map { (x: $0.step, low: $0.low, high: $0.high) }
      let end = points.last { $0.y.isFinite }?.y
      return ChartLine(
        name: runs[0].shownLabel, look: input.colors[runs[0]], points: points, band: band,
        remark: end.map { "ends at \(Text.compact($0))" } ?? "")
    }
    let values = lines.flatMap { $0.points.map(\.y) }.filter { $0.isFinite && $0 > 0 } + [1e-3]
    let last = lines.compactMap { $0.points.last?.x }.max() ?? 1
    let x = Axis("step", 0...max(last, 1))
    let y = Axis(
      "‖Δw‖ / ‖w‖", ((values.min() ?? 1e-4) / 3)...((values.max() ?? 1e-2) * 3), isLog: true,
      grid: true)
    let ends = lines.map { $0.points.last { $0.y.isFinite }?.y ?? .nan }
    let title = title(contest, lines, ends)
    return Pages(Array(lines.indices), of: 12).pictures(naming: { lines[$0].name }) { page in
      let shown = page.map { lines[$0] }
      let margin = Panel.nameMargin(shown, size: 10.5, width: size.width)
      var panel = Panel(
        frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.115, top: 0.855), x: x, y: y)
      panel.rules.append(
        Rule(
          from: (0, 1e-3), to: (x.range.upperBound, 1e-3), color: Ink.soft, width: 1.2,
          dash: .dotted))
      panel.labels.append(
        Label(
          text: "1e-3", x: 0.01, y: y.share(1e-3) + 0.022, system: .graph, color: Ink.soft, size: 9,
          omittedInTerminal: true))
      panel.add(shown, prefix: "ratio", of: size, size: 10.5)
      let runs = page.flatMap { groups[$0].runs }
      var picture = Picture(
        name: file, title: title,
        caption: Caption(
          runs, of: input,
          notes: [
            "lines: the median over weight tensors, and over seeds; dotted: 1e-3, the rule of thumb"
              + (groups.count > 2
                ? "" : "; bands: from the least to the largest tensor of the first seed")
          ]), panels: [panel])
      picture.height = size.height
      return picture
    }
  }

  private func title(_ contest: Contest, _ lines: [ChartLine], _ ends: [Double]) -> String {
    let known = ends.indices.filter { ends[$0].isFinite }.sorted { ends[$0] < ends[$1] }
    guard let least = known.first, let most = known.last else {
      return "On \(contest.name), no update was looked at"
    }
    func text(_ place: Int) -> String { "\(Text.compact(ends[place])) (\(lines[place].name))" }
    let range = least == most ? text(least) : "\(text(least)) to \(text(most))"
    return
      "On \(contest.name), updates end at \(range) of the weights a step; 1e-3 is the rule of thumb"
      + contest.runs.medianRemark
  }
}
