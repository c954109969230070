import Analysis
import Figures
import OptimizerKit

/// Where all inputs of a neuron are positive, all of its weight gradients have one sign, and the path zig-zags.
///
/// For one example the gradient with respect to the weights of a neuron is its inputs times one number. Of inputs
/// that are nowhere negative, as outputs of a sigmoid are and as pixels are before their mean is subtracted, that
/// leaves one sign for all weights of the neuron: it may move into two of all orthants only, and goes back and
/// forth between them to get elsewhere. tanh, and data with the mean subtracted, have both signs.
///
/// The neurons are those of softmax regression on pixels from 0 to 1, and on the same with the mean image
/// subtracted. The signs are counted over 200 single examples at the start. The zig-zag is that of training by
/// minibatches of 1,000, whose noise is small: the mean cosine between successive steps, 1 on a straight way and
/// −1 where each step undoes the one before. How much a path turns back depends on the learning rate, which must
/// be the same for both; four of them are taken, half a decade apart, from where neither path turns on. (At
/// rates of their own, each as large as it bears, how often paths turn says more of the rates than of the inputs.)
///
/// LeCun, Bottou, Orr and Müller 1998, doi:10.1007/3-540-49430-8_2, 4.3.
public struct PositiveInputsZigZag: Experiment {
  public static let name = "positive-inputs-zig-zag"
  public static let summary = "the signs of gradients and the path, where all inputs are positive"
  public static let source =
    "CS231n, lecture on training neural networks; LeCun et al. 1998, doi:10.1007/3-540-49430-8_2"
  public static let claim =
    "Where inputs are not zero-centred but all positive, all weight gradients of a neuron share a sign, and "
    + "the path of training zig-zags."
  public static let rule =
    "It holds if with positive inputs every neuron's weight gradients share a sign and with centred ones fewer "
    + "than half do, and if the 95 % interval over seeds of the difference in the mean cosine between "
    + "successive steps at the same four learning rates, positive minus centred, lies below 0."
  public static let chapter = ExperimentChapter.activations
  public static let place = 14.2

  public init() {}

  private static let ways = [
    (name: "positive", preprocessing: "none"), (name: "centred", preprocessing: "mean-image"),
  ]

  private static let rates = ["0.003", "0.01", "0.03", "0.1"]

  private static func name(_ way: String, _ rate: String) -> String { "\(way), \(rate)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let steps = size.choose(full: 40, quick: 20)
    return Self.ways.flatMap { way -> [Suite.Group] in
      let problem = "softmax-regression[preprocessing=\(way.preprocessing);fold=1/50"
      let training = Self.rates.map { rate in
        var group = Suite.Group(
          name: Self.name(way.name, rate), optimizers: ["sgd[lr=\(rate)]"],
          problems: ["\(problem);batch=\(size.choose(full: 1000, quick: 500))]"])
        group.seeds = Array(1...size.choose(full: 10, quick: 5))
        group.budget = .steps(steps)
        group.recording = Recording(validations: 1, checkpoints: steps)
        return group
      }
      var single = Suite.Group(
        name: Self.name(way.name, "single"), optimizers: ["sgd[lr=0.01]"],
        problems: ["\(problem);batch=1]"]
      )
      single.budget = .steps(1)
      single.recording = Recording(path: .outcomes, validations: 1)
      return training + [single]
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "positive inputs and centred ones exchanged",
      (Self.rates + ["single"]).reduce(groups(size)) {
        $0.exchanging(Self.name("positive", $1), Self.name("centred", $1))
      })
  }

  /// The share of neurons, over single examples, whose weight gradients are all of one sign.
  private func oneSigned(_ session: any TrainingSession, examples: Int) throws(Undecided) -> Double
  {
    let x = session.initialParameters()
    guard let weights = session.layout.tensors.first(where: { $0.role == .weight }) else {
      throw Undecided("the problem has no weights")
    }
    var gradient = Vector<Float>(repeating: 0, count: x.count)
    var shared = 0
    for step in 1...examples {
      _ = session.lossAndGradient(at: x, step: step, gradient: &gradient, isTracked: false)
      for row in 0..<weights.rows {
        let first = weights.offset + row * weights.columns
        var signs: (up: Bool, down: Bool) = (false, false)
        for index in first..<(first + weights.columns) {
          if gradient[index] > 0 { signs.up = true }
          if gradient[index] < 0 { signs.down = true }
        }
        if !(signs.up && signs.down) { shared += 1 }
      }
    }
    return Double(shared) / Double(examples * max(weights.rows, 1))
  }

  /// The mean cosine between successive steps of a run.
  private func meanCosine(_ trajectory: Trajectory) throws(Undecided) -> Double {
    let points = trajectory.checkpoints.map { Vector($0.parameters) }
    let steps = zip(points.dropFirst(), points).map { $0 - $1 }
    let cosines = zip(steps.dropFirst(), steps).map { $0.dot($1) / ($0.norm * $1.norm) }
    guard let mean = Statistics.mean(cosines), mean.isFinite else {
      throw Undecided("a run took no steps")
    }
    return mean
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var shares: [Double] = []
    // By way and rate, a value a seed.
    var cosines: [[[Double]]] = []
    for way in Self.ways {
      let single = try runs.ended(Self.name(way.name, "single"))[0]
      shares.append(try oneSigned(try runs.session(of: single), examples: 200))
      var byRate: [[Double]] = []
      for rate in Self.rates {
        var means: [Double] = []
        for trajectory in try runs.trajectories(Self.name(way.name, rate), least: 5) {
          means.append(try meanCosine(trajectory))
        }
        byRate.append(means)
      }
      cosines.append(byRate)
    }
    // One value a seed: the runs of one seed share their minibatches.
    let means = cosines.map { byRate in
      byRate[0].indices.map { seed in
        byRate.map { $0[seed] }.reduce(0, +) / Double(byRate.count)
      }
    }
    guard let difference = Estimate.mean(of: zip(means[0], means[1]).map { $0 - $1 }),
      let interval = difference.interval
    else { throw Undecided("there are too few runs for an interval") }
    let isOneSigned = shares[0] == 1 && shares[1] < 0.5
    let zigZags = interval.upperBound < 0
    func text(_ value: Double?) -> String { Text.readable(value ?? .nan, digits: 2) }
    return Verdict(
      isOneSigned && zigZags ? .holds : .doesNotHold,
      "weight gradients share a sign in \(Text.percent(shares[0])) of neurons and examples with positive "
        + "inputs and in \(Text.percent(shares[1])) with centred ones; the mean cosine between successive "
        + "steps is \(text(Statistics.mean(means[0]))) and \(text(Statistics.mean(means[1]))): a "
        + "difference of \(text(difference.value)), 95 % interval \(text(interval.lowerBound)) to "
        + "\(text(interval.upperBound)) (\(means[0].count) seeds, \(Self.rates.count) learning rates)",
      numbers: [
        Verdict.Number("gradients of one sign, positive inputs", shares[0]).stated(1),
        Verdict.Number("gradients of one sign, centred inputs", shares[1]),
        Verdict.Number("mean cosine, positive inputs", medianOf: means[0]),
        Verdict.Number("mean cosine, centred inputs", medianOf: means[1]),
        Verdict.Number("difference", difference),
      ].compactMap { $0 },
      charts: [
        Chart(
          name: "turns",
          title: "How much training turns back, with positive inputs and with centred ones",
          x: Chart.Axis("learning rate", categories: Self.rates),
          y: Chart.Axis("mean cosine of successive steps", range: -1.05...1.05),
          series: zip(Self.ways, cosines).map { way, byRate in
            Chart.Series(
              "\(way.name) inputs",
              byRate.enumerated().map { Chart.Point(Double($0 + 1), medianOf: $1) })
          }, levels: [Chart.Level("right angles", at: 0)],
          notes: ["medians over seeds, with quartiles; 1: straight on, −1: straight back"])
      ])
  }
}
