// Which share of all targets is reached with what.

import Analysis
import Figures
import OptimizerKit

/// `ecdf`: the share of all targets, from easy to hard, on all problems and in all runs, that is reached
/// within so many evaluations: COCO's runtime distribution.
public struct RuntimeDistribution: Figure {
  public static let name = "ecdf"
  public static let summary = "share of all targets reached against evaluations"
  public static let needs = "runs of two optimizers on a problem with a target"
  public static let source = "Hansen et al. 2021, COCO, doi:10.1080/10556788.2020.1808977"
  public static let isOfWholeSuite = true

  @Hyperparameter("what is spent") public var axis = CostAxis.evaluations

  @Hyperparameter("all in one panel, or one for each") public var layout = ChartLayout.overlaid

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input, over: axis)
    let profiles = try profiles(judgement, at: 1e-4)
    let lines = profiles.participants.indices.map { place in
      let share = profiles.reached[place].share
      let reached = share.values.last ?? 0
      return ProfileChart.Line(
        label: profiles.participants[place], share: share, score: reached,
        remark: "\(Text.percent(reached)) reached")
    }
    var chart = ProfileChart(lines, x: axis.label, y: "targets reached, %")
    let leaders = ProfileChart.leaders(lines.map { ($0.label, $0.score) })
    guard leaders.value > 0 else {
      throw .notComparable(figure: Self.name, reason: "no run of any optimizer reaches a target")
    }
    let worst = lines.min { $0.score < $1.score }
    var title =
      "\(leaders.names) reach\(leaders.count == 1 ? "es" : "") "
      + "\(Text.percent(leaders.value)) of all targets on \(profiles.contests.count) "
      + "problem\(profiles.contests.count == 1 ? "" : "s")"
    if let worst, worst.score < leaders.value {
      title +=
        ", \(Text.label(worst.label, limit: 30)) \(Text.percent(worst.score))"
    }
    let hasSurfaces = profiles.contests.contains { !judgement.judged.problems[$0].isTraining }
    var notes = profileNotes(judgement, at: nil)
    if hasSurfaces {
      notes.append(
        "targets of a surface: f − f* at \(RunMeasures.targets.map { Text.readable($0) }.joined(separator: ", ")) "
          + "of the start's")
    }
    chart.layout = layout
    return chart.pictures(
      name: Self.name, title: title, looks: input.colors.looks(ofParticipants: input.records)
    ) { labels in
      Caption(input.records.filter { labels.contains($0.label) }, of: input, notes: notes)
    }
  }
}
