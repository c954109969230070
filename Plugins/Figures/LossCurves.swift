// The training of a network: minibatch loss, validation loss and, where there are classes, accuracy.

import Analysis
import Figures
import OptimizerKit

/// `loss-curves`: train and validation over the steps, medians with bands over seeds.
public struct LossCurves: Figure {
  public static let name = "loss-curves"
  public static let summary = "network training: train and validation, bands over seeds"
  public static let needs = "runs that train a model, with validation passes"

  @Hyperparameter("share of the steps over which the minibatch loss is averaged", in: 0..<1)
  public var smoothing = 0.02

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests().filter { contest in
      contest.runs.contains { !$0.trajectory.validation.isEmpty }
    }
    var pictures: [Picture] = []
    for (contest, name) in zip(contests, input.fileNames(Self.name, contests)) {
      pictures.append(picture(name, contest, input))
    }
    guard !pictures.isEmpty else { throw missing(input) }
    return pictures
  }

  private func picture(_ name: String, _ contest: Contest, _ input: FigureInput) -> Picture {
    let size = (width: 1000, height: 460)
    let groups = contest.runs.byLabel.prefix(12)
    func lines(_ curve: (TracedRun) -> [(x: Double, y: Double)]) -> [ChartLine] {
      groups.map { label, runs in
        let (median, band) = ChartLine.overSeeds(runs.map(curve))
        let diverged = runs.filter(\.diverged).count
        return ChartLine(
          name: Text.oneLine(Text.abbreviated(label), limit: 30),
          color: input.colors[runs[0]].color,
          points: median,
          band: band,
          remark: diverged == 0
            ? "" : runs.count == 1 ? "diverges" : "\(diverged) of \(runs.count) diverge",
          diverged: diverged * 2 > runs.count)
      }
    }
    let steps = contest.runs.flatMap(\.trajectory.steps).max() ?? 1
    let train = lines { run in
      smoothed(
        (0..<run.finiteRows).filter { run.trajectory.steps[$0] > 0 || run.finiteRows == 1 }.map {
          (Double(run.trajectory.steps[$0]), run.trajectory.losses[$0])
        })
    }
    let loss = lines { run in
      run.trajectory.validation.filter { $0.metrics.loss.isFinite }.map {
        (Double($0.step), $0.metrics.loss)
      }
    }
    let accuracy = lines { run in
      run.trajectory.validation.filter { $0.metrics.accuracy.isFinite }.map {
        (Double($0.step), 100 * $0.metrics.accuracy)
      }
    }
    // Train and validation loss share an axis, so that the gap between them can be read.
    let target = input.target(contest.problem)
    var losses = train.flatMap { $0.points.map(\.y) } + loss.flatMap { $0.points.map(\.y) }
    if case .validationLoss(let most) = target { losses.append(most) }
    let positive = losses.filter { $0.isFinite && $0 > 0 }.sorted()
    let top = positive.isEmpty ? 1 : positive[Int(Double(positive.count - 1) * 0.995)]
    let bottom = positive.first ?? 0.1
    let isLog = top / bottom > 4
    func lossAxis(_ label: String) -> Axis {
      isLog
        ? Axis(label, (bottom * 0.9)...(top * 1.15), isLog: true, grid: true)
        : Axis(label, (bottom - (top - bottom) * 0.06)...(top + (top - bottom) * 0.06), grid: true)
    }
    // Accuracy: what is above the first quarter of the values matters, the very start does not.
    let shares = accuracy.flatMap { $0.points.map(\.y) }.filter(\.isFinite).sorted()
    var high = shares.last ?? 100
    var low = shares.isEmpty ? 0 : shares[shares.count / 8]
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
    let margin = Panel.nameMargin(train, size: 10.5, width: size.width)
    let left = 0.075
    let gap = 0.062
    let width = (0.99 - margin - left - Double(parts.count - 1) * gap) / Double(parts.count)
    var panels: [Panel] = []
    for (index, part) in parts.enumerated() {
      let x0 = left + Double(index) * (width + gap)
      let end = Double(max(steps, 1))
      var panel = Panel(
        frame: Frame(left: x0, right: x0 + width, bottom: 0.15, top: 0.8),
        x: Axis("step", 0...end, marks: 4), y: part.axis)
      panel.title = part.title
      panel.add(
        part.lines, prefix: part.name, of: size, named: index == parts.count - 1, size: 10.5)
      if let (level, text) = part.target {
        panel.rules.append(
          Rule(from: (0, level), to: (end, level), color: Ink.soft, width: 1, dash: .dashed))
        // Above the line, where curves that fall or rise to it have not yet come.
        let isLow = part.axis.share(level) < 0.9
        panel.labels.append(
          Label(
            text: text, x: 0.02, y: part.axis.share(level) + (isLow ? 0.025 : -0.03),
            system: .graph, color: Ink.soft, size: 9, omittedInTerminal: true))
      }
      panels.append(panel)
    }
    let seeds = groups.map(\.runs.count).max() ?? 1
    var notes: [String] = []
    if seeds > 1 { notes.append("lines are medians over seeds, bands their quartiles") }
    notes.append(
      smoothing > 0
        ? "the minibatch loss is smoothed by a running mean over "
          + "\(Text.readable(100 * smoothing)) % of the steps"
        : "the minibatch loss is not smoothed")
    var picture = Picture(
      name: name, title: title(groups.map { $0 }, Text.oneLine(contest.problem.name)),
      caption: Caption(contest.runs, of: input, notes: notes), panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// What a panel shows.
  private struct Part {
    var name: String
    var title: String
    var lines: [ChartLine]
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

  private func title(_ groups: [(label: String, runs: [TracedRun])], _ problem: String) -> String {
    let passes = groups.flatMap { $0.runs.flatMap(\.trajectory.validation) }
    let hasClasses = passes.contains { $0.metrics.accuracy.isFinite }
    // The share of errors or the loss: either way, less is better.
    let ends = groups.compactMap { label, runs -> (String, Double)? in
      let values = runs.compactMap { run -> Double? in
        guard let last = run.trajectory.validation.last?.metrics else { return nil }
        if hasClasses { return run.diverged ? 1 : 1 - last.accuracy }
        return run.diverged ? .infinity : last.loss
      }
      return Statistics.median(values).map {
        (Text.oneLine(Text.abbreviated(label), limit: 30), $0)
      }
    }.sorted { $0.1 < $1.1 }
    guard let best = ends.first, best.1.isFinite else { return "Training on \(problem)" }
    func text(_ v: Double) -> String {
      hasClasses ? Text.readable(100 * (1 - v), digits: 3) + " %" : Text.readable(v, digits: 3)
    }
    let metric = hasClasses ? "accuracy" : "loss"
    var title = "On \(problem), \(best.0) reaches a validation \(metric) of \(text(best.1))"
    if let worst = ends.last, ends.count > 1 {
      title += worst.1.isFinite ? ", \(worst.0) \(text(worst.1))" : ", \(worst.0) diverges"
    }
    return title
  }
}
