import Analysis
import OptimizerKit

/// Momentum that is raised during training, against constant momentum.
///
/// The lecture's advice: μ from 0.5 at the start, where gradients are large and the velocity would be
/// led astray, to 0.99 at the end, where the valley has been found. Its learning rate, and that of each
/// constant momentum, is tuned with equally many trials on seeds and starts that are not judged. By
/// what trials are scored runs are judged: networks by the validation loss that they end with, surfaces
/// by how soon they come to 10⁻¹, ..., 10⁻⁸ of the way (`Criterion.standard`).
///
/// Sutskever et al. 2013, ICML 28 (schedules of momentum); Nesterov 1983 (who raises it to 1).
public struct RaisingMomentumHelps: Experiment {
  public static let name = "raising-momentum-helps"
  public static let summary = "momentum from 0.5 to 0.99 against constant momenta, tuned alike"
  public static let source =
    "CS231n, lecture on training neural networks; Sutskever et al. 2013, ICML 28"
  public static let claim =
    "Raising momentum from 0.5 to 0.99 during training helps a little over constant momentum."
  public static let rule =
    "It holds if, with learning rates tuned alike, raised momentum is surely better (95 % interval of "
    + "the mean paired ratio) than each of the constants 0.5, 0.7, 0.9 and 0.99, on a network by its "
    + "validation loss and on a quadratic by its steps to the targets; it holds only where it is "
    + "surely better, if on one of them that is so of 0.9, the usual constant; it does not hold "
    + "otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 6.0

  public init() {}

  private static let constants = [0.5, 0.7, 0.9, 0.99]
  private static let raised = "raised"

  private enum Ground: String, CaseIterable {
    case network, quadratic
  }

  private static func name(_ contestant: String, _ ground: Ground) -> String {
    "\(contestant), \(ground.rawValue)"
  }

  private static func constant(_ momentum: Double) -> String { "constant \(momentum)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Ground.allCases.flatMap { ground in
      let (problem, range): (String, String) =
        switch ground {
        case .network:
          (
            size.choose(
              full: "mlp[hidden=64;trainSize=10000;batch=100]",
              quick: "mlp[hidden=16;trainSize=1000;batch=50]"), "lr=1e-4..1"
          )
        case .quadratic:
          ("quadratic[condition=100;dim=10;spectrum=log-uniform]", "lr=1e-4..0.04")
        }
      let contestants =
        Self.constants.map { (Self.constant($0), "momentum[\(range);momentum=\($0)]") }
        + [(Self.raised, "momentum[\(range)]:momentum=ramp[from=0.5;to=0.99]")]
      return contestants.map { contestant, selection in
        var group = Suite.Group(
          name: Self.name(contestant, ground), optimizers: [selection], problems: [problem])
        var tuning = Tuning(trials: size.choose(full: 16, quick: 6))
        tuning.judgesDefaults = false
        switch ground {
        case .network:
          group.seeds = Array(1...size.choose(full: 20, quick: 6))
          group.budget = .steps(size.choose(full: 600, quick: 100))
          group.recording.validations = 1
          tuning.seeds = size.choose(full: [101, 102], quick: [101])
        case .quadratic:
          group.instances = (1...size.choose(full: 20, quick: 8)).map {
            Instance($0, isMoved: false)
          }
          group.budget = .steps(size.choose(full: 400, quick: 200))
          tuning.instances = (101...110).map { Instance($0, isMoved: false) }
        }
        group.tuning = tuning
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "momentum raised too far, from 0.99 to 0.999",
      groups(size).replacing("from=0.5;to=0.99", by: "from=0.99;to=0.999"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var ratios: [Ground: [Estimate]] = [:]
    var numbers: [Verdict.Number] = []
    for ground in Ground.allCases {
      let raised = try runs.logScores(Self.name(Self.raised, ground))
      for momentum in Self.constants {
        let constant = try runs.logScores(Self.name(Self.constant(momentum), ground))
        let ratio = try runs.ratio(raised, to: constant)
        ratios[ground, default: []].append(ratio)
        numbers.append(
          Verdict.Number(
            "\(ground.rawValue): \(ground == .network ? "loss" : "steps") of raised, of that of "
              + "\(momentum)", ratio))
      }
    }
    // The constants that it is surely better than.
    let beaten = Ground.allCases.map { ground in
      zip(Self.constants, ratios[ground] ?? [])
        .filter { $0.1.interval.map { $0.upperBound < 1 } ?? false }.map(\.0)
    }
    func list(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
    func text(_ ground: Ground) -> String {
      list((ratios[ground] ?? []).map { rounded($0.value, digits: 3) })
    }
    let isWhole = beaten.allSatisfy { $0 == Self.constants }
    let isUsual = beaten.contains { $0.contains(0.9) }
    let places = zip(Ground.allCases, beaten).filter { !$1.isEmpty }
      .map { "on the \($0.rawValue) over constant \(list($1))" }
    return Verdict(
      isWhole ? .holds : isUsual ? .holdsOnlyWhen : .doesNotHold,
      (isUsual && !isWhole ? "used \(places.joined(separator: " and ")): " : "")
        + "relative to constant momentum \(list(Self.constants)), raised momentum has "
        + "\(text(.network)) of the validation loss on the network and takes \(text(.quadratic)) of "
        + "the steps on the quadratic",
      numbers: numbers,
      charts: [
        chart(ratios)
      ])
  }

  private func chart(_ ratios: [Ground: [Estimate]]) -> Chart {
    Chart(
      name: "ratios", title: "Momentum raised from 0.5 to 0.99, relative to constant momentum",
      panels: Ground.allCases.map { ground in
        Chart.Panel(
          ground.rawValue,
          x: Chart.Axis(
            "constant momentum", categories: Self.constants.map { "\($0)" }),
          y: Chart.Axis(
            ground == .network ? "validation loss, raised / constant" : "steps, raised / constant",
            isLog: true),
          series: [
            Chart.Series(
              "",
              (ratios[ground] ?? []).enumerated().map {
                Chart.Point(Double($0 + 1), $1.value, in: $1.interval)
              }, style: .points, optimizer: "momentum")
          ],
          levels: [Chart.Level("equal", at: 1)])
      },
      notes: [
        "below 1 raised momentum is better; learning rates tuned alike; geometric means of paired "
          + "ratios with 95 % intervals; steps to targets, one that is not reached counts as ten budgets"
      ])
  }
}
