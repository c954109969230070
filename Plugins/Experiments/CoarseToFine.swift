import Analysis
import OptimizerKit

/// Coarse to fine against one coarse stage, and a logarithmic scale against a linear one, with equally many
/// trials.
///
/// The learning rate and the momentum of heavy ball are searched on two surfaces, with eight trials and with
/// 32, for many seeds of the search: half of the trials over the whole space and two closer looks around the best
/// ones (coarse to fine); one stage of as many points, evenly spread (Sobol), at random or in a grid; a Parzen
/// estimator and successive halving for comparison; and, for the scale, at random among rates evenly spaced
/// between 0 and 1 in place of evenly spaced logarithms from 10⁻⁶ to 1. What is found is judged on instances
/// that no trial saw, by the score that trials are chosen by: the mean of log₁₀ of the evaluations to the
/// targets 10⁻¹ to 10⁻⁸ of f₀ − f*.
///
/// Searches of one seed are paired, and each pair counts once, by its mean over both surfaces. Means of
/// pairs are judged, by Student's interval: scores are logarithms within bounds, and many pairs are equal,
/// where a median says nothing. A closer look
/// needs something to look closer at: few trials and many are two questions.
///
/// CS231n, "Neural Networks Part 3: hyperparameter optimization".
public struct CoarseToFine: Experiment {
  public static let name = "coarse-to-fine"
  public static let summary =
    "coarse to fine in log space against one coarse stage, equally many trials"
  public static let source = "CS231n, \"Neural Networks Part 3: hyperparameter optimization\""
  public static let claim =
    "A search from coarse to fine, in log space, finds better settings than one coarse stage with equally many "
    + "trials, and than one on a linear scale."
  public static let rule =
    "It holds if, paired by the seed of the search and for both numbers of trials, the mean score of coarse to fine "
    + "is better than that of one evenly spread stage, and that of random search in log space better than on a linear "
    + "scale, with their 95 % intervals; it holds only where that is so, and does not hold where nothing of it is."
  public static let chapter = ExperimentChapter.watching
  public static let place = 28.1

  public init() {}

  private static let methods: [(name: String, method: Tuning.Method, rates: String)] = [
    ("coarse-to-fine", .coarseToFine, "1e-6..1"), ("one-stage", .sobol, "1e-6..1"),
    ("random", .random, "1e-6..1"),
    ("linear", .random, (1...50).map { "\(Double(2 * $0) / 100)" }.joined(separator: ",")),
    ("grid", .grid, "1e-6..1"), ("parzen", .parzen, "1e-6..1"), ("halving", .halving, "1e-6..1"),
  ]

  /// The methods that the claim is about stand first.
  private static func names(_ size: ExperimentSize) -> [String] {
    methods.prefix(size.choose(full: methods.count, quick: 4)).map(\.name)
  }
  private static func trials(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [8, 32], quick: [8])
  }
  private static func searches(_ size: ExperimentSize) -> ClosedRange<UInt64> {
    1...size.choose(full: 24, quick: 12)
  }
  private static func group(_ method: String, _ trials: Int, _ search: UInt64) -> String {
    "\(method)-\(trials)-\(search)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    var groups: [Suite.Group] = []
    for (name, method, rates) in Self.methods where Self.names(size).contains(name) {
      for trials in Self.trials(size) {
        for search in Self.searches(size) {
          var group = Suite.Group(
            name: Self.group(name, trials, search),
            optimizers: ["momentum[lr=\(rates);momentum=0..0.99]"],
            problems: size.choose(
              full: ["quadratic[condition=100]", "rosenbrock"], quick: ["rosenbrock"]))
          group.instances = (1...size.choose(full: UInt64(5), quick: 2)).map { Instance($0) }
          group.budget = .steps(1000)
          group.recording.path = .outcomes
          var tuning = Tuning(trials: trials)
          tuning.method = method
          tuning.judgesDefaults = false
          tuning.searchSeed = search
          tuning.instances = (101...size.choose(full: UInt64(102), quick: 101)).map { Instance($0) }
          group.tuning = tuning
          groups.append(group)
        }
      }
    }
    return groups
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    var groups = groups(size)
    for trials in Self.trials(size) {
      for search in Self.searches(size) {
        func name(_ method: String) -> String { Self.group(method, trials, search) }
        groups = groups.exchanging(name("coarse-to-fine"), name("one-stage"))
          .exchanging(name("random"), name("linear"))
      }
    }
    return Opposite("coarse to fine and one stage exchanged, and the two scales", groups)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let names = Self.names(runs.size)
    let counts = Self.trials(runs.size)
    // By method and number of trials, one score for each search.
    var scores: [String: [Double]] = [:]
    for name in names {
      for trials in counts {
        for search in Self.searches(runs.size) {
          var sum = 0.0
          let ended = try runs.ended(Self.group(name, trials, search), least: 2)
          for run in ended {
            sum += Criterion.standard.score(
              of: run.outcome, budget: run.spec.budget,
              on: JudgedProblem(try runs.problem(of: run)))
          }
          scores["\(name) \(trials)", default: []].append(sum / Double(ended.count))
        }
      }
    }
    func of(_ name: String, _ trials: Int) -> [Double] { scores["\(name) \(trials)"] ?? [] }
    var numbers: [Verdict.Number] = []
    var parts: [String] = []
    var right: [(better: String, trials: Int)] = []
    for trials in counts {
      for (first, second) in [("coarse-to-fine", "one-stage"), ("random", "linear")] {
        guard
          let gain = Estimate.mean(of: zip(of(first, trials), of(second, trials)).map { $1 - $0 })
        else { throw Undecided("there are no searches") }
        let isStage = second == "one-stage"
        let factor = (100 * Double.exp(Double.log(10) * gain.value)).rounded() / 100
        let better = isStage ? "coarse to fine" : "a logarithmic scale"
        parts.append(
          "with \(trials) trials what \(isStage ? "one stage" : "a linear scale") finds needs \(factor) times the "
            + "evaluations of what \(better) finds")
        numbers.append(
          Verdict.Number("log₁₀ of what \(better) saves, \(trials) trials", gain))
        if let interval = gain.interval, interval.lowerBound > 0 {
          right.append((better, trials))
        }
      }
    }
    let all = 2 * counts.count
    let conditions = ["coarse to fine", "a logarithmic scale"].compactMap { better -> String? in
      let counts = right.filter { $0.better == better }.map { "\($0.trials)" }
      return counts.isEmpty
        ? nil : "\(better) is better with \(counts.joined(separator: " and ")) trials"
    }
    return Verdict(
      right.count == all ? .holds : right.isEmpty ? .doesNotHold : .holdsOnlyWhen,
      (right.isEmpty || right.count == all
        ? "" : "only " + conditions.joined(separator: ", ") + ": ")
        + parts.joined(separator: "; ")
        + " (means over \(Self.searches(runs.size).count) pairs of searches)",
      numbers: numbers, charts: [chart(names, counts, of)])
  }

  private func chart(
    _ names: [String], _ counts: [Int], _ scores: (String, Int) -> [Double]
  ) -> Chart {
    let labels = [
      "coarse-to-fine": "coarse to fine", "one-stage": "one stage", "linear": "linear scale",
    ]
    return Chart(
      name: "searches", title: "What each way to search finds, with equally many trials",
      x: Chart.Axis("", categories: names.map { labels[$0] ?? $0 }),
      y: Chart.Axis("evaluations to the targets", isLog: true),
      series: counts.enumerated().map { place, trials in
        Chart.Series(
          "\(trials) trials",
          names.enumerated().map { index, name in
            Chart.Point(
              Double(index + 1) + 0.2 * (Double(place) - 0.5 * Double(counts.count - 1)),
              medianOf: scores(name, trials).map { Double.exp(Double.log(10) * $0) })
          }, style: .points)
      },
      notes: [
        "geometric mean over the targets 1e-1 to 1e-8 of f₀ − f* on both surfaces, on instances that no trial saw; "
          + "medians and quartiles over searches"
      ])
  }
}
