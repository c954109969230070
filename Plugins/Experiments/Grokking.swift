import Analysis
import OptimizerKit

/// A network generalises long after it has learnt its examples by heart.
///
/// On addition modulo 31 with 70 % of all pairs in every gradient, a network of one hidden layer fits its
/// pairs early and gives the others wrongly; if weights decay, it gives them rightly much later, with
/// nothing new to be seen in its training.
///
/// By heart means that 99 % of the pairs trained on are given rightly, to generalise that 95 % of the others
/// are; both are looked at every 20 steps.
/// "Long after" is taken to be ten times as many steps, an order of magnitude, for the whole 95 % interval
/// of the median; and at the time of the first the others must be wrong for the most part, or there
/// would be nothing left to be grokked. The same network without weight decay is shown beside it and is
/// not judged.
///
/// Power, Burda, Edwards, Babuschkin and Misra 2022, arXiv 2201.02177.
public struct Grokking: Experiment {
  public static let name = "grokking"
  public static let summary = "a network that generalises long after it has learnt by heart"
  public static let source = "Power et al. 2022, arXiv 2201.02177"
  public static let claim =
    "On modular addition a network generalises long after it has learnt its training pairs by heart."
  public static let rule =
    "It holds if most pairs that were not trained on are still given wrongly when all that were are given "
    + "rightly, and if 95 % of them are given rightly only after ten times as many steps or more, by the "
    + "95 % interval of the median over seeds; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 25.0

  public init() {}

  private static let decay = "weight decay"
  private static let none = "no weight decay"
  /// Every so many steps it is validated.
  private static let every = 20
  private static let byHeart = 0.99
  private static let delay = 10.0
  private static let generalised = 0.95

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    [(Self.decay, 1), (Self.none, 0)].map { name, decay in
      var group = Suite.Group(
        name: name, optimizers: ["adamw[lr=0.01;weightDecay=\(decay)]"],
        problems: ["modular-addition[modulus=31;share=0.7]"])
      group.seeds = Array(1...size.choose(full: 8, quick: 3))
      let steps = size.choose(full: 3000, quick: 2200)
      group.budget = .steps(steps)
      group.recording = Recording(
        every: Self.every, validations: steps / Self.every, checkpoints: steps / Self.every)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "no weight decay", groups(size).exchanging(Self.decay, Self.none))
  }

  /// How one run went.
  private struct Course {
    /// The step by which all was learnt by heart.
    let heart: Double
    /// What share of the other pairs was given rightly then.
    let accuracy: Double
    /// The steps by which half and nearly all of them were; infinite where they never are.
    let half: Double
    let generalised: Double
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var courses: [Course] = []
    var trained: [[Trajectory.Validation]] = []
    for run in try runs.ended(Self.decay, least: 3) {
      let path = try runs.traced(run).trajectory
      let early = try Self.training(run, path, runs)
      trained.append(early)
      guard let heart = early.first(where: { $0.metrics.accuracy >= Self.byHeart })?.step else {
        throw Undecided("a run has not learnt its pairs by heart in \(run.steps) steps")
      }
      let before = path.validation.last { $0.step <= heart }
      func step(_ accuracy: Double) -> Double {
        path.validation.first { $0.metrics.accuracy >= accuracy }.map { Double($0.step) }
          ?? .infinity
      }
      courses.append(
        Course(
          heart: Double(heart), accuracy: before?.metrics.accuracy ?? 0,
          half: step(0.5), generalised: step(Self.generalised)))
    }
    let delays = courses.map { $0.generalised / $0.heart }
    let early = try Self.median(courses.map(\.accuracy))
    let heart = try Self.median(courses.map(\.heart))
    let end = try Self.median(courses.map(\.generalised))
    let delay = try Self.median(delays)
    let least = delay.interval?.lowerBound ?? delay.value
    let isUnknown = (early.interval?.upperBound ?? early.value) < 0.5
    let learns = delay.value.isFinite
    let holds = isUnknown && learns && least >= Self.delay
    var series = [
      Chart.Series("trained pairs", Self.points(trained) { 100 * $0.metrics.accuracy })
    ]
    for (name, title) in [(Self.decay, "with weight decay"), (Self.none, "without")] {
      series.append(
        Chart.Series(
          "others, \(title)",
          Self.points(try Self.paths(name, runs).map { $0.validation }) {
            100 * $0.metrics.accuracy
          }))
    }
    let text = { (value: Double) in shortest(rounded(value, digits: 2)) }
    return Verdict(
      holds ? .holds : .doesNotHold,
      "the pairs trained on are known by heart after \(text(heart.value)) steps, with "
        + "\(text(100 * early.value)) % of the others right; "
        + (learns
          ? "95 % of these are right after \(text(end.value)) steps, \(text(delay.value)) times as many"
          : "95 % of these are not right at any time")
        + " (medians over \(courses.count) seeds)",
      numbers: [
        Verdict.Number("by heart after", heart, unit: "steps"),
        Verdict.Number(
          "others right then", 100 * early.value,
          in: early.interval.map { 100 * $0.lowerBound...100 * $0.upperBound }, unit: "%"),
        Verdict.Number(
          "half of the others right after", try Self.median(courses.map(\.half)), unit: "steps"),
        Verdict.Number("generalised after", end, unit: "steps"),
        Verdict.Number("delay", delay, unit: "times"),
      ],
      charts: [
        Chart(
          name: "accuracy",
          title: "Addition modulo 31: by heart early, generalised late",
          x: Chart.Axis("step", isLog: true),
          y: Chart.Axis("given rightly, %", range: 0...100), series: series,
          levels: [Chart.Level("generalised", at: 100 * Self.generalised)],
          notes: ["medians and quartiles over \(courses.count) seeds; full batches, AdamW"])
      ])
  }

  /// How many of the pairs trained on are given rightly, at each checkpoint.
  private static func training(_ run: RunRecord, _ path: Trajectory, _ runs: ExperimentRuns)
    throws(Undecided) -> [Trajectory.Validation]
  {
    guard let problem = try runs.problem(of: run) as? ModularAddition else {
      throw Undecided("\(run.spec.problem.name) has no pairs")
    }
    do {
      let metrics = try problem.trainingMetrics(seed: run.spec.seed)
      return path.checkpoints.map {
        Trajectory.Validation(step: $0.step, metrics: metrics(Vector($0.parameters)))
      }
    } catch { throw Undecided("\(error)") }
  }

  private static func median(_ values: [Double]) throws(Undecided) -> Estimate {
    guard let median = Estimate.median(of: values) else { throw Undecided("there are no runs") }
    return median
  }

  private static func paths(_ group: String, _ runs: ExperimentRuns) throws(Undecided)
    -> [Trajectory]
  {
    var paths: [Trajectory] = []
    for run in try runs.ended(group) { paths.append(try runs.traced(run).trajectory) }
    return paths
  }

  /// A value of each validation pass but the first, which a logarithmic axis has no place for.
  private static func points(
    _ passes: [[Trajectory.Validation]], _ value: (Trajectory.Validation) -> Double
  ) -> [Chart.Point] {
    (1..<max(passes.map(\.count).min() ?? 1, 1)).map { place in
      Chart.Point(
        Double(passes[0][place].step), medianOf: passes.map { value($0[place]) })
    }
  }
}
