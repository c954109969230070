import Analysis
import OptimizerKit

/// A convolutional network learns in an epoch what DeepOBS has published of it.
///
/// DeepOBS has published ten runs each of plain gradient descent, momentum and Adam on `fmnist_2c2d`,
/// every one at the best of the learning rates it had tried: three million parameters, all 60,000 images
/// of Fashion-MNIST in minibatches of 128, no validation part, test accuracy after every epoch. The
/// network, its initialisation and the data are the same here; the draws are not, and so means over
/// seeds are compared as in `deepobs-quadratic-deep`: the mean here must lie where, from the mean and the
/// spread of the published runs (the spread is that of five of the ten), that of further ones is to be
/// expected (`PublishedMean`), with 95 % for all optimizers together.
///
/// An epoch costs half a minute of one core, and five seeds of three optimizers are what fits: the
/// accuracies after the first epoch are judged, those after 5, 10 and 100 are not. The quick size does
/// not come to the end of an epoch: it takes the first 20 steps of momentum, and judges their mean
/// minibatch loss by that of three stored runs (seeds 43, 47 and 48).
///
/// Schneider, Balles and Hennig 2019, arXiv 1903.05499; the runs: github.com/fsschneider/DeepOBS,
/// baselines/fmnist_2c2d.
public struct DeepOBSFMNIST2C2D: Experiment {
  public static let name = "deepobs-fmnist-2c2d"
  public static let summary = "published results of DeepOBS on a network for Fashion-MNIST"
  public static let source =
    "Schneider, Balles and Hennig 2019 (DeepOBS), arXiv 1903.05499; "
    + "github.com/fsschneider/DeepOBS, baselines/fmnist_2c2d"
  public static let claim =
    "An epoch brings DeepOBS's network 2c2d to a test accuracy of 85.45 % on Fashion-MNIST with SGD, "
    + "85.17 % with momentum and 85.26 % with Adam."
  public static let rule =
    "It holds if each mean over seeds lies where, from the mean of the ten published runs and the spread "
    + "of the five whose numbers lie with it, that of further runs is to be expected (95 % for all "
    + "together); it does not hold otherwise. The quick size judges momentum's mean loss over the first "
    + "20 steps by three published runs."
  public static let chapter = ExperimentChapter.published
  public static let place = 21.0

  public init() {}

  /// What one optimizer is judged by.
  private struct Published {
    let name: String
    let title: String
    let optimizer: String
    let rate: Double
    let mean: PublishedMean
  }

  private static func published(_ size: ExperimentSize) -> [Published] {
    switch size {
    case .full:
      [
        Published(
          name: "sgd", title: "SGD", optimizer: "sgd[lr=RATE]", rate: 0.15848931925,
          mean: PublishedMean(0.8545, spread: 0.0127, runs: 5)),
        Published(
          name: "momentum", title: "momentum", optimizer: "momentum[lr=RATE;momentum=0.99]",
          rate: 0.0025118864315, mean: PublishedMean(0.8517, spread: 0.0042, runs: 5)),
        Published(
          name: "adam", title: "Adam", optimizer: "adam[lr=RATE]", rate: 0.00025118864315,
          mean: PublishedMean(0.8526, spread: 0.0062, runs: 5)),
      ]
    case .quick:
      [
        Published(
          name: "momentum", title: "momentum", optimizer: "momentum[lr=RATE;momentum=0.99]",
          rate: 0.0025118864315, mean: PublishedMean(2.1324, spread: 0.0323, runs: 3))
      ]
    }
  }
  private static let firstSteps = 20
  /// 60,000 / 128.
  private static let epoch = 468

  public func groups(_ size: ExperimentSize) -> [Suite.Group] { groups(size, factor: 1) }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite("a tenth of each learning rate", groups(size, factor: 0.1))
  }

  private func groups(_ size: ExperimentSize, factor: Double) -> [Suite.Group] {
    Self.published(size).map { published in
      let rate = shortest(factor * published.rate)
      var group = Suite.Group(
        name: published.name, optimizers: [published.optimizer.replacing("RATE", with: rate)],
        problems: ["2c2d@deepobs"])
      group.seeds = Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(size.choose(full: Self.epoch, quick: Self.firstSteps))
      group.recording = Recording(validations: 1)
      return group
    }
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let isFull = runs.size == .full
    let (what, unit) = isFull ? ("test accuracy", "%") : ("mean loss of the first steps", "")
    let scale = isFull ? 100.0 : 1
    let all = Self.published(runs.size)
    let confidence = 1 - 0.05 / Double(all.count)
    var numbers: [Verdict.Number] = []
    var words: [String] = []
    var disagreeing: [String] = []
    var ours: [Chart.Point] = []
    var theirs: [Chart.Point] = []
    var curves: [Chart.Series] = []
    var seeds = 0
    for (place, published) in all.enumerated() {
      let group = try runs.ended(published.name, least: 2)
      var losses: [[Double]] = []
      for run in group { losses.append(try runs.traced(run).trajectory.losses) }
      let values: [Double]
      if isFull {
        values = try runs.values(published.name, what) { run in
          run.hasFailed ? 0 : run.validation?.accuracy
        }
      } else {
        // A run that diverges before has lost.
        values = losses.map {
          $0.count < Self.firstSteps
            ? .infinity : Statistics.mean(Array($0.prefix(Self.firstSteps))) ?? .infinity
        }
      }
      guard let estimate = Estimate.mean(of: values) else { throw Undecided("there are no runs") }
      seeds = values.count
      let expected = published.mean.range(ofMeanOf: seeds, confidence: confidence)
      let bounds = scale * expected.lowerBound...scale * expected.upperBound
      if !expected.contains(estimate.value) { disagreeing.append(published.title) }
      let interval = estimate.interval.map { scale * $0.lowerBound...scale * $0.upperBound }
      let value = scale * estimate.value
      numbers.append(
        Verdict.Number("\(what) with \(published.title)", value, in: interval, unit: unit)
          .stated(scale * published.mean.value, spread: scale * published.mean.spread))
      words.append(
        "\(Self.text(value)) with \(published.title) (published "
          + "\(Self.text(scale * published.mean.value)), to be expected "
          + "\(Self.text(bounds.lowerBound)) to \(Self.text(bounds.upperBound)))")
      let x = Double(place + 1)
      ours.append(Chart.Point(x - 0.1, value, in: interval))
      theirs.append(Chart.Point(x + 0.1, scale * published.mean.value, in: bounds))
      curves.append(Self.curve(losses, of: published))
    }
    let end = isFull ? "after one epoch" : "over the first \(Self.firstSteps) steps"
    return Verdict(
      disagreeing.isEmpty ? .holds : .doesNotHold,
      "the mean \(isFull ? "test accuracy in per cent" : "minibatch loss") \(end) over \(seeds) seeds is "
        + words.joined(separator: ", ")
        + (disagreeing.isEmpty ? "" : "; not so with \(disagreeing.joined(separator: " and "))"),
      numbers: numbers,
      charts: [
        Chart(
          name: "published", title: "2c2d on Fashion-MNIST \(end), here and as published",
          x: Chart.Axis("", categories: all.map(\.title)),
          y: Chart.Axis(isFull ? "mean test accuracy, %" : "mean minibatch loss"),
          series: [
            Chart.Series("here", ours, style: .points),
            Chart.Series("published", theirs, style: .points),
          ],
          notes: [
            "here: \(seeds) seeds with the 95 % interval of their mean; published: the mean of "
              + "\(all.first?.mean.runs ?? 0), with the range in which that of \(seeds) more is to be "
              + "expected"
          ]),
        Chart(
          name: "loss", title: "Training loss of 2c2d on Fashion-MNIST, step by step",
          x: Chart.Axis("step"), y: Chart.Axis("mean minibatch loss"), series: curves,
          notes: ["medians and quartiles over \(seeds) seeds of means over neighbouring steps"]),
      ])
  }

  /// Training losses, averaged over as many steps as leave some twenty points.
  private static func curve(_ losses: [[Double]], of published: Published) -> Chart.Series {
    let count = losses.map(\.count).min() ?? 0
    let width = max(1, count / 20)
    return Chart.Series(
      published.title,
      (0..<count / width).map { bin in
        Chart.Point(
          (Double(bin) + 0.5) * Double(width),
          medianOf: losses.compactMap {
            Statistics.mean(Array($0[bin * width..<(bin + 1) * width]))
          })
      }, optimizer: published.name)
  }

  private static func text(_ value: Double) -> String { shortest(rounded(value, digits: 4)) }
}
