import Analysis
import OptimizerKit

/// Gradient descent zig-zags the more, the worse the condition.
///
/// On quadratics of two coordinates with curvatures 1 and κ, gradient descent at its best fixed rate,
/// α = 2/(1 + κ), multiplies the flat coordinate by ρ = (κ − 1)/(κ + 1) and the steep one by −ρ: it
/// turns back along the steep direction at every step, about 2.3 κ times before it has come to a
/// hundredth of its distance, on a way that is longer than the straight one in proportion to κ.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5 (the rate); Akaike 1959, doi:10.1007/BF01831719 (the
/// zig-zag).
public struct SGDZigZags: Experiment {
  public static let name = "sgd-zig-zags"
  public static let summary = "gradient descent zig-zags the more, the worse the condition"
  public static let source =
    "CS231n, lecture on training neural networks; Akaike 1959, "
    + "doi:10.1007/BF01831719"
  public static let claim =
    "At its best fixed learning rate, gradient descent zig-zags the more, the worse the condition."
  public static let rule =
    "It holds if, from every start, each larger condition number gives more turns back along the "
    + "steep direction before the path has settled, and a longer detour; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 1.0
  public static let figures = ["zigzag"]

  public init() {}

  private static let conditions = [3, 10, 30, 100]
  private static let starts = 5

  /// Evenly over a quarter of the unit circle; off the axes, where there is nothing to zig-zag between.
  private static let angles = (1...starts).map { 0.5 * Double.pi * Double($0) / Double(starts + 1) }

  private static func name(_ condition: Int) -> String { "condition-\(condition)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.conditions.map { condition in
      var group = Suite.Group(
        name: Self.name(condition), optimizers: ["sgd[lr=\(2 / (1 + Double(condition)))]"],
        problems: ["quadratic[condition=\(condition)]"])
      group.starts = Self.angles.map { [cos($0), sin($0)] }
      // ρᵗ is 10⁻⁴ there.
      group.budget = .steps(5 * condition)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "the best condition and the worst one exchanged",
      groups(size).exchanging(Self.name(3), Self.name(100)))
  }

  /// The middle start: one path for each condition number.
  public func isDrawn(_ run: RunRecord) -> Bool {
    let middle = Self.angles[Self.starts / 2]
    return run.spec.start == [cos(middle), sin(middle)]
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    // By condition number, one value for each start.
    var turns: [[Double]] = []
    var detours: [[Double]] = []
    for condition in Self.conditions {
      let group = Self.name(condition)
      turns.append(
        try runs.values(group, "end of its turns", least: Self.starts) { run in
          run.measures.zigZag.flatMap { share in run.measures.settlingStep.map { share * $0 } }
        })
      detours.append(
        try runs.values(group, "detour", least: Self.starts) { run in
          run.measures.pathEfficiency.flatMap { $0 > 0 ? 1 / $0 : nil }
        })
    }
    func rises(_ values: [[Double]]) -> Bool {
      zip(values, values.dropFirst()).allSatisfy { smaller, larger in
        zip(smaller, larger).allSatisfy { $0 < $1 }
      }
    }
    let numbers = zip(Self.conditions, zip(turns, detours)).flatMap { condition, values in
      [
        Verdict.Number("turns at κ = \(condition)", medianOf: values.0),
        Verdict.Number("detour at κ = \(condition)", medianOf: values.1, unit: "times"),
      ].compactMap { $0 }
    }
    let isMore = rises(turns) && rises(detours)
    let least = Statistics.median(turns[0]) ?? 0
    let most = Statistics.median(turns[turns.count - 1]) ?? 0
    return Verdict(
      isMore ? .holds : .doesNotHold,
      "from κ = \(Self.conditions[0]) to \(Self.conditions[Self.conditions.count - 1]) the turns "
        + "before settling go from \(Int(least.rounded())) to \(Int(most.rounded())) (medians over "
        + "\(Self.starts) starts)" + (isMore ? "" : ", but not at every step and from every start"),
      numbers: numbers,
      charts: [
        Chart(
          name: "turns", title: "Turns before settling grow in proportion to the condition number",
          x: Chart.Axis("condition number κ", isLog: true),
          y: Chart.Axis("turns along the steep direction", isLog: true),
          series: [
            Chart.Series(
              "measured",
              zip(Self.conditions, turns).map { Chart.Point(Double($0), medianOf: $1) },
              optimizer: "sgd"),
            Chart.Series(
              "ln 100 · κ/2",
              Self.conditions.map { Chart.Point(Double($0), log(100) * Double($0) / 2) },
              style: .dashed),
          ])
      ])
  }
}
