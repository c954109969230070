import Analysis
import Figures
import OptimizerKit

/// Whether batch normalisation regularises: what it makes of the gap between training and validation.
///
/// An example's outputs depend on the others of its minibatch while it is trained on, which is a noise; the lecture
/// says that this acts as regularisation "in a funny way, and slightly reduces the need for dropout, maybe".
///
/// A net that is trained less has a smaller gap in any case, and so both kinds are compared where they have come
/// to the same training loss: at the first of forty validation passes at which the mean of the last 40
/// minibatches is 0.2 or less, well below where validation turns on so few examples. Both train by gradient descent
/// at the same two learning rates: one that is best in validation after so long a time is one that stays far
/// from a training loss of 0.2. The training loss is that of training passes, with the
/// statistics of minibatches; the validation loss takes running averages.
///
/// Ioffe and Szegedy 2015, arXiv 1502.03167, 3.4; Luo et al. 2019, arXiv 1809.00846.
public struct BatchNormRegularises: Experiment {
  public static let name = "batch-norm-regularises"
  public static let summary =
    "the gap between training and validation, with batch normalisation and without"
  public static let source =
    "CS231n, lecture on training neural networks; Ioffe and Szegedy 2015, arXiv 1502.03167"
  public static let claim =
    "Batch normalisation acts as a regulariser: at the same training loss the validation loss is lower."
  public static let rule =
    "It holds if the 95 % interval over seeds of the difference in validation loss at the same training loss, "
    + "with batch normalisation minus without at the same learning rates, lies below 0; it does not hold otherwise."
  public static let chapter = ExperimentChapter.data
  public static let place = 18.6

  public init() {}

  private static let level = 0.2
  private static let window = 40
  private static let kinds = [
    (name: "plain", title: "without", normalization: "none"),
    (name: "normalised", title: "with batch normalisation", normalization: "batch"),
  ]

  private static let rates = ["0.03", "0.1"]

  private static func name(_ kind: String, _ rate: String) -> String { "\(kind), \(rate)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let examples = size.choose(full: 2000, quick: 1000)
    return Self.kinds.flatMap { kind in
      Self.rates.map { rate in
        var group = Suite.Group(
          name: Self.name(kind.name, rate), optimizers: ["sgd[lr=\(rate)]"],
          problems: [
            "mlp[normalization=\(kind.normalization);batch=32;fold=1/50;trainSize=\(examples)]"
          ])
        group.seeds = Array(1...size.choose(full: 20, quick: 5))
        group.budget = .steps(size.choose(full: 2400, quick: 800))
        group.recording = Recording(validations: 40)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let examples = size.choose(full: 2000, quick: 1000)
    return Opposite(
      "a fourth of the examples without batch normalisation, beside which it seems to help",
      groups(size).replacing(
        "trainSize=\(examples)", by: "trainSize=\(examples / 4)",
        in: Self.rates.map { Self.name("plain", $0) }))
  }

  /// The validation loss of each run where it has come to the level.
  private func losses(of trajectories: [Trajectory], _ title: String) throws(Undecided) -> [Double]
  {
    var losses: [Double] = []
    for trajectory in trajectories {
      guard let step = trajectory.steps(toLoss: Self.level, window: Self.window),
        let pass = trajectory.validation.first(where: { Double($0.step) >= step })
      else { throw Undecided("a net \(title) does not come to a loss of \(Self.level)") }
      losses.append(pass.metrics.loss)
    }
    return losses
  }

  private func series(of trajectories: [Trajectory], _ title: String) -> [Chart.Series] {
    let passes = trajectories.map(\.validation.count).min() ?? 0
    return [
      Chart.Series("\(title), training", lossesOf: trajectories, window: Self.window),
      Chart.Series(
        "\(title), validation",
        (0..<passes).map { pass in
          Chart.Point(
            Double(trajectories[0].validation[pass].step),
            medianOf: trajectories.map { $0.validation[pass].metrics.loss })
        }, style: .dashed),
    ]
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    // By kind, a value a seed: the mean over rates.
    var reached: [[Double]] = []
    var panels = Self.rates.map { rate in
      Chart.Panel(
        "learning rate \(rate)", x: Chart.Axis("step"), y: Chart.Axis("loss", isLog: true),
        series: [], levels: [Chart.Level("compared here", at: Self.level)])
    }
    for kind in Self.kinds {
      var byRate: [[Double]] = []
      for (place, rate) in Self.rates.enumerated() {
        let trajectories = try runs.trajectories(Self.name(kind.name, rate), least: 5)
        byRate.append(try losses(of: trajectories, kind.title))
        panels[place].series += series(of: trajectories, kind.title)
      }
      reached.append(
        byRate[0].indices.map { seed in
          byRate.map { $0[seed] }.reduce(0, +) / Double(byRate.count)
        })
    }
    let differences = zip(reached[1], reached[0]).map { $0 - $1 }
    guard let difference = Estimate.mean(of: differences), let interval = difference.interval else {
      throw Undecided("there are too few runs for an interval")
    }
    func text(_ value: Double) -> String { Text.readable(value, digits: 2) }
    return Verdict(
      interval.upperBound < 0 ? .holds : .doesNotHold,
      "at a training loss of \(Self.level) the validation loss is "
        + "\(text(Statistics.mean(reached[0]) ?? .nan)) without and "
        + "\(text(Statistics.mean(reached[1]) ?? .nan)) with batch normalisation: a difference of "
        + "\(text(difference.value)), 95 % interval \(text(interval.lowerBound)) to "
        + "\(text(interval.upperBound))" + (interval.contains(0) ? ", which may be chance" : "")
        + " (means over \(differences.count) seeds and \(Self.rates.count) learning rates)",
      numbers: [
        Verdict.Number("validation loss, without", medianOf: reached[0]),
        Verdict.Number("validation loss, with", medianOf: reached[1]),
        Verdict.Number("difference", difference),
      ].compactMap { $0 },
      charts: [
        Chart(
          name: "gap", title: "Training and validation loss, with batch normalisation and without",
          panels: panels,
          notes: [
            "medians over seeds, with quartiles; training: the mean of \(Self.window) minibatches"
          ])
      ])
  }
}
