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
  public static let tags = ["lecture"]
  public static let figures = ["zigzag"]

  @Hyperparameter("starting points, evenly over a quarter of the unit circle", in: 2.0...1000)
  public var starts = 5

  public init() {}

  private static let conditions = [3, 10, 30, 100]

  /// Off the axes, where there is nothing to zig-zag between.
  private var angles: [Double] {
    (1...starts).map { 0.5 * Double.pi * Double($0) / Double(starts + 1) }
  }

  public var groups: [Suite.Group] {
    Self.conditions.map { condition in
      var group = Suite.Group(
        name: "condition-\(condition)",
        optimizers: ["sgd[lr=\(2 / (1 + Double(condition)))]"],
        problems: ["quadratic[condition=\(condition)]"])
      group.starts = angles.map { [cos($0), sin($0)] }
      // ρᵗ is 10⁻⁴ there.
      group.budget = .steps(5 * condition)
      return group
    }
  }

  /// The middle start: one path for each condition number.
  public func isDrawn(_ run: RunRecord) -> Bool {
    let middle = angles[angles.count / 2]
    return run.spec.start == [cos(middle), sin(middle)]
  }

  public func judge(_ runs: ExperimentRuns) -> Verdict {
    // By condition number, one value for each start.
    var turns: [[Double]] = []
    var detours: [[Double]] = []
    for condition in Self.conditions {
      let group = runs["condition-\(condition)"]
      let measured = group.compactMap { run -> (turns: Double, detour: Double)? in
        guard let share = run.measures.zigZag, let steps = run.measures.settlingStep,
          let efficiency = run.measures.pathEfficiency, efficiency > 0
        else { return nil }
        return (share * steps, 1 / efficiency)
      }
      guard measured.count == group.count, measured.count == starts else {
        return Verdict(
          .undecided, "\(measured.count) of \(starts) paths at κ = \(condition) have settled")
      }
      turns.append(measured.map(\.turns))
      detours.append(measured.map(\.detour))
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
        + "\(starts) starts)" + (isMore ? "" : ", but not at every step and from every start"),
      numbers: numbers)
  }
}
