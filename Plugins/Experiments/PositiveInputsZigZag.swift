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
/// minibatches of 1,000, whose noise is small, each at the best of six learning rates: the mean cosine between
/// successive steps, 1 on a straight way and −1 where each step undoes the one before.
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
    + "successive steps, positive minus centred, lies below 0."
  public static let chapter = ExperimentChapter.activations
  public static let place = 14.2

  public init() {}

  private static let ways = [
    (name: "positive", preprocessing: "none"), (name: "centred", preprocessing: "mean-image"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let steps = size.choose(full: 40, quick: 20)
    return Self.ways.flatMap { way -> [Suite.Group] in
      let problem = "softmax-regression[preprocessing=\(way.preprocessing);fold=1/50"
      var training = Suite.Group(
        name: way.name, optimizers: ["sgd[lr=0.003,0.01,0.03,0.1,0.3,1]"],
        problems: ["\(problem);batch=\(size.choose(full: 1000, quick: 500))]"])
      training.seeds = Array(1...size.choose(full: 10, quick: 5))
      training.budget = .steps(steps)
      training.tuneOnGrid(trials: 6)
      training.recording = Recording(validations: 1, checkpoints: steps)
      var single = Suite.Group(
        name: "\(way.name), single", optimizers: ["sgd[lr=0.01]"], problems: ["\(problem);batch=1]"]
      )
      single.budget = .steps(1)
      single.recording = Recording(path: .outcomes, validations: 1)
      return [training, single]
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "positive inputs and centred ones exchanged",
      groups(size).exchanging("positive", "centred")
        .exchanging("positive, single", "centred, single"))
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
    var cosines: [[Double]] = []
    var curves: [Chart.Series] = []
    for way in Self.ways {
      let single = try runs.ended("\(way.name), single")[0]
      shares.append(try oneSigned(try runs.session(of: single), examples: 200))
      let trajectories = try runs.trajectories(way.name, least: 5)
      var means: [Double] = []
      for trajectory in trajectories { means.append(try meanCosine(trajectory)) }
      cosines.append(means)
      curves.append(Chart.Series("\(way.name) inputs", lossesOf: trajectories, window: 1))
    }
    guard
      let difference = Estimate.mean(of: zip(cosines[0], cosines[1]).map { $0 - $1 }),
      let interval = difference.interval
    else { throw Undecided("there are too few runs for an interval") }
    let isOneSigned = shares[0] == 1 && shares[1] < 0.5
    let zigZags = interval.upperBound < 0
    func text(_ value: Double?) -> String { Text.readable(value ?? .nan, digits: 2) }
    return Verdict(
      isOneSigned && zigZags ? .holds : .doesNotHold,
      "weight gradients share a sign in \(Text.percent(shares[0])) of neurons and examples with positive "
        + "inputs and in \(Text.percent(shares[1])) with centred ones; the mean cosine between successive "
        + "steps is \(text(Statistics.mean(cosines[0]))) and \(text(Statistics.mean(cosines[1]))): a "
        + "difference of \(text(difference.value)), 95 % interval \(text(interval.lowerBound)) to "
        + "\(text(interval.upperBound)) (\(cosines[0].count) seeds)",
      numbers: [
        Verdict.Number("gradients of one sign, positive inputs", shares[0]).stated(1),
        Verdict.Number("gradients of one sign, centred inputs", shares[1]),
        Verdict.Number("mean cosine, positive inputs", medianOf: cosines[0]),
        Verdict.Number("mean cosine, centred inputs", medianOf: cosines[1]),
        Verdict.Number("difference", difference),
      ].compactMap { $0 },
      charts: [
        Chart(
          name: "signs",
          title: "Signs of a neuron's weight gradients, and how training turns back, by its inputs",
          panels: [
            Chart.Panel(
              "All of one sign", x: Chart.Axis("inputs", categories: Self.ways.map(\.name)),
              y: Chart.Axis("neurons × examples, per cent", range: 0...105),
              series: [
                Chart.Series(
                  "", shares.enumerated().map { Chart.Point(Double($0 + 1), 100 * $1) },
                  style: .bars)
              ]),
            Chart.Panel(
              "Turning back", x: Chart.Axis("inputs", categories: Self.ways.map(\.name)),
              y: Chart.Axis("mean cosine of successive steps", range: -1...1),
              series: [
                Chart.Series(
                  "", cosines.enumerated().map { Chart.Point(Double($0 + 1), medianOf: $1) },
                  style: .points)
              ], levels: [Chart.Level("right angles", at: 0)]),
          ], notes: ["medians over seeds, with quartiles"]),
        Chart(
          name: "loss",
          title: "Training loss with positive inputs and with centred ones, each at its best rate",
          x: Chart.Axis("step"), y: Chart.Axis("loss of the minibatch", isLog: true),
          series: curves,
          notes: ["medians over seeds, with quartiles"]),
      ])
  }
}
