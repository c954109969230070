// What each optimizer spends until it is there.

import Analysis
import Figures
import OptimizerKit

/// `time-to-target`: on each problem what the runs of each optimizer evaluate until a target, how many get
/// there, and what it costs to expect to.
public struct TimeToTarget: Figure {
  public static let name = "time-to-target"
  public static let summary = "evaluations until the target, run by run"
  public static let needs = "runs of two optimizers on a problem with a target"
  public static let isOfWholeSuite = true

  @Hyperparameter("the share of f₀ − f* that is to be reached on surfaces, 1e-1 to 1e-8")
  public var target = 1e-4
  @Hyperparameter("what is spent") public var axis = CostAxis.evaluations

  public init() {}

  public func validate() throws(HyperparameterError) { try checkTarget(target) }

  /// An optimizer on a problem.
  private struct Row {
    let label: String
    /// Of the runs that get there, in order.
    let times: [Double]
    let runs: Int
    /// All that was evaluated, over the number of runs that get there.
    let expected: Double
    /// The upper median, where more than half of the runs get there.
    var median: Double { runs / 2 < times.count ? times[runs / 2] : .infinity }
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input, over: axis)
    let profiles = try profiles(judgement, at: target)
    let judged = judgement.judged
    let files = input.fileNames(Self.name, of: profiles.contests.map { judgement.names[$0] })
    var pictures: [Picture] = []
    for (index, contest) in profiles.contests.enumerated() {
      let problem = judged.problems[contest]
      let goal = Criterion.target(problem.isTraining ? nil : target)
      let rows = judged.participants.indices.map { place in
        let times = judged.outcomes(place, contest).map {
          goal.score(of: $0, budget: judged.contests[contest].budget, on: problem, over: axis)
        }
        return Row(
          label: judged.participants[place], times: times.filter(\.isFinite).sorted(),
          runs: times.count, expected: profiles.running[place][index].value)
      }.sorted { ($0.expected, $1.times.count) < ($1.expected, $0.times.count) }
      guard rows.contains(where: { !$0.times.isEmpty }) else { continue }
      pictures += self.pictures(
        files[index], judgement.names[contest], rows,
        goal.meaning(on: problem, over: axis) ?? "", contest, judgement, input)
    }
    guard !pictures.isEmpty else {
      throw .notComparable(figure: Self.name, reason: "no run of any optimizer reaches the target")
    }
    return pictures
  }

  private func pictures(
    _ file: String, _ problem: String, _ rows: [Row], _ meaning: String, _ contest: Int,
    _ judgement: Judgement, _ input: FigureInput
  ) -> [Picture] {
    func name(_ row: Row) -> String { Text.label(row.label) }
    let reaching = rows.filter { !$0.times.isEmpty }
    var title = "On \(problem), "
    if let first = reaching.first {
      title +=
        "\(name(first)) is expected at the target after "
        + axis.text(Text.readable(first.expected, digits: 3))
    }
    if let second = reaching.dropFirst().first {
      title += ", \(name(second)) after \(Text.readable(second.expected, digits: 3))"
    }
    let never = rows.count - reaching.count
    if never > 0 { title += "; \(never) of \(rows.count) never get there" }
    let times = reaching.flatMap(\.times) + reaching.map(\.expected)
    let low = times.filter { $0 > 0 }.min() ?? 1
    let high = times.filter(\.isFinite).max() ?? 10
    let looks = input.colors.looks(ofParticipants: input.records)
    let x = Axis(meaning, (low * 0.8)...(high * 1.25), isLog: true, grid: true)
    return Pages(rows, of: 40, most: nil).pictures(naming: name) { page in
      var chart = RowChart(
        page.map { RowChart.Row(name($0), color: looks[$0.label]?.color ?? Ink.text) },
        title: title + " (page 1 of 9)", x: x, right: 128)
      for (index, row) in page.enumerated() {
        let color = looks[row.label]?.color ?? Ink.text
        let y = chart.height(index)
        let places = row.times.map { max($0, x.range.lowerBound) }
        if let first = places.first, let last = places.last {
          chart.panel.curves.append(
            .line(
              "span\(index)", [(first, y), (last, y)],
              OptimizerColors.mixed(color, "#ffffff", 0.55), width: 1.6))
        }
        chart.panel.curves.append(
          .points("runs\(index)", places.map { ($0, y) }, color, .dot, size: 0.5))
        if row.median.isFinite {
          chart.panel.curves.append(
            .line(
              "median\(index)", [(row.median, y - 0.33), (row.median, y + 0.33)], color, width: 3))
        }
        if row.expected.isFinite {
          chart.panel.curves.append(
            .points("expected\(index)", [(row.expected, y)], color, .ring, size: 1.4, width: 1.6))
        }
        chart.addRemark(
          row.times.isEmpty ? "none of \(row.runs)" : "\(row.times.count) of \(row.runs) runs",
          row: index, color: row.times.isEmpty ? "#a03000" : Ink.soft)
      }
      let drawn = Set(page.map(\.label))
      let spec = judgement.judged.contests[contest].problem
      var notes = [
        "a dot is a run that gets to the target, a bar their median where more than half do, a ring the expected "
          + "running time: all that is evaluated over the number of runs that get there (Hansen et al. 2021)"
      ]
      notes += judgement.judged.remarks
      return chart.picture(
        name: file, title: title,
        caption: Caption(
          input.records.filter { drawn.contains($0.label) && $0.spec.problem == spec }, of: input,
          notes: notes))
    }
  }
}
