import Analysis
import Networks
import OptimizerKit

/// What a network must do before it is trained.
///
/// Its first loss is that of a guess: small first weights give all C classes nearly the same output, and
/// softmax cross-entropy of equal odds is ln C. A regularizer raises it, by its strength times Σ w². And a
/// few examples are learned by heart: a network that cannot do that has a fault. That every one of n
/// examples is right follows from the loss alone: their mean loss below ln 2 / n bounds each of theirs by
/// ln 2, so that the right class has more than half of the odds.
///
/// The first loss counts as ln C within 5 %: weights of the output layer with deviation 0.01 leave
/// about 1 %, those without a smaller output layer 10 % and more. The rise counts as the regularizer's
/// within a thousandth: losses are means in single precision, to seven digits.
///
/// CS231n, "Neural Networks Part 3: sanity checks".
public struct SanityChecks: Experiment {
  public static let name = "sanity-checks"
  public static let summary =
    "first loss ln C, a regularizer raises it, a few examples learned by heart"
  public static let source =
    "CS231n, lecture on training neural networks, \"Babysitting the learning\""
  public static let claim =
    "Before any training the softmax loss is ln C, a regularizer raises it, and twenty examples can be "
    + "fitted to 100 % accuracy."
  public static let rule =
    "It holds if for every network and seed the first loss lies within 5 % of ln C, each regularizer adds its "
    + "strength times the sum of squared weights to it, within a thousandth, and the mean loss on twenty examples "
    + "falls below ln 2 / 20, where all are right, within 300 steps; it does not hold otherwise."
  public static let chapter = ExperimentChapter.watching
  public static let place = 24.0

  public init() {}

  private static let examples = 20
  private static let strengths = ["1e-4", "1e-3", "1e-2"]

  private static func raised(_ strength: String) -> String { "l2-\(strength)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let seeds = Array(1...size.choose(full: UInt64(10), quick: 2))
    func group(_ name: String, _ problems: [String], steps: Int) -> Suite.Group {
      var group = Suite.Group(name: name, optimizers: ["adam[lr=1e-3]"], problems: problems)
      group.seeds = seeds
      group.budget = .steps(steps)
      group.recording.validations = 1
      return group
    }
    let few = "trainSize=\(Self.examples);batch=\(Self.examples)"
    var first = group(
      "first-loss",
      size.choose(
        full: [
          "mlp[batch=256]", "mlp[batch=256;data=spirals]", "mlp[batch=256;data=blobs]",
          "cnn[batch=64]", "softmax-regression[batch=64]",
        ], quick: ["mlp[batch=256]", "mlp[batch=256;data=spirals]"]), steps: 1)
    first.recording.checkpoints = 1
    let raised = Self.strengths.map { strength in
      group(Self.raised(strength), ["mlp[batch=256;l2=\(strength)]"], steps: 1)
    }
    var plain = group("no-regularizer", ["mlp[batch=256]"], steps: 1)
    plain.recording.checkpoints = 1
    return [first, plain] + raised + [
      group(
        "twenty-examples",
        size.choose(full: ["mlp[\(few)]", "cnn[\(few)]"], quick: ["mlp[\(few)]"]),
        steps: size.choose(full: 300, quick: 150))
    ]
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "first weights of deviation 1, sure of what they cannot know",
      groups(size).replacing(
        "mlp[batch=256", by: "mlp[init=normal(1);batch=256", in: ["first-loss"]))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    // The first loss, as a share of a guess's.
    var shares: [Double] = []
    for run in try runs.ended("first-loss", least: 2) {
      guard let guess = (try runs.problem(of: run) as? any TrainingProblem)?.lossOfGuess else {
        throw Undecided("a network of first-loss has no classes")
      }
      shares.append(run.initialLoss / guess)
    }
    // What the regularizer adds, beside strength Σ w² over the weights of the same start.
    let plain = try runs.ended("no-regularizer", least: 2)
    var additions: [[Double]] = []
    var misses: [Double] = []
    for strength in Self.strengths {
      let raised = try runs.values(Self.raised(strength), "first loss", least: plain.count) {
        $0.initialLoss
      }
      var added: [Double] = []
      for (run, loss) in zip(plain, raised) {
        let rise = loss - run.initialLoss
        let expected = try (Double(strength) ?? .nan) * squaredWeights(of: run, runs)
        added.append(rise)
        misses.append(abs(rise / expected - 1))
      }
      additions.append(added)
    }
    // Steps until all of the twenty are right.
    let limit = Double.log(2) / Double(Self.examples)
    let tiny = try runs.ended("twenty-examples", least: 2)
    var steps: [Double] = []
    var traced: [Trajectory] = []
    for run in tiny {
      let trajectory = try runs.traced(run).trajectory
      traced.append(trajectory)
      steps.append(
        zip(trajectory.steps, trajectory.losses).first { $1 < limit }.map { Double($0.0) }
          ?? .infinity)
    }
    guard let guessed = Estimate.median(of: shares),
      let worst = shares.map({ abs($0 - 1) }).max(), let miss = misses.max(),
      let least = additions.flatMap({ $0 }).min(), let slowest = steps.max(),
      let fitted = Estimate.share(steps.count(where: \.isFinite), of: steps.count),
      let median = Estimate.median(of: steps)
    else { throw Undecided("there are no runs") }
    let isGuess = worst <= 0.05
    let isRaised = least > 0 && miss <= 1e-3
    let isFitted = slowest.isFinite
    func percent(_ share: Double) -> String { "\((1000 * share).rounded() / 10) %" }
    return Verdict(
      isGuess && isRaised && isFitted ? .holds : .doesNotHold,
      "the first loss is \(percent(guessed.value)) of a guess's (off by \(percent(worst)) at most over "
        + "\(shares.count) starts); regularizers add what they should to \(rounded(miss)); "
        + (isFitted
          ? "twenty examples are all right after \(Int(median.value)) steps, \(Int(slowest)) at most"
          : "twenty examples are all right in \(steps.count(where: \.isFinite)) of \(steps.count) runs"),
      numbers: [
        Verdict.Number("first loss over a guess's", guessed).stated(1),
        Verdict.Number("most that it is off", worst),
        Verdict.Number("most that a regularizer's rise is off", miss),
        Verdict.Number("share that fits twenty examples", fitted),
        Verdict.Number("steps to fit them", median),
      ],
      charts: [chart(shares, additions, tiny, traced, limit)])
  }

  private func rounded(_ value: Double) -> String {
    value == 0 ? "0" : "1 part in \(Int((1 / value).rounded()))"
  }

  /// Σ w² over the weights that a run starts with.
  private func squaredWeights(of run: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> Double
  {
    guard let start = try runs.traced(run).trajectory.checkpoints.first?.parameters else {
      throw Undecided("no parameters were kept of \(run.spec.problem.name)")
    }
    return try runs.session(of: run).layout.tensors.filter { $0.role == .weight }.reduce(0) {
      $0 + start[$1.offset..<$1.offset + $1.count].reduce(0) { $0 + Double($1) * Double($1) }
    }
  }

  private func chart(
    _ shares: [Double], _ additions: [[Double]], _ tiny: [RunRecord], _ traced: [Trajectory],
    _ limit: Double
  ) -> Chart {
    var names: [String] = []
    for run in tiny where !names.contains(run.spec.problem.name) {
      names.append(run.spec.problem.name)
    }
    let curves = names.map { name in
      let own = zip(tiny, traced).filter { $0.0.spec.problem.name == name }.map(\.1)
      let rows = own.map(\.count).min() ?? 0
      return Chart.Series(
        name,
        (0..<rows).map { row in
          Chart.Point(Double(own[0].steps[row]), medianOf: own.map { $0.losses[row] })
        })
    }
    return Chart(
      name: "checks", title: "Three checks before a network is trained",
      panels: [
        Chart.Panel(
          "first loss", x: Chart.Axis("start, by network and seed"),
          y: Chart.Axis("loss / ln C", range: 0...max(1.2, 1.1 * (shares.max() ?? 1))),
          series: [
            Chart.Series(
              "", shares.enumerated().map { Chart.Point(Double($0 + 1), $1) }, style: .points)
          ], levels: [Chart.Level("a guess", at: 1)]),
        Chart.Panel(
          "what a regularizer adds", x: Chart.Axis("strength of L2", isLog: true),
          y: Chart.Axis("rise of the first loss", isLog: true),
          series: [
            Chart.Series(
              "",
              zip(Self.strengths, additions).compactMap { strength, added in
                Double(strength).map { Chart.Point($0, medianOf: added) }
              }, style: .points)
          ]),
        Chart.Panel(
          "twenty examples", x: Chart.Axis("step"), y: Chart.Axis("training loss", isLog: true),
          series: curves, levels: [Chart.Level("all are right", at: limit)]),
      ], notes: ["bands and whiskers: quartiles over seeds"])
  }
}
