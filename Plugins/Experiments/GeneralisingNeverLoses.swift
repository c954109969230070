import Analysis
import OptimizerKit

/// An optimizer that contains another one is, tuned, never worse than it.
///
/// Momentum with μ = 0 is gradient descent, and Adam with a large ε is momentum: its step is then
/// α/ε · m. Choi et al. found that such inclusions decide: once all that a method has is tuned, ε too,
/// the more general one never loses, and results to the contrary came of searches that left it fixed.
/// So each method is searched with all that it takes to be the ones that it contains, with equally many
/// trials of one kind, on seeds that are not judged.
///
/// Two validation losses of the same seed are compared by their ratio. That the general method is not
/// worse is not shown by an interval that holds 1, which the widest does, but by one that ends below
/// 1.05: a twentieth is less than another learning rate of the grid of common practice (a factor of 3)
/// changes. Intervals are those of Student's distribution for the mean logarithm, together 95 %.
///
/// Choi et al. 2019, arXiv 1910.05446.
public struct GeneralisingNeverLoses: Experiment {
  public static let name = "generalising-never-loses"
  public static let summary = "a tuned optimizer is never worse than one that it contains"
  public static let source = "Choi et al. 2019, arXiv 1910.05446"
  public static let claim =
    "Tuned momentum is never worse than tuned gradient descent, and tuned Adam, its ε included, never "
    + "worse than tuned momentum."
  public static let rule =
    "It holds if on every problem the more general method's validation loss is at most 1.05 times the "
    + "other's: the whole interval of the mean ratio over paired seeds (95 % for all comparisons together) "
    + "must lie below; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 22.0

  public init() {}

  private static let methods: [(name: String, title: String, optimizer: String)] = [
    ("sgd", "SGD", "sgd[lr=1e-2..10]:cosine"),
    ("momentum", "momentum", "momentum[lr=1e-3..10;momentum=0,0.5,0.9]:cosine"),
    ("adam", "Adam", "adam[lr=1e-3..10;beta1=0,0.5,0.9;epsilon=1e-8..1]:cosine"),
  ]
  private static let margin = 1.05

  private static func problems(_ size: ExperimentSize) -> [(name: String, problem: String)] {
    let spirals = [("spirals", "mlp[data=spirals;hidden=32x32;batch=100]")]
    return size.choose(
      full: spirals + [
        ("moons", "mlp[data=moons;hidden=16;batch=100]"),
        ("softmax", "softmax-regression[trainSize=10000]"),
        ("clothes", "mlp[hidden=64;trainSize=10000]"),
      ], quick: spirals)
  }

  private static func group(_ method: String, _ problem: String) -> String {
    "\(method) on \(problem)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.problems(size).flatMap { problem in
      Self.methods.map { method in
        var group = Suite.Group(
          name: Self.group(method.name, problem.name), optimizers: [method.optimizer],
          problems: [problem.problem])
        group.seeds = Array(1...size.choose(full: 20, quick: 16))
        group.budget = .steps(size.choose(full: 300, quick: 300))
        group.recording = Recording(every: 5, validations: 1)
        var tuning = Tuning(trials: size.choose(full: 48, quick: 48))
        tuning.method = .parzen
        tuning.seeds = size.choose(full: [101, 102, 103], quick: [101, 102])
        tuning.judgesDefaults = false
        group.tuning = tuning
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let groups = groups(size)
    return Opposite(
      "gradient descent in place of Adam, and Adam in place of gradient descent",
      Self.problems(size).reduce(groups) { groups, problem in
        groups.exchanging(Self.group("sgd", problem.name), Self.group("adam", problem.name))
      })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let problems = Self.problems(runs.size)
    let pairs = Array(zip(Self.methods, Self.methods.dropFirst()))
    let confidence = 1 - 0.05 / Double(pairs.count * problems.count)
    var numbers: [Verdict.Number] = []
    var worse: [String] = []
    var series: [Chart.Series] = []
    var worst = 0.0
    for pair in pairs {
      let title = "\(pair.1.title) / \(pair.0.title)"
      var points: [Chart.Point] = []
      for (place, problem) in problems.enumerated() {
        func losses(_ method: String) throws(Undecided) -> [Double] {
          try runs.values(Self.group(method, problem.name), "validation loss", least: 3) {
            $0.hasFailed ? .infinity : $0.validation?.loss
          }
        }
        let special = try losses(pair.0.name)
        let general = try losses(pair.1.name)
        guard special.count == general.count else {
          throw Undecided("there are not as many runs of one method as of the other")
        }
        guard special.allSatisfy({ $0 > 0 && $0.isFinite }) else {
          throw Undecided("\(pair.0.title) has no finite loss on \(problem.name)")
        }
        let logs = zip(general, special).map { Double.log($0 / $1) }
        guard let mean = Estimate.mean(of: logs, confidence: confidence) else {
          throw Undecided("there are no runs")
        }
        let interval = mean.interval.map { exp($0.lowerBound)...exp($0.upperBound) }
        let ratio = exp(mean.value)
        let upper = interval?.upperBound ?? .infinity
        worst = max(worst, upper)
        if upper > Self.margin { worse.append("\(pair.1.title) on \(problem.name)") }
        numbers.append(
          Verdict.Number("loss of \(title) on \(problem.name)", ratio, in: interval))
        points.append(
          Chart.Point(Double(place + 1) + (series.isEmpty ? -0.1 : 0.1), ratio, in: interval))
      }
      series.append(Chart.Series(title, points, style: .points, optimizer: pair.1.name))
    }
    let count = pairs.count * problems.count
    return Verdict(
      worse.isEmpty ? .holds : .doesNotHold,
      worse.isEmpty
        ? "in all \(count) comparisons the general method's loss is at most "
          + "\(Self.text(worst)) times the other's, intervals included"
        : "in \(worse.count) of \(count) comparisons it is not excluded that the general method's loss is "
          + "more than \(Self.text(Self.margin)) times the other's: \(worse.joined(separator: ", "))",
      numbers: numbers,
      charts: [
        Chart(
          name: "ratios",
          title: "Validation loss over that of the method contained, both tuned",
          x: Chart.Axis("", categories: problems.map(\.name)),
          y: Chart.Axis("ratio of validation losses", isLog: true), series: series,
          levels: [Chart.Level("the most that is allowed, 1.05", at: Self.margin)],
          notes: [
            "geometric means over paired seeds with intervals that hold together with 95 %; below 1 the "
              + "more general method is better"
          ])
      ])
  }

  private static func text(_ value: Double) -> String { shortest(rounded(value, digits: 3)) }
}
