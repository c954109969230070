// The training of a network: minibatch loss, validation loss and, where there are classes, accuracy.

import Analysis
import Figures
import OptimizerKit

/// `loss-curves`: train and validation over the steps, or over what they cost; medians with bands over
/// seeds.
public struct LossCurves: Figure {
  public static let name = "loss-curves"
  public static let summary = "network training: train and validation, bands over seeds"
  public static let needs = "runs that train a model, with validation passes"

  @Hyperparameter("share of the steps over which the minibatch loss is averaged", in: 0..<1)
  public var smoothing = 0.02
  @Hyperparameter("what the curves are drawn over") public var axis = CostAxis.steps
  @Hyperparameter("all in one panel, or one for each and each quantity")
  public var layout = ChartLayout.overlaid

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { contest in
      contest.runs.contains { !$0.trajectory.validation.isEmpty && $0.hasCosts(on: axis, input) }
    }
    return try pictures(of: contests, input) { pictures($1, $0, input) }
  }

  private func pictures(_ name: String, _ contest: Contest, _ input: FigureInput) -> [Picture] {
    let groups = contest.runs.byLabel
    let ranked = ranked(groups)
    let pages = Pages(
      groups, of: 12, best: groups.firstIndex { $0.label == ranked.first?.label },
      worst: groups.firstIndex { $0.label == ranked.last?.label })
    let parts = parts(pages.drawn, contest, input)
    let title = title(ranked, contest)
    guard layout == .multiples else {
      return pages.pictures(naming: { $0.label }) { page in
        picture(name, title, page, parts, input)
      }
    }
    return parts.flatMap { part in
      pages.pictures(naming: { $0.label }) { page in
        multiples("\(name)-\(part.name)", title, page, part, input)
      }
    }
  }

  /// One quantity, a cell for each participant.
  private func multiples(
    _ name: String, _ title: String, _ groups: [(label: String, runs: [TracedRun])], _ part: Part,
    _ input: FigureInput
  ) -> Picture {
    let lines = groups.compactMap { part.lines[$0.label] }
    let runs = groups.flatMap(\.runs)
    let end = lines.flatMap { $0.points.map(\.x) }.filter(\.isFinite).max() ?? 1
    var y = part.axis
    y.label = part.title.lowercased()
    return Picture.multiples(
      name: name, title: title, caption: Caption(runs, of: input, notes: notes(runs)),
      lines: lines, x: Axis(axis.label, 0...max(end, 1e-9)), y: y
    ) { panel, _ in
      guard let (level, _) = part.target else { return }
      panel.rules.append(
        Rule(from: (0, level), to: (end, level), color: Ink.soft, width: 1, dash: .dotted))
    }
  }

  private func notes(_ runs: [TracedRun]) -> [String] {
    runs.seedNotes + runs.notes(on: axis) + [
      smoothing > 0
        ? "the minibatch loss is smoothed by a running mean over "
          + "\(Text.readable(100 * smoothing)) % of the steps"
        : "the minibatch loss is not smoothed"
    ]
  }

  /// The panels, with a line for each participant.
  private func parts(
    _ groups: [(label: String, runs: [TracedRun])], _ contest: Contest, _ input: FigureInput
  ) -> [Part] {
    typealias Lines = [String: ChartLine]
    func lines(_ curve: (TracedRun) -> [(x: Double, y: Double)]) -> Lines {
      groups.reduce(into: [:]) { lines, group in
        let (label, runs) = group
        let (points, band) = ChartLine.overSeeds(runs, curve)
        let diverged = runs.filter(\.diverged).count
        lines[label] = ChartLine(
          name: Text.label(label, limit: 30), look: input.colors[runs[0]],
          points: points, band: band,
          remark: diverged == 0
            ? "" : runs.count == 1 ? "diverges" : "\(diverged) of \(runs.count) diverge",
          diverged: diverged * 2 > runs.count)
      }
    }
    func heights(_ lines: Lines) -> [Double] {
      lines.values.flatMap { $0.points.map(\.y) }.filter(\.isFinite)
    }
    func ends(_ lines: Lines) -> [Double] {
      lines.values.filter { !$0.diverged }.compactMap { $0.points.last?.y }.filter(\.isFinite)
    }
    let train = lines { run in
      smoothed(
        (0..<run.finiteRows).filter { run.trajectory.steps[$0] > 0 || run.finiteRows == 1 }.map {
          (run.cost($0, on: axis, input), run.trajectory.losses[$0])
        })
    }
    let loss = lines { run in
      run.trajectory.validation.filter { $0.metrics.loss.isFinite }.map {
        (run.cost(atStep: $0.step, on: axis, input), $0.metrics.loss)
      }
    }
    let accuracy = lines { run in
      run.trajectory.validation.filter { $0.metrics.accuracy.isFinite }.map {
        (run.cost(atStep: $0.step, on: axis, input), 100 * $0.metrics.accuracy)
      }
    }
    // Train and validation loss share an axis, so that the gap between them can be read.
    let target = input.target(contest.problem)
    var losses = heights(train) + heights(loss)
    if case .validationLoss(let most) = target { losses.append(most) }
    let positive = losses.filter { $0 > 0 }.sorted()
    // Peaks on the way may leave the picture, ends do not.
    let top = max(
      positive.isEmpty ? 1 : positive[Int(Double(positive.count - 1) * 0.995)],
      (ends(train) + ends(loss)).max() ?? 0)
    let bottom = positive.first ?? 0.1
    let isLog = top / bottom > 4
    func lossAxis(_ label: String) -> Axis {
      isLog
        ? Axis(label, (bottom * 0.9)...(top * 1.15), isLog: true, grid: true)
        : Axis(label, (bottom - (top - bottom) * 0.06)...(top + (top - bottom) * 0.06), grid: true)
    }
    // Accuracy: the very start does not matter, but where each ends does.
    let shares = heights(accuracy).sorted()
    var high = shares.last ?? 100
    var low = shares.isEmpty ? 0 : min(shares[shares.count / 8], ends(accuracy).min() ?? 100)
    if case .validationAccuracy(let least) = target {
      high = max(high, 100 * least)
      low = min(low, 100 * least)
    }
    let room = max((high - low) * 0.08, 0.5)

    var parts: [Part] = [
      Part(name: "train", title: "Training loss, smoothed", lines: train, axis: lossAxis("loss")),
      Part(name: "loss", title: "Validation loss", lines: loss, axis: lossAxis("")),
    ]
    if case .validationLoss(let most) = target {
      parts[1].target = (most, "target " + Text.readable(most, digits: 3))
    }
    if !shares.isEmpty {
      let axis = Axis("per cent", max(low - room, 0)...min(high + room, 100.5), grid: true)
      parts.append(
        Part(name: "accuracy", title: "Validation accuracy", lines: accuracy, axis: axis))
      if case .validationAccuracy(let least) = target {
        parts[2].target = (100 * least, "target " + Text.readable(100 * least, digits: 4) + " %")
      }
    }
    return parts
  }

  private func picture(
    _ name: String, _ title: String, _ groups: [(label: String, runs: [TracedRun])],
    _ parts: [Part], _ input: FigureInput
  ) -> Picture {
    let size = (width: 1000, height: 460)
    let runs = groups.flatMap(\.runs)
    func lines(_ part: Part) -> [ChartLine] { groups.compactMap { part.lines[$0.label] } }
    let last = parts.flatMap(lines).flatMap { $0.points.map(\.x) }.filter(\.isFinite).max() ?? 0
    let margin = Panel.nameMargin(parts.flatMap(lines), size: 10.5, width: size.width)
    let left = 0.075
    let gap = 0.062
    let width = (0.99 - margin - left - Double(parts.count - 1) * gap) / Double(parts.count)
    var panels: [Panel] = []
    for (index, part) in parts.enumerated() {
      let x0 = left + Double(index) * (width + gap)
      let end = last > 0 ? last : 1
      var panel = Panel(
        frame: Frame(left: x0, right: x0 + width, bottom: 0.15, top: 0.8),
        x: Axis(axis.label, 0...end, marks: 4), y: part.axis)
      panel.title = part.title
      panel.add(
        lines(part), prefix: part.name, of: size, named: index == parts.count - 1, size: 10.5)
      if let (level, text) = part.target {
        panel.rules.append(
          Rule(from: (0, level), to: (end, level), color: Ink.soft, width: 1, dash: .dotted))
        // Above the line, where curves that fall or rise to it have not yet come.
        let isLow = part.axis.share(level) < 0.9
        panel.labels.append(
          Label(
            text: text, x: 0.02, y: part.axis.share(level) + (isLow ? 0.025 : -0.03),
            system: .graph, color: Ink.soft, size: 9, omittedInTerminal: true))
      }
      panels.append(panel)
    }
    var picture = Picture(
      name: name, title: title, caption: Caption(runs, of: input, notes: notes(runs)),
      panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// What a panel shows.
  private struct Part {
    var name: String
    var title: String
    /// By label.
    var lines: [String: ChartLine]
    var axis: Axis
    var target: (level: Double, text: String)?
  }

  /// A running mean over a share of the rows, half of them on either side.
  private func smoothed(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let half = Int(Double(points.count) * smoothing / 2)
    guard half > 0 else { return points }
    var sums = [0.0]
    for p in points { sums.append(sums.last! + p.y) }
    let stride = max(1, points.count / 400)
    return Swift.stride(from: 0, to: points.count, by: stride).map { i in
      let from = max(0, i - half)
      let to = min(points.count, i + half + 1)
      return (points[i].x, (sums[to] - sums[from]) / Double(to - from))
    }
  }

  /// Participants from the best to the worst by what they end with, the median over seeds: the share of
  /// errors where there are classes, the loss where there are none.
  private func ranked(
    _ groups: [(label: String, runs: [TracedRun])]
  ) -> [(label: String, value: Double)] {
    let hasClasses = hasClasses(groups.flatMap(\.runs))
    return groups.compactMap { label, runs -> (label: String, value: Double)? in
      let values = runs.compactMap { run -> Double? in
        guard let last = run.trajectory.validation.last?.metrics else { return nil }
        if hasClasses { return run.diverged ? 1 : 1 - last.accuracy }
        return run.diverged ? .infinity : last.loss
      }
      return Statistics.median(values).map { (label, $0) }
    }.sorted { $0.value < $1.value }
  }

  private func hasClasses(_ runs: [TracedRun]) -> Bool {
    runs.contains { $0.trajectory.validation.contains { $0.metrics.accuracy.isFinite } }
  }

  private func title(_ ranked: [(label: String, value: Double)], _ contest: Contest) -> String {
    let problem = contest.name
    guard let best = ranked.first, best.value.isFinite else { return "Training on \(problem)" }
    let hasClasses = hasClasses(contest.runs)
    func name(_ label: String) -> String { Text.label(label, limit: 30) }
    func text(_ v: Double) -> String {
      hasClasses ? Text.readable(100 * (1 - v), digits: 3) + " %" : Text.readable(v, digits: 3)
    }
    let metric = hasClasses ? "accuracy" : "loss"
    var title =
      "On \(problem), \(name(best.label)) reaches a validation \(metric) of \(text(best.value))"
      + contest.runs.choiceRemark(of: best.label)
    if let worst = ranked.last, ranked.count > 1 {
      title +=
        worst.value.isFinite
        ? ", \(name(worst.label)) \(text(worst.value))" : ", \(name(worst.label)) diverges"
    }
    return title + contest.runs.medianRemark
  }
}
