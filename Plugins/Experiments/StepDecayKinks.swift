import Analysis
import OptimizerKit

/// Step decay gives the loss curve kinks; exponential and 1/t decay are smooth.
///
/// With noisy gradients, a rate α keeps the loss at a height above its minimum that is about proportional to α.
/// Step decay divides the rate by ten after each third of a run: the loss stays level until then, and falls
/// to a tenth right after it. Under α₀ e^(−kt) and α₀/(1 + kt) it goes down with the rate.
///
/// A kink is measured on the logarithm of the loss above its minimum, averaged over windows of a thirtieth
/// of the run: the largest fall from one window to the next but one within four windows after a drop (a
/// third and two thirds of the run), over the largest such fall elsewhere, the first sixth left out, in
/// which the loss comes down from the start. The same times are looked at under every schedule. A ratio of
/// more than 2 is a kink: twice as steep as anywhere else is what the eye sees. All schedules start at the
/// same rate, since what is claimed is a shape and no result. The loss is that of a quadratic with noisy
/// gradients rather than of a network, whose training loss need not level off before a drop.
///
/// CS231n, lecture on training neural networks.
public struct StepDecayKinks: Experiment {
  public static let name = "step-decay-kinks"
  public static let summary = "the loss curve under step, exponential and 1/t decay"
  public static let source = "CS231n, lecture on training neural networks"
  public static let claim =
    "Step decay gives the loss curve kinks, where exponential and 1/t decay are smooth."
  public static let rule =
    "It holds if the steepest fall right after the drops is more than twice the steepest one elsewhere under "
    + "step decay, and at most twice that under each of the other two (95 % intervals of the median over "
    + "seeds); it does not hold otherwise."
  public static let chapter = ExperimentChapter.schedules
  public static let place = 12.0
  public static let figures = ["schedules"]

  public init() {}

  private static let windows = 30
  private static let drops = [10, 20]
  private static let schedules = [
    (name: "step", title: "step decay"), (name: "exponential", title: "exponential"),
    (name: "inverse-time", title: "1/t"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.schedules.map { schedule in
      var group = Suite.Group(
        name: schedule.name, optimizers: ["sgd[lr=0.1]:\(schedule.name)"],
        problems: ["quadratic[condition=10;dim=10;noise=1]"])
      group.seeds = Array(1...size.choose(full: 40, quick: 10))
      group.budget = .steps(3000)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "step decay and exponential decay exchanged", groups(size).exchanging("step", "exponential"))
  }

  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.seed == 1 }

  /// The means of the loss above its minimum, window by window.
  private func curve(_ run: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> [Double] {
    guard let surface = try runs.problem(of: run) as? any Surface,
      let minimum = surface.minimumLoss
    else { throw Undecided("the problem has no known minimum") }
    let losses = try runs.traced(run).trajectory.losses.dropFirst()
    let width = losses.count / Self.windows
    guard width > 0 else { throw Undecided("a run has \(losses.count) steps") }
    return (0..<Self.windows).map { window in
      let rows = losses.dropFirst(window * width).prefix(width)
      return rows.reduce(0) { $0 + $1 - minimum } / Double(width)
    }
  }

  /// The steepest fall right after the drops over the steepest one elsewhere.
  private func kink(_ curve: [Double]) -> Double {
    let logs = curve.map { log($0) }
    var (near, elsewhere) = (0.0, 0.0)
    for window in Self.windows / 6..<Self.windows - 2 {
      let fall = logs[window] - logs[window + 2]
      // A fall counts by the window before it: the last one before a drop, or one of the next three.
      if Self.drops.contains(where: { ($0 - 1...$0 + 2).contains(window) }) {
        near = max(near, fall)
      } else if !Self.drops.contains(where: { ($0 - 2...$0 + 3).contains(window) }) {
        elsewhere = max(elsewhere, fall)
      }
    }
    return near / elsewhere
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var estimates: [Estimate] = []
    var series: [Chart.Series] = []
    var numbers: [Verdict.Number] = []
    for schedule in Self.schedules {
      var curves: [[Double]] = []
      for run in try runs.ended(schedule.name, least: 6) { curves.append(try curve(run, runs)) }
      guard let estimate = Estimate.median(of: curves.map(kink)), estimate.interval != nil else {
        throw Undecided("\(schedule.title) has too few seeds for an interval")
      }
      estimates.append(estimate)
      numbers.append(
        Verdict.Number(
          "fall after the drops, \(schedule.title)", estimate, unit: "of that elsewhere"))
      series.append(
        Chart.Series(
          schedule.title,
          (0..<Self.windows).map { window in
            Chart.Point(
              (Double(window) + 0.5) / Double(Self.windows), medianOf: curves.map { $0[window] })
          }))
    }
    let hasKinks = (estimates[0].interval?.lowerBound ?? 0) > 2
    let areSmooth = estimates.dropFirst().allSatisfy {
      ($0.interval?.upperBound ?? .infinity) <= 2
    }
    func text(_ index: Int) -> String { shortest(rounded(estimates[index].value, digits: 2)) }
    return Verdict(
      hasKinks && areSmooth ? .holds : .doesNotHold,
      "right after the drops the loss falls \(text(0)) times as steeply as anywhere else under step decay, "
        + "\(text(1)) times under exponential and \(text(2)) times under 1/t decay",
      numbers: numbers,
      charts: [
        Chart(
          name: "curves", title: "Step decay has kinks; exponential and 1/t decay have none",
          x: Chart.Axis("share of the run"), y: Chart.Axis("loss above the minimum", isLog: true),
          series: series,
          levels: Self.drops.map {
            Chart.Level("drop", at: Double($0) / Double(Self.windows), .vertical)
          },
          notes: ["means over a thirtieth of a run each; medians and quartiles over seeds"])
      ])
  }
}
