// The training of a network: minibatch loss, validation loss and accuracy.

import Analysis
import OptimizerKit

/// `loss-curves`: train and validation over the steps, medians with bands over seeds.
public struct LossCurvesFigure: Figure {
  public static let name = "loss-curves"
  public static let summary = "network training: train and validation, bands over seeds"
  public static let needs = "runs that train a model, with validation passes"

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
    func lines(_ curve: (RunRecord) -> [(x: Double, y: Double)]) -> [ChartLine] {
      groups.map { label, runs in
        let (median, band) = overSeeds(runs.map(curve))
        let diverged = runs.filter(\.diverged).count
        return ChartLine(
          name: oneLine(abbreviated(label), limit: 30), color: input.colors[runs[0].spec].color,
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
    let losses = train.flatMap { $0.points.map(\.y) } + loss.flatMap { $0.points.map(\.y) }
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
    let high = shares.last ?? 100
    let low = shares.isEmpty ? 0 : shares[shares.count / 8]
    let room = max((high - low) * 0.08, 0.5)

    let margin = Panel.nameMargin(train, size: 10.5, width: size.width)
    let left = 0.075
    let gap = 0.062
    let width = (0.99 - margin - left - 2 * gap) / 3
    var panels: [Panel] = []
    for (index, (title, lines, axis)) in [
      ("Training loss, smoothed", train, lossAxis("loss")),
      ("Validation loss", loss, lossAxis("")),
      (
        "Validation accuracy", accuracy,
        Axis("per cent", max(low - room, 0)...min(high + room, 100.5), grid: true)
      ),
    ].enumerated() {
      let x0 = left + Double(index) * (width + gap)
      var panel = Panel(
        frame: Frame(left: x0, right: x0 + width, bottom: 0.15, top: 0.8),
        x: Axis("step", 0...Double(max(steps, 1)), marks: 4), y: axis)
      panel.title = title
      panel.add(
        lines, prefix: ["train", "loss", "accuracy"][index], of: size, named: index == 2,
        size: 10.5)
      panels.append(panel)
    }
    let seeds = groups.map(\.runs.count).max() ?? 1
    var notes: [String] = []
    if seeds > 1 { notes.append("lines are medians over seeds, bands their quartiles") }
    notes.append("the minibatch loss is smoothed by a running mean over 2 % of the steps")
    var picture = Picture(
      name: name, title: title(groups.map { $0 }, oneLine(contest.problem.name)),
      caption: Caption(contest.runs, of: input, notes: notes), panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// A running mean over a fiftieth of the rows on either side together.
  private func smoothed(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let half = points.count / 100
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

  private func title(_ groups: [(label: String, runs: [RunRecord])], _ problem: String) -> String {
    let ends = groups.compactMap { label, runs -> (String, Double)? in
      let values = runs.compactMap { run in
        run.diverged ? 0 : run.trajectory.validation.last?.metrics.accuracy
      }
      return Statistics.median(values).map { (oneLine(abbreviated(label), limit: 30), $0) }
    }.sorted { $0.1 > $1.1 }
    guard let best = ends.first else { return "Training on \(problem)" }
    func text(_ v: Double) -> String { readable(100 * v, digits: 3) + " %" }
    var title = "On \(problem), \(best.0) reaches a validation accuracy of \(text(best.1))"
    if let worst = ends.last, ends.count > 1 { title += ", \(worst.0) \(text(worst.1))" }
    return title
  }
}
