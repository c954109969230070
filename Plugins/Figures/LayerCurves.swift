// What the layers of a network compute while it is trained, and the gradients that reach them.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `layers`: mean and standard deviation of the activations of each layer, the standard deviation of the
/// gradients that reach them and the share of dead units, over the training of a network: a column a
/// layer, a line an optimizer. Signals that keep their size from layer to layer are what networks are
/// initialised for.
public struct LayerCurves: Figure {
  public static let name = "layers"
  public static let summary = "network training: activations, gradients, dead units of each layer"
  public static let needs = "training runs that kept the statistics of layers (--layers)"
  public static let source =
    "Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a.html; He et al. 2015, "
    + "arXiv 1502.01852"

  @Hyperparameter("most layers that have a column, evenly chosen from first to last", in: 2...8)
  public var columns = 6

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { !layers(of: $0.runs).isEmpty }
    return try pictures(of: contests, input) { pictures($0, $1, input) }
  }

  /// The names of the layers, first to last.
  private func layers(of runs: [TracedRun]) -> [String] {
    runs.lazy.flatMap(\.trajectory.diagnostics).first { !$0.layers.isEmpty }?.layers.map(\.layer)
      ?? []
  }

  /// A number of each layer that is drawn over the steps.
  private struct Statistic: Sendable {
    var name: String
    var label: String
    var isLog = false
    var value: @Sendable (LayerStatistics) -> Double
  }

  private static let statistics = [
    Statistic(name: "mean", label: "activation: mean") { $0.activationMean },
    Statistic(name: "deviation", label: "activation: deviation", isLog: true) {
      $0.activationDeviation
    },
    Statistic(name: "gradient", label: "gradient: deviation", isLog: true) {
      $0.gradientDeviation
    },
    Statistic(name: "dead", label: "dead units, per cent") { 100 * $0.dead },
  ]

  /// A statistic of a layer at each step that was looked at, while it is a number.
  private func curve(_ run: TracedRun, _ layer: String, _ statistic: Statistic) -> [(
    x: Double, y: Double
  )] {
    run.trajectory.diagnostics.compactMap { pass in
      guard let found = pass.layers.first(where: { $0.layer == layer }) else { return nil }
      let value = statistic.value(found)
      return value.isFinite && (!statistic.isLog || value > 0) ? (Double(pass.step), value) : nil
    }
  }

  /// A row of panels: a statistic with its axis, and the lines of each participant by layer.
  private struct Row {
    var statistic: Statistic
    var axis: Axis
    var lines: [[ChartLine]]
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let groups = contest.runs.byLabel.filter { !layers(of: $0.runs).isEmpty }
    let all = layers(of: contest.runs)
    let shown =
      all.count <= columns
      ? all : (0..<columns).map { all[$0 * (all.count - 1) / (columns - 1)] }
    let rows = Self.statistics.compactMap { row($0, shown, groups, input) }
    let title = title(contest, groups, all)
    var notes = contest.runs.seedNotes
    notes.append(
      "of the outputs of each layer, and of ∂loss/∂output, over the units and examples of one "
        + "minibatch; dead: units whose output is 0 for every example")
    if shown.count < all.count {
      notes.append(
        "\(shown.count) of \(all.count) layers have a column; the title speaks of all \(all.count)")
    }
    if !rows.contains(where: { $0.statistic.name == "dead" }) {
      notes.append("no unit of these layers is dead at any time")
    }
    return Pages(Array(groups.indices), of: 12).pictures(naming: { groups[$0].label }) { page in
      picture(
        file, title, shown, rows, page,
        Caption(page.flatMap { groups[$0].runs }, of: input, notes: notes))
    }
  }

  /// A row of panels; nil where it would be empty, or 0 throughout.
  private func row(
    _ statistic: Statistic, _ layers: [String], _ groups: [(label: String, runs: [TracedRun])],
    _ input: FigureInput
  ) -> Row? {
    let lines = groups.map { _, runs in
      layers.map { layer -> ChartLine in
        let (points, band) = ChartLine.overSeeds(runs) { curve($0, layer, statistic) }
        let diverged = runs.filter(\.diverged).count
        return ChartLine(
          name: runs[0].shownLabel, look: input.colors[runs[0]], points: points,
          band: groups.count > 4 ? [] : band,
          remark: diverged == 0
            ? "" : runs.count == 1 ? "diverges" : "\(diverged) of \(runs.count) diverge",
          diverged: diverged * 2 > runs.count)
      }
    }
    let values = lines.flatMap { $0 }.flatMap { $0.points.map(\.y) }.filter(\.isFinite).sorted()
    guard let low = values.first, let high = values.last else { return nil }
    let axis: Axis
    if statistic.name == "dead" {
      guard high > 0 else { return nil }
      axis = Axis(statistic.label, 0...min(max(high * 1.1, 5), 102), marks: 4, grid: true)
    } else if statistic.isLog {
      // A peak on the way may leave the picture; nothing that is usual does.
      let top = values[Int(Double(values.count - 1) * 0.999)]
      axis = Axis(
        statistic.label, max(low / 1.3, high * 1e-12)...(top * 1.3), isLog: true, marks: 4,
        grid: true)
    } else {
      let room = max((high - low) * 0.06, 1e-9)
      axis = Axis(statistic.label, (low - room)...(high + room), marks: 5, grid: true)
    }
    return Row(statistic: statistic, axis: axis, lines: lines)
  }

  private func picture(
    _ file: String, _ title: String, _ layers: [String], _ rows: [Row], _ page: [Int],
    _ caption: Caption
  ) -> Picture {
    let size = (width: 280 + 165 * max(layers.count, 4), height: 140 + 180 * rows.count)
    let shown = rows.map { row in page.map { row.lines[$0] } }
    let margin = Panel.nameMargin(
      shown.last?.compactMap(\.last) ?? [], size: 10.5, width: size.width)
    let last =
      rows.flatMap { $0.lines.flatMap { $0 } }.compactMap { $0.points.last?.x }.max() ?? 1
    let (left, right) = (82 / Double(size.width), 0.985 - margin)
    let (bottom, top) = (
      68 / Double(size.height),
      1 - (Picture.titleHeight(title, width: size.width) + 34) / Double(size.height)
    )
    let gaps = (x: 30 / Double(size.width), y: 16 / Double(size.height))
    let width = (right - left + gaps.x) / Double(layers.count)
    let height = (top - bottom + gaps.y) / Double(rows.count)
    var panels: [Panel] = []
    for (r, row) in rows.enumerated() {
      for (l, layer) in layers.enumerated() {
        let isLowest = r == rows.count - 1
        let x0 = left + Double(l) * width
        let y1 = top - Double(r) * height
        var x = Axis(isLowest ? "step" : "", 0...max(last, 1), marks: 3)
        var y = row.axis
        // Numbers stand at the edges of the whole only.
        if !isLowest { x.named = x.ticks.filter { $0.level == 0 }.map { ($0.value, "") } }
        if l > 0 {
          y.named = y.ticks.filter { $0.level == 0 }.map { ($0.value, "") }
          y.label = ""
        }
        var panel = Panel(
          frame: Frame(
            left: x0, right: x0 + width - gaps.x, bottom: y1 - height + gaps.y, top: y1),
          x: x, y: y)
        // In the terminal there is room for gradients alone.
        if row.statistic.name != "gradient" { panel.terminalFrame = nil }
        if r == 0 { panel.title = layer }
        if row.statistic.name == "mean", row.axis.range.contains(0) {
          panel.rules.append(
            Rule(from: (0, 0), to: (x.range.upperBound, 0), color: Ink.axis, width: 1))
        }
        panel.add(
          shown[r].map { $0[l] }, prefix: "\(row.statistic.name)\(l)", of: size,
          named: l == layers.count - 1, size: 10.5)
        panels.append(panel)
      }
    }
    var picture = Picture(name: file, title: title, caption: caption, panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// What gradients do from the last layer to the first, and where most units are dead, at the end.
  private func title(
    _ contest: Contest, _ groups: [(label: String, runs: [TracedRun])], _ layers: [String]
  ) -> String {
    func end(_ runs: [TracedRun], _ layer: String, _ statistic: Statistic) -> Double? {
      ChartLine.overSeeds(runs) { curve($0, layer, statistic) }.median.last { $0.y.isFinite }?.y
    }
    func name(_ runs: [TracedRun]) -> String { runs[0].shownLabel }
    var title = "On \(contest.name), signals in \(layers.count) layers"
    let ratios = groups.compactMap { _, runs -> (name: String, value: Double)? in
      guard layers.count > 1, let first = end(runs, layers[0], Self.statistics[2]),
        let last = end(runs, layers[layers.count - 1], Self.statistics[2])
      else { return nil }
      return (name(runs), first / last)
    }.sorted { $0.value < $1.value }
    if let least = ratios.first, let most = ratios.last {
      func text(_ ratio: (name: String, value: Double)) -> String {
        Text.compact(ratio.value) + (groups.count > 1 ? " (\(ratio.name))" : "")
      }
      title =
        "On \(contest.name), gradients that reach \(layers[0]) end at \(text(least))"
        + (groups.count > 1 && least.name != most.name ? " to \(text(most))" : "")
        + " of those at \(layers[layers.count - 1])"
    }
    var worst = (share: 0.0, name: "", layer: "")
    for (_, runs) in groups {
      for layer in layers {
        if let share = end(runs, layer, Self.statistics[3]), share > worst.share {
          worst = (share, name(runs), layer)
        }
      }
    }
    if worst.share > 0 {
      title +=
        "; of \(worst.layer), \(Text.percent(worst.share / 100)) of the units are dead"
        + (groups.count > 1 ? " (\(worst.name))" : "")
    }
    return title + contest.runs.medianRemark
  }
}
