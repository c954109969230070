import Analysis
import OptimizerKit

/// DeepOBS's noisy quadratic gives what DeepOBS has published.
///
/// The benchmark of Schneider, Balles and Hennig has published ten runs each of plain gradient descent,
/// momentum and Adam on `quadratic_deep`, every one at the best of the learning rates it had tried. The
/// problem here is the same to the last digit, the minibatches are not: theirs came from TensorFlow's
/// generator. So the means over seeds must agree within what seeds explain. If n published runs with
/// standard deviation s and k runs here are of one normal distribution, the mean of the k lies within
///
///     t s √(1/n + 1/k)
///
/// of the published mean with the probability for which t is the quantile of Student's distribution
/// (`PublishedMean`). For three optimizers to agree together with 95 %, each is judged with 98⅓ %.
///
/// What decides the result of momentum is not in the paper, but in its stored runs: every pass has the
/// same minibatches, so that their noise cancels over a pass. A fourth group shows what momentum reaches
/// where they are drawn anew; nothing is published of it, and it is not judged.
///
/// Schneider, Balles and Hennig 2019, arXiv 1903.05499; the runs: github.com/fsschneider/DeepOBS,
/// baselines/quadratic_deep.
public struct DeepOBSQuadraticDeep: Experiment {
  public static let name = "deepobs-quadratic-deep"
  public static let summary = "the published results of DeepOBS on its noisy quadratic"
  public static let source =
    "Schneider, Balles and Hennig 2019 (DeepOBS), arXiv 1903.05499; "
    + "github.com/fsschneider/DeepOBS, baselines/quadratic_deep"
  public static let claim =
    "On DeepOBS's noisy quadratic, 100 epochs bring the test loss from 353.4468 to 87.40 with SGD, 87.05 "
    + "with momentum and 87.11 with Adam."
  public static let rule =
    "It holds if every run starts at 353.4468 to all these digits and each of the three means over seeds "
    + "lies where, from the mean and the spread of the ten published runs, that of further runs is to be "
    + "expected (95 % for all three together); it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 20.0

  public init() {}

  /// Test loss before the first step.
  private static let start = 353.4468

  private static let published: [(name: String, title: String, optimizer: String, PublishedMean)] =
    [
      ("sgd", "SGD", "sgd[lr=0.015848931925]", PublishedMean(87.3975, spread: 0.169, runs: 10)),
      (
        "momentum", "momentum", "momentum[lr=0.0025118864315;momentum=0.99]",
        PublishedMean(87.0450, spread: 0.025, runs: 10)
      ),
      ("adam", "Adam", "adam[lr=0.039810717055]", PublishedMean(87.1119, spread: 0.024, runs: 10)),
    ]
  private static let anew = "momentum, minibatches anew"
  private static let epochs = 100

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    func group(_ name: String, _ optimizer: String, _ problem: String) -> Suite.Group {
      var group = Suite.Group(name: name, optimizers: [optimizer], problems: [problem])
      group.seeds = Array(1...size.choose(full: 10, quick: 3))
      // 1,000 examples make seven minibatches of 128.
      group.budget = .steps(7 * Self.epochs)
      group.recording = Recording(every: 7, validations: Self.epochs)
      return group
    }
    return Self.published.map { group($0.name, $0.optimizer, "quadratic-deep") }
      + [group(Self.anew, Self.published[1].optimizer, "quadratic-deep[reshuffles=true]")]
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "momentum with minibatches drawn anew for every pass",
      groups(size).exchanging("momentum", Self.anew))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    func losses(_ group: String) throws(Undecided) -> [Double] {
      try runs.values(group, "test loss", least: 2) {
        $0.hasFailed ? .infinity : $0.validation?.loss
      }
    }
    func mean(_ values: [Double]) throws(Undecided) -> Estimate {
      guard let mean = Estimate.mean(of: values) else { throw Undecided("there are no runs") }
      return mean
    }
    let confidence = 1 - 0.05 / Double(Self.published.count)
    var starts: [Double] = []
    var numbers: [Verdict.Number] = []
    var words: [String] = []
    var curves: [Chart.Series] = []
    var ours: [Chart.Point] = []
    var theirs: [Chart.Point] = []
    var disagreeing: [String] = []
    for (place, (name, title, _, published)) in Self.published.enumerated() {
      let found = try losses(name)
      let estimate = try mean(found)
      let expected = published.range(ofMeanOf: found.count, confidence: confidence)
      if !expected.contains(estimate.value) { disagreeing.append(title) }
      numbers.append(
        Verdict.Number("test loss with \(title)", estimate)
          .stated(published.value, spread: published.spread))
      words.append(
        "\(Self.text(estimate.value)) with \(title) (published \(Self.text(published.value)), to be "
          + "expected \(Self.text(expected.lowerBound)) to \(Self.text(expected.upperBound)))")
      let x = Double(place + 1)
      ours.append(Chart.Point(x - 0.1, estimate.value, in: estimate.interval))
      theirs.append(Chart.Point(x + 0.1, published.value, in: expected))
      var passes: [[Double]] = []
      for run in try runs.ended(name) {
        let losses = try runs.traced(run).trajectory.validation.map(\.metrics.loss)
        if let first = losses.first { starts.append(first) }
        passes.append(losses)
      }
      let length = passes.map(\.count).min() ?? 0
      curves.append(
        Chart.Series(
          title,
          (0..<length).map { epoch in
            Chart.Point(Double(epoch), medianOf: passes.map { $0[epoch] })
          }, optimizer: name))
    }
    let start = try mean(starts)
    let startsRight = starts.allSatisfy { abs($0 - Self.start) < 5e-5 }
    let jittering = try mean(try losses(Self.anew))
    numbers.insert(Verdict.Number("test loss at the start", start.value).stated(Self.start), at: 0)
    numbers.append(Verdict.Number("test loss with \(Self.anew)", jittering))
    let seeds = ours.isEmpty ? 0 : starts.count / ours.count
    return Verdict(
      startsRight && disagreeing.isEmpty ? .holds : .doesNotHold,
      "from \(Self.text(start.value)) the mean test loss over \(seeds) seeds comes to "
        + words.joined(separator: ", ")
        + (disagreeing.isEmpty ? "" : "; not so with \(disagreeing.joined(separator: " and "))")
        + "; with minibatches drawn anew for every pass, which the published runs did not do, momentum "
        + "ends at \(Self.text(jittering.value))",
      numbers: numbers,
      charts: [
        Chart(
          name: "published",
          title: "Mean test loss after \(Self.epochs) epochs, here and as published",
          x: Chart.Axis("", categories: Self.published.map(\.title)),
          y: Chart.Axis("mean test loss"),
          series: [
            Chart.Series("here", ours, style: .points),
            Chart.Series("published", theirs, style: .points),
          ],
          notes: [
            "here: \(seeds) seeds with the 95 % interval of their mean; published: ten, with the range in "
              + "which the mean of \(seeds) more is to be expected"
          ]),
        Chart(
          name: "epochs", title: "Test loss on DeepOBS's noisy quadratic, epoch by epoch",
          x: Chart.Axis("epoch of 7 steps"),
          y: Chart.Axis("test loss", isLog: true, range: 80...400),
          series: curves, notes: ["medians and quartiles over \(seeds) seeds"]),
      ])
  }

  /// With the digits that are published.
  private static func text(_ value: Double) -> String {
    shortest(rounded(value, digits: value < 100 ? 6 : 7))
  }
}
