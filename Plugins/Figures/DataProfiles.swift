// How many problems each optimizer solves with what.

import Analysis
import Figures
import OptimizerKit

/// `data-profile`: the share of problems that an optimizer solves, against evaluations in units of n + 1,
/// what a difference quotient in every direction takes.
public struct DataProfiles: Figure {
  public static let name = "data-profile"
  public static let summary = "share of problems solved against evaluations per dimension"
  public static let needs = "runs of two optimizers on a problem with a target"
  public static let source = "Moré and Wild 2009, doi:10.1137/080724083"
  public static let isOfWholeSuite = true

  @Hyperparameter("the share of f₀ − f* at which a surface counts as solved, 1e-1 to 1e-8")
  public var target = 1e-4

  @Hyperparameter("all in one panel, or one for each") public var layout = ChartLayout.overlaid

  public init() {}

  public func validate() throws(HyperparameterError) { try checkTarget(target) }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input)
    let profiles = try profiles(judgement, at: target)
    let count = profiles.contests.count
    let lines = profiles.participants.indices.map { place in
      let solved = profiles.data[place].share.values.last ?? 0
      return ProfileChart.Line(
        label: profiles.participants[place], share: profiles.data[place].share,
        score: solved,
        remark: "\(Int((solved * Double(count)).rounded())) of \(count) solved")
    }
    var chart = ProfileChart(
      lines, x: "evaluations / (dimensions + 1)", y: "problems solved, %")
    let leaders = ProfileChart.leaders(lines.map { ($0.label, $0.score) })
    guard leaders.value > 0 else {
      throw .notComparable(
        figure: Self.name,
        reason: "no optimizer gets to the target on any of \(count) problems: "
          + goal(judgement, at: target))
    }
    let title =
      "\(leaders.names) solve\(leaders.count == 1 ? "s" : "") most problems "
      + "within the budget: \(Int((leaders.value * Double(count)).rounded())) of \(count), "
      + goal(judgement, at: target)
    let notes = profileNotes(judgement, at: target)
    chart.layout = layout
    return chart.pictures(
      name: Self.name, title: title, looks: input.colors.looks(ofParticipants: input.records)
    ) { labels in
      Caption(input.records.filter { labels.contains($0.label) }, of: input, notes: notes)
    }
  }
}
