import Analysis
import OptimizerKit

/// With few examples, retraining the last layer of a network that was trained on other classes beats training from
/// scratch.
///
/// The problem `transfer` trains a perceptron on five classes of clothing and its last layer anew on few
/// examples of the other five, each of which has a kin among the former (a coat and a pullover, a boot and
/// a sandal). Against it, the same network from a random start on the same few examples. Both have their
/// learning rate tuned in as many trials, and the same seeds, which draw the examples too.
///
/// Donahue et al. 2014, arXiv 1310.1531; Razavian et al. 2014, arXiv 1403.6382.
public struct TransferHelps: Experiment {
  public static let name = "transfer-helps"
  public static let summary =
    "the last layer of a pretrained network retrained, against training from scratch"
  public static let source =
    "CS231n, lecture on training neural networks; Donahue et al. 2014, arXiv 1310.1531"
  public static let claim =
    "With few examples, retraining the last layer of a network trained on other classes classifies better "
    + "than training from scratch."
  public static let rule =
    "At a number of examples of each class, transfer helps if the 95 % interval of the mean difference in "
    + "validation accuracy, paired over seeds, both tuned in equal trials, lies above 0. The claim holds if it "
    + "does at every number up to 10, holds only for those at which it does if these are some of "
    + "them, and does not hold if there are none."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 23.0

  public init() {}

  private static func counts(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [1, 3, 10, 30, 100], quick: [1])
  }

  private static func pretraining(_ size: ExperimentSize) -> Int {
    size.choose(full: 500, quick: 200)
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.counts(size).flatMap { count in
      [
        ("transfer", "pretrainSteps=\(Self.pretraining(size))"),
        ("scratch", "pretrainSteps=0;layers=0"),
      ].map { name, settings in
        var group = Suite.Group(
          name: "\(name) \(count)", optimizers: ["adam[lr=3e-4,1e-3,3e-3,1e-2]"],
          problems: [
            "transfer[classes=3x4x6x8x9;hidden=64;examplesPerClass=\(count);\(settings)]"
          ])
        group.seeds = Array(1...10)
        group.budget = .steps(size.choose(full: 300, quick: 100))
        group.recording = Recording(every: 10, validations: size.choose(full: 10, quick: 1))
        group.tuneOnGrid(
          trials: 4, seeds: size.choose(full: [101, 102, 103], quick: [101]))
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a body that was not trained: its last layer learns from random features",
      groups(size).replacing("pretrainSteps=\(Self.pretraining(size))", by: "pretrainSteps=0"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    func accuracies(_ group: String) throws(Undecided) -> [Double] {
      try runs.values(group, "validation accuracy", least: 10) {
        $0.outcome.validation.map { 100 * $0.accuracy }
      }
    }
    var transferred: [[Double]] = []
    var fresh: [[Double]] = []
    var gains: [(count: Int, gain: Estimate)] = []
    for count in Self.counts(runs.size) {
      transferred.append(try accuracies("transfer \(count)"))
      fresh.append(try accuracies("scratch \(count)"))
      let pairs = zip(transferred[gains.count], fresh[gains.count])
      guard let gain = Estimate.mean(of: pairs.map { $0 - $1 }) else {
        throw Undecided("there are no runs")
      }
      gains.append((count, gain))
    }
    let few = gains.filter { $0.count <= 10 }
    let helpful = few.filter { ($0.gain.interval?.lowerBound ?? 0) > 0 }
    let judgement: Verdict.Judgement =
      helpful.isEmpty ? .doesNotHold : helpful.count == few.count ? .holds : .holdsOnlyWhen
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen
        ? "the examples of each class number \(helpful.map { "\($0.count)" }.joined(separator: " or ")): "
        : "")
        + "percentage points of validation accuracy gained over training from scratch: "
        + gains.map { "\($0.gain.text(1)) with \($0.count)" }.joined(separator: ", "),
      numbers: gains.map {
        Verdict.Number("gain, \($0.count) of each class", $0.gain, unit: "percentage points")
      },
      charts: [
        Chart(
          name: "accuracy", title: "Accuracy on new classes against the number of examples",
          x: Chart.Axis("training examples of each class", isLog: true),
          y: Chart.Axis("validation accuracy in %"),
          series: zip(["last layer retrained", "from scratch"], [transferred, fresh]).map {
            name, values in
            Chart.Series(
              name,
              zip(gains, values).map {
                let mean = Estimate.mean(of: $1)
                return Chart.Point(Double($0.count), mean?.value ?? .nan, in: mean?.interval)
              })
          }, notes: ["band: 95 % interval of the mean over seeds, which draw the examples"])
      ])
  }
}
