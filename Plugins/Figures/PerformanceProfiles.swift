// How often each optimizer is nearly the fastest.

import Analysis
import Figures
import OptimizerKit

/// `performance-profile`: the share of problems that an optimizer solves within τ times what the fastest
/// takes, of those who take part.
public struct PerformanceProfiles: Figure {
  public static let name = "performance-profile"
  public static let summary = "share of problems solved within so many times the fastest"
  public static let needs = "runs of two optimizers on a problem with a target"
  public static let source =
    "Dolan and Moré 2002, doi:10.1007/s101070100263; Dahl et al. 2023, arXiv 2306.07179"
  public static let isOfWholeSuite = true

  @Hyperparameter("the share of f₀ − f* at which a surface counts as solved, 1e-1 to 1e-8")
  public var target = 1e-4
  @Hyperparameter("what the fastest is fast in") public var axis = CostAxis.evaluations

  @Hyperparameter("all in one panel, or one for each") public var layout = ChartLayout.overlaid

  public init() {}

  public func validate() throws(HyperparameterError) { try checkTarget(target) }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input, over: axis)
    let profile = try profiles(judgement, at: target).performance
    let scores = profile.scores()
    let lines = profile.participants.indices.map { place in
      ProfileChart.Line(
        label: profile.participants[place], share: profile.profiles[place], score: scores[place],
        remark: "score \(Text.readable(scores[place], digits: 2))")
    }
    var chart = ProfileChart(
      lines, x: "times what the fastest takes, τ", y: "problems solved, %", from: 1, to: 100,
      mark: (4, "the score is the mean height up to here"))
    let count = profile.problems.count
    let level = goal(judgement, at: target)
    guard profile.unsolved.count < count else {
      throw .notComparable(
        figure: Self.name,
        reason: "no optimizer gets to the target on any of \(count) problems: \(level)")
    }
    var title = "Within twice the \(axis.label) of the fastest until \(level), "
    let leaders = ProfileChart.leaders(
      zip(profile.participants, profile.profiles).map { ($0, $1(2)) })
    title += "\(leaders.names) solve\(leaders.count == 1 ? "s" : "") most: "
    title += "\(Int((leaders.value * Double(count)).rounded())) of "
    title += "\(count) problem\(count == 1 ? "" : "s")"
    var notes = profileNotes(judgement, at: target)
    notes.append("a profile depends on who takes part; --optimizers draws it of some")
    if !profile.unsolved.isEmpty {
      notes.append(
        "nobody solves \(Text.enumeration(profile.unsolved, most: 9)), which count all the same")
    }
    chart.layout = layout
    return chart.pictures(
      name: Self.name, title: title, looks: input.colors.looks(ofParticipants: input.records)
    ) { labels in
      Caption(input.records.filter { labels.contains($0.label) }, of: input, notes: notes)
    }
  }
}
