import Analysis
import Networks
import OptimizerKit

/// The gap between training and validation accuracy, and whether it names the right cure.
///
/// A large gap is said to mean overfitting, none with both accuracies poor underfitting. That is more than
/// a name if the cure that it suggests works: against overfitting more examples, against underfitting a larger
/// model or less regularisation. Four settings differ by one thing each from "right", a network of 64 units
/// on many examples:
///
/// - "few examples" has a hundredth of them: a gap is expected, and more examples should help;
/// - "small model" has one hidden unit, "held back" an L2 of 0.1: no gap is expected, and undoing that should
///   help;
/// - "small, few" is the small model with the few examples of the first: by its lack of a gap more examples
///   should do little for it.
///
/// Accuracies are of the last parameters, outside of training, over validation examples and up to 2000
/// training examples. A gap counts as large above 10 points and as none below 5, the interval of its mean on
/// that side: on 200 examples one point is two of them.
public struct GapShowsFit: Experiment {
  public static let name = "gap-shows-fit"
  public static let summary = "over- and underfitting from the gap between training and validation"
  public static let source =
    "CS231n, lecture on training neural networks, \"Monitor and visualize the accuracy\""
  public static let claim =
    "A large gap between training and validation accuracy means overfitting, and no gap with both poor means "
    + "that the model is too small or held back too much."
  public static let rule =
    "It holds if the mean gap is above 10 points with few examples and below 5 with a small model and with one held "
    + "back, if undoing each raises the validation accuracy, and if more examples do less for the small model than for "
    + "the large one, all with their 95 % intervals; it does not hold otherwise."
  public static let chapter = ExperimentChapter.watching
  public static let place = 27.0

  public init() {}

  private static let names = ["right", "few-examples", "small-model", "held-back", "small-few"]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let many = size.choose(full: 20000, quick: 6000)
    let few = size.choose(full: 200, quick: 60)
    let problems = [
      "mlp[hidden=64;batch=50;trainSize=\(many)]", "mlp[hidden=64;batch=50;trainSize=\(few)]",
      "mlp[hidden=1;batch=50;trainSize=\(many)]",
      "mlp[hidden=64;batch=50;l2=0.1;trainSize=\(many)]",
      "mlp[hidden=1;batch=50;trainSize=\(few)]",
    ]
    return zip(Self.names, problems).map { name, problem in
      var group = Suite.Group(name: name, optimizers: ["adam[lr=3e-3]"], problems: [problem])
      group.seeds = Array(1...size.choose(full: 8, quick: 3))
      group.budget = .steps(size.choose(full: 1000, quick: 200))
      group.recording.validations = size.choose(full: 10, quick: 7)
      group.recording.checkpoints = 1
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "few examples and the small model exchanged",
      groups(size).exchanging("few-examples", "small-model"))
  }

  /// Accuracies of a group's runs, in points.
  private struct Accuracies {
    var training: [Double] = []
    var validation: [Double] = []
    var gaps: [Double] { zip(training, validation).map { $0 - $1 } }
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var found: [String: Accuracies] = [:]
    for name in Self.names { found[name] = try accuracies(of: name, runs) }
    func of(_ name: String) -> Accuracies { found[name] ?? Accuracies() }
    func estimate(_ values: [Double]) throws(Undecided) -> (value: Double, in: ClosedRange<Double>)
    {
      guard let mean = Estimate.mean(of: values), let interval = mean.interval else {
        throw Undecided("too few runs for an interval")
      }
      return (mean.value, interval)
    }
    func gain(_ better: String, _ name: String) -> [Double] {
      zip(of(better).validation, of(name).validation).map { $0 - $1 }
    }
    let few = try estimate(of("few-examples").gaps)
    let small = try estimate(of("small-model").gaps)
    let held = try estimate(of("held-back").gaps)
    let more = gain("right", "few-examples")
    let moreForSmall = gain("small-model", "small-few")
    let cures = [
      try estimate(more), try estimate(gain("right", "small-model")),
      try estimate(gain("right", "held-back")),
    ]
    let difference = try estimate(zip(more, moreForSmall).map { $0 - $1 })
    let holds =
      few.in.lowerBound > 10 && small.in.upperBound < 5 && held.in.upperBound < 5
      && cures.allSatisfy { $0.in.lowerBound > 0 } && difference.in.lowerBound > 0
    func text(_ value: Double) -> String { "\((10 * value).rounded() / 10)" }
    func number(_ name: String, _ e: (value: Double, in: ClosedRange<Double>)) -> Verdict.Number {
      Verdict.Number(name, e.value, in: e.in, unit: "points")
    }
    let classes = [
      ("few-examples", LossCurve.overfits), ("small-model", .underfits), ("held-back", .underfits),
    ]
    .map { name, expected in
      "\(runs[name].count { $0.measures.curve == expected }) of \(runs[name].count) \(name)"
    }
    return Verdict(
      holds ? .holds : .doesNotHold,
      "the gap is \(text(few.value)) points with few examples, \(text(small.value)) with a small model, "
        + "\(text(held.value)) with one held back; more examples, a larger model and less regularisation give "
        + cures.map { text($0.value) }.joined(separator: ", ")
        + " points of validation accuracy; more examples give the small model "
        + "\(text(Statistics.mean(moreForSmall) ?? .nan)); the loss curves alone say so of "
        + classes.joined(separator: ", "),
      numbers: [
        number("gap with few examples", few), number("gap of a small model", small),
        number("gap of one held back", held), number("gain by more examples", cures[0]),
        number("gain by a larger model", cures[1]), number("gain by less regularisation", cures[2]),
        number("more examples: gain beyond that of the small model", difference),
      ],
      charts: [
        Chart(
          name: "accuracies",
          title: "Training and validation accuracy, one thing changed at a time",
          x: Chart.Axis(
            "", categories: Self.names.map { $0.replacing("-", with: " ") }),
          y: Chart.Axis("accuracy (%)", range: 0...105),
          series: [("training", \Accuracies.training), ("validation", \Accuracies.validation)].map {
            label, path in
            Chart.Series(
              label,
              Self.names.enumerated().map {
                Chart.Point(Double($0 + 1), medianOf: of($1)[keyPath: path])
              }, style: .bars)
          }, notes: ["bars: medians over seeds with quartiles; the last parameters"])
      ])
  }

  private func accuracies(of name: String, _ runs: ExperimentRuns) throws(Undecided) -> Accuracies {
    var result = Accuracies()
    for run in try runs.ended(name, least: 3) {
      guard let last = try runs.traced(run).trajectory.checkpoints.last?.parameters,
        let validation = run.validation?.accuracy,
        let session = try runs.session(of: run) as? NetworkSession
      else { throw Undecided("a run of \(name) has no accuracy") }
      let training = session.trainingMetrics(Vector(last), most: 2000)
      result.training.append(100 * training.accuracy)
      result.validation.append(100 * validation)
    }
    return result
  }
}
