import Analysis
import OptimizerKit

/// Full-batch training sharpens the loss up to the edge of stability, and stays there.
///
/// On a quadratic, gradient descent with learning rate η diverges along every direction of curvature above
/// 2/η. On a network the largest eigenvalue of the Hessian (the sharpness) is no constant: it rises while the
/// loss falls (progressive sharpening) until it reaches 2/η, and then hovers just above it, while the loss goes on
/// falling, though not at every step. For Adam the same is true of the largest eigenvalue of P⁻¹H, with P
/// the diagonal that its steps are divided by, and of 2(1 + β₁)/((1 − β₁)η) = 38/η.
///
/// Here a tanh network with two hidden layers learns a part of Fashion-MNIST with the squared error, as in the papers'
/// first figures. Where the sharpness has arrived is read in the last quarter of the steps, as its median: it
/// may hover, so 10 per cent about the edge are at the edge; half of the edge, where runs begin or stay that
/// never come there, is far from it.
///
/// Cohen, Kaur, Li, Kolter and Talwalkar 2021, arXiv 2103.00065; Cohen et al. 2022, arXiv 2207.14484 (Adam).
public struct EdgeOfStability: Experiment {
  public static let name = "edge-of-stability"
  public static let summary = "sharpness rises to the edge of stability and stays there"
  public static let source =
    "Cohen et al. 2021, arXiv 2103.00065; Cohen et al. 2022, arXiv 2207.14484"
  public static let claim =
    "Full-batch training sharpens the loss until gradient descent is at its edge of stability 2/η, "
    + "and Adam at its own, 38/η."
  public static let rule =
    "It holds if in every run the sharpness begins below three quarters of the edge and has its median over "
    + "the last quarter of the steps within 10 % of it; only for some learning rates if that is so for all "
    + "runs of these."
  public static let chapter = ExperimentChapter.published
  public static let place = 12.0
  public static let figures = ["loss-curves"]

  public init() {}

  /// What is run: an optimizer, its learning rate, and its limit in units of 1/η.
  private struct Arm {
    let group: String
    let optimizer: String
    let rate: Double
    let limit: Double
    var edge: Double { limit / rate }
  }

  private func arms(_ size: ExperimentSize) -> [Arm] {
    let descent = size.choose(full: [0.05, 0.1, 0.15], quick: [0.1, 0.15])
    let adam = size.choose(full: [3e-4, 5e-4], quick: [2e-3])
    return descent.map { Arm(group: "sgd-\($0)", optimizer: "sgd", rate: $0, limit: 2) }
      + adam.map { Arm(group: "adam-\($0)", optimizer: "adam", rate: $0, limit: 38) }
  }

  private func groups(_ size: ExperimentSize, dividingRatesBy divisor: Double) -> [Suite.Group] {
    arms(size).map { arm in
      var group = Suite.Group(
        name: arm.group, optimizers: ["\(arm.optimizer)[lr=\(arm.rate / divisor)]"],
        problems: [
          "mlp[hidden=\(size.choose(full: "50x50", quick: "20x20"));activation=tanh;init=lecun-normal;"
            + "objective=squared-error;trainSize=\(size.choose(full: "500;batch=500", quick: "200;batch=200"))]"
        ])
      group.seeds = size.choose(full: [1, 2, 3], quick: [1, 2])
      group.budget = .steps(size.choose(full: 2000, quick: 600))
      group.recording.validations = size.choose(full: 40, quick: 24)
      group.recording.sharpness = true
      return group
    }
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    groups(size, dividingRatesBy: 1)
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a hundredth of each learning rate, with which no edge is reached",
      groups(size, dividingRatesBy: 100))
  }

  /// One run of each arm.
  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.seed == 1 }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var held: [Arm] = []
    var curves: [(arm: Arm, points: [Chart.Point])] = []
    let arms = arms(runs.size)
    for arm in arms {
      var ends: [Double] = []
      var beginnings: [Double] = []
      for (index, run) in try runs.ended(arm.group).enumerated() {
        let curve = try curve(of: runs.traced(run), arm)
        guard let begin = curve.first, curve.count >= 8,
          let end = Statistics.median(curve.suffix(curve.count / 4).map { $0.y / arm.edge })
        else { throw Undecided("a run of \(arm.group) has no sharpness") }
        beginnings.append(begin.y / arm.edge)
        ends.append(end)
        if index == 0 {
          curves.append((arm, curve.map { Chart.Point($0.x, $0.y / arm.edge) }))
        }
      }
      if beginnings.allSatisfy({ $0 < 0.75 }), ends.allSatisfy({ abs($0 - 1) <= 0.1 }) {
        held.append(arm)
      }
      let label = "\(arm.optimizer), η = \(arm.rate)"
      numbers += [
        Verdict.Number("\(label): sharpness at the start", medianOf: beginnings, unit: "edges"),
        Verdict.Number("\(label): over the last quarter", medianOf: ends, unit: "edges")?.stated(1),
      ].compactMap { $0 }
    }
    let names = held.map { "\($0.optimizer) at η = \($0.rate)" }.joined(separator: ", ")
    let judgement: Verdict.Judgement =
      held.count == arms.count ? .holds : held.isEmpty ? .doesNotHold : .holdsOnlyWhen
    let charts = [
      Chart(
        name: "sharpness",
        title: judgement == .holds
          ? "Sharpness rises to the edge of stability and stays there"
          : "Sharpness beside the edge of stability",
        panels: ["sgd", "adam"].map { optimizer in
          Chart.Panel(
            optimizer == "sgd" ? "Gradient descent: λ of H over 2/η" : "Adam: λ of P⁻¹H over 38/η",
            x: Chart.Axis("step"), y: Chart.Axis("largest eigenvalue over the edge"),
            series: curves.filter { $0.arm.optimizer == optimizer }.map {
              Chart.Series("\(optimizer), η = \($0.arm.rate)", $0.points)
            }, levels: [Chart.Level("edge of stability", at: 1)])
        }, notes: ["one seed of each"])
    ]
    let sentence =
      switch judgement {
      case .holds:
        "all \(numbers.count / 2) settings end within 10 % of their edge, from below 75 %"
      case .holdsOnlyWhen: "only \(names) end within 10 % of their edge"
      default: "no setting ends within 10 % of its edge in all its runs"
      }
    return Verdict(judgement, sentence, numbers: numbers, charts: charts)
  }

  /// The sharpness over the steps, as the optimizer of the arm sees it.
  private func curve(of run: TracedRun, _ arm: Arm) -> [(x: Double, y: Double)] {
    run.trajectory.diagnostics.compactMap { pass in
      let value = arm.limit > 2 ? pass.sharpness?.preconditioned : pass.sharpness?.plain
      return value.map { (Double(pass.step), $0) }
    }
  }
}
