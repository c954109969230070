import Analysis
import OptimizerKit

/// The mean prediction of independently trained networks is better than that of one.
///
/// Members differ in their initial weights and in the order of the data alone, and are trained alike on the
/// same examples. Predictions are means of the softmax probabilities:
///
///     p̄(x) = 1/M Σₘ softmax(f(x; θₘ))
///
/// Judged on the 10,000 test examples, which nothing was chosen by: the accuracy of the ensemble less the mean
/// accuracy of its own members, for ensembles without a common member, so that the gains are independent
/// but for the data that all share. "About 2 %" is taken as 1.5 to 2.5 percentage points: what rounds to 2.
///
/// Hansen and Salamon 1990, doi:10.1109/34.58871; Lakshminarayanan, Pritzel and Blundell 2017,
/// arXiv 1612.01474.
public struct EnsemblesGain: Experiment {
  public static let name = "ensembles-gain"
  public static let summary = "networks averaged against each of them alone"
  public static let source =
    "CS231n, lecture on training neural networks; Hansen and Salamon 1990, doi:10.1109/34.58871"
  public static let claim =
    "Averaging the predictions of independently trained networks gains about 2 % of accuracy."
  public static let rule =
    "The gain is that of ensembles in accuracy on test examples over the mean of their members. It does "
    + "not hold if the 95 % interval of the mean gain reaches 0 for some number of training examples; it "
    + "holds if the gain, over all numbers, is 1.5 to 2.5 percentage points, and otherwise only as a "
    + "gain, of the size that the sentence says."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 22.0

  public init() {}

  private static func sizes(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [500, 2000], quick: [500])
  }
  private static func members(_ size: ExperimentSize) -> Int { size.choose(full: 5, quick: 3) }
  private static func ensembles(_ size: ExperimentSize) -> Int { size.choose(full: 6, quick: 5) }
  private static func name(_ examples: Int) -> String { "examples-\(examples)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    groups(size) { "mlp[hidden=64;trainSize=\($0);batch=50]" }
  }

  private func groups(_ size: ExperimentSize, problem: (Int) -> String) -> [Suite.Group] {
    Self.sizes(size).map { examples in
      var group = Suite.Group(
        name: Self.name(examples), optimizers: ["adam[lr=1e-3]"],
        problems: [problem(examples)])
      group.seeds = Array(1...UInt64(Self.members(size) * Self.ensembles(size)))
      group.budget = .steps(size.choose(full: 300, quick: 80))
      group.recording = Recording(every: 10, validations: 1, checkpoints: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "softmax regression from 0 with all examples in each minibatch: all members are one model",
      groups(size) { "softmax-regression[trainSize=\($0);batch=\($0)]" })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var studies: [Study] = []
    for examples in Self.sizes(runs.size) { studies.append(try study(examples, runs)) }
    let gains = studies.compactMap { Estimate.mean(of: $0.gains.last ?? []) }
    guard gains.count == studies.count,
      let gain = Estimate.mean(of: studies.flatMap { $0.gains.last ?? [] })
    else { throw Undecided("there are no ensembles") }
    let members = Self.members(runs.size)
    let isSure = gains.allSatisfy { ($0.interval?.lowerBound ?? 0) > 0 }
    let isStated = (1.5...2.5).contains(gain.value)
    let judgement: Verdict.Judgement =
      !isSure ? .doesNotHold : isStated ? .holds : .holdsOnlyWhen
    let errors = studies.flatMap(\.errorsLess)
    let sentence =
      (judgement == .holdsOnlyWhen ? "a gain of another size counts: " : "")
      + "\(members) networks together classify \(gain.text(2)) percentage points more of the test examples "
      + "rightly than they do alone"
    let numbers =
      zip(studies, gains).map {
        Verdict.Number(
          "gain of \(members) networks, \($0.examples) examples", $1, unit: "percentage points"
        ).stated(2)
      }
      + [
        Verdict.Number(
          "gain of \(members) networks, all", gain, unit: "percentage points"
        ).stated(2),
        Estimate.mean(of: errors).map { Verdict.Number("share of errors that go", $0, unit: "%") },
      ].compactMap { $0 }
    return Verdict(judgement, sentence, numbers: numbers, charts: [chart(studies)])
  }

  /// What ensembles gain that were trained on one number of examples.
  private struct Study {
    let examples: Int
    /// In percentage points, for each ensemble: of its first 1, 2, ... members together.
    var gains: [[Double]]
    /// By how much of its members' errors the whole ensemble makes fewer, in per cent.
    var errorsLess: [Double] = []
  }

  private func study(_ examples: Int, _ runs: ExperimentRuns) throws(Undecided) -> Study {
    let members = Self.members(runs.size)
    let group = Self.name(examples)
    let records = try runs.ended(group, least: members * Self.ensembles(runs.size))
    let session = try runs.session(of: records[0])
    let ends = try records.map { (record) throws(Undecided) in
      try runs.lastParameters(of: record)
    }
    /// The accuracy on the test examples of a mean prediction, in per cent.
    func accuracy(_ members: some Sequence<Vector<Float>>) throws(Undecided) -> Double {
      100 * (try runs.test(meanOf: Array(members), in: session)).accuracy
    }
    var study = Study(examples: examples, gains: Array(repeating: [], count: members))
    for start in stride(from: 0, through: ends.count - members, by: members) {
      let ensemble = ends[start..<start + members]
      var sum = 0.0
      for member in ensemble { sum += try accuracy([member]) }
      let alone = sum / Double(members)
      for count in 1...members {
        let together = try accuracy(ensemble.prefix(count))
        // One of them is as good as they are on average.
        study.gains[count - 1].append(count == 1 ? 0 : together - alone)
        if count == members { study.errorsLess.append(100 * (together - alone) / (100 - alone)) }
      }
    }
    return study
  }

  private func chart(_ studies: [Study]) -> Chart {
    Chart(
      name: "gain", title: "What averaging the predictions of more networks adds to test accuracy",
      x: Chart.Axis("networks averaged"),
      y: Chart.Axis("gain in test accuracy, percentage points"),
      series: studies.map { study in
        Chart.Series(
          "\(study.examples) training examples",
          study.gains.enumerated().map { place, gains in
            let mean = Estimate.mean(of: gains)
            return Chart.Point(Double(place + 1), mean?.value ?? .nan, in: mean?.interval)
          })
      }, notes: ["band: 95 % interval of the mean over ensembles without a common member"])
  }
}
