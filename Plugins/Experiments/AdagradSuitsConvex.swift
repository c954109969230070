import Analysis
import OptimizerKit

/// AdaGrad on a convex problem and on a network.
///
/// On convex problems shrinking steps are what theory asks for: with noisy gradients the regret of AdaGrad
/// grows like √t. On networks it is said to come to a stop before it is done. Its learning rate and those
/// of its rivals are tuned with equally many trials, on seeds and starts that are not judged, within the
/// same budget. Judged they are as their trials were (`Criterion.standard`): on logistic regression with
/// minibatches by how soon they come to 10⁻¹, ..., 10⁻⁸ of the way, and a target that is not reached
/// counts as ten budgets; on a network by the validation loss in the end.
///
/// Duchi, Hazan and Singer 2011, JMLR 12:2121.
public struct AdagradSuitsConvex: Experiment {
  public static let name = "adagrad-suits-convex"
  public static let summary =
    "AdaGrad against others on a convex problem and on a network, tuned alike"
  public static let source =
    "CS231n, lecture on training neural networks; Duchi, Hazan and Singer 2011, JMLR 12:2121"
  public static let claim =
    "AdaGrad is good on convex problems, but on networks it stops too early."
  public static let rule =
    "With learning rates tuned alike, and 95 % intervals of mean paired ratios: it holds if on a convex "
    + "problem AdaGrad is surely less than 10 % behind each rival (SGD, momentum, RMSProp), and on a "
    + "network its validation loss surely above that of each; it holds only on convex problems if "
    + "it is not surely above on the network; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 7.5

  public init() {}

  private static let rivals = ["sgd", "momentum", "rmsprop"]

  private enum Ground: String, CaseIterable {
    case convex, network
  }

  private static func name(_ rule: String, _ ground: Ground) -> String {
    "\(rule), \(ground.rawValue)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Ground.allCases.flatMap { ground in
      (["adagrad"] + Self.rivals).map { rule in
        // Each over the range that its learning rates come from by its own declaration.
        var group = Suite.Group(
          name: Self.name(rule, ground), optimizers: [rule], problems: [])
        var tuning = Tuning(trials: size.choose(full: 16, quick: 6))
        tuning.hyperparameters = ["lr"]
        tuning.judgesDefaults = false
        switch ground {
        case .convex:
          group.problems = ["logistic-regression[batch=10]"]
          group.instances = (1...size.choose(full: 30, quick: 20)).map {
            Instance($0, isMoved: false)
          }
          group.budget = .steps(size.choose(full: 2000, quick: 600))
          tuning.instances = (1001...size.choose(full: 1010, quick: 1005)).map {
            Instance($0, isMoved: false)
          }
        case .network:
          group.problems = [
            size.choose(
              full: "mlp[hidden=64;trainSize=10000;batch=100]",
              quick: "mlp[hidden=16;trainSize=1000;batch=50]")
          ]
          group.seeds = Array(1...size.choose(full: 20, quick: 6))
          group.budget = .steps(size.choose(full: 800, quick: 100))
          group.recording.validations = size.choose(full: 8, quick: 2)
          tuning.seeds = size.choose(full: [101, 102], quick: [101])
        }
        group.tuning = tuning
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "steps of one length, whatever the gradient, in place of AdaGrad",
      groups(size).replacing("adagrad", by: "signsgd"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var ratios: [Ground: [Estimate]] = [:]
    var numbers: [Verdict.Number] = []
    for ground in Ground.allCases {
      let own = try runs.logScores(Self.name("adagrad", ground))
      for rival in Self.rivals {
        let ratio = try runs.ratio(own, to: runs.logScores(Self.name(rival, ground)))
        ratios[ground, default: []].append(ratio)
        numbers.append(
          Verdict.Number(
            "\(ground.rawValue): \(ground == .network ? "loss" : "steps") of adagrad, of "
              + "\(rival)'s", ratio))
      }
    }
    func all(_ ground: Ground, _ isSo: (ClosedRange<Double>) -> Bool) -> Bool {
      (ratios[ground] ?? []).allSatisfy { $0.interval.map(isSo) ?? false }
    }
    let isGood = all(.convex) { $0.upperBound < 1.1 }
    let isBehind = all(.network) { $0.lowerBound > 1 }
    func text(_ ground: Ground) -> String {
      (ratios[ground] ?? []).map { "\(rounded($0.value, digits: 3))" }.joined(separator: ", ")
    }
    return Verdict(
      isGood ? (isBehind ? .holds : .holdsOnlyWhen) : .doesNotHold,
      (isGood && !isBehind
        ? "convex problems are meant, for on the network it does not stop too early: " : "")
        + "relative to "
        + "\(Self.rivals.joined(separator: ", ")), AdaGrad takes \(text(.convex)) of the steps on "
        + "logistic regression, and ends with \(text(.network)) of the validation loss on the network",
      numbers: numbers,
      charts: [
        Chart(
          name: "ratios", title: "AdaGrad relative to its rivals, learning rates tuned alike",
          panels: Ground.allCases.map { ground in
            Chart.Panel(
              ground.rawValue,
              x: Chart.Axis("", categories: Self.rivals),
              y: Chart.Axis(
                ground == .network
                  ? "validation loss, AdaGrad / rival" : "steps to targets, AdaGrad / rival",
                isLog: true),
              series: [
                Chart.Series(
                  "",
                  (ratios[ground] ?? []).enumerated().map {
                    Chart.Point(Double($0 + 1), $1.value, in: $1.interval)
                  }, style: .points, optimizer: "adagrad")
              ],
              levels: [Chart.Level("equal", at: 1)])
          },
          notes: [
            "below 1 AdaGrad is better; geometric means of paired ratios with 95 % intervals; a target "
              + "that is not reached counts as ten budgets"
          ])
      ])
  }
}
