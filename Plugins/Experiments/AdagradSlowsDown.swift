import Analysis
import OptimizerKit

/// AdaGrad's steps shrink for ever, and keep it near saddles.
///
/// It divides gradients by the root of the sum of their squares. Where gradients do not vanish, as with
/// noise of deviation σ, that sum grows like σ²t and steps shrink like α/√t, whatever the surface. On a
/// round quadratic with such noise the step lengths of each run are measured by octaves of t, from 32 on,
/// when the sum has forgotten its beginning, and the exponent is the slope of their logarithms. RMSProp,
/// which forgets, and gradient descent, which never looks back, keep their steps.
///
/// What it does near saddles is measured on rotated and shifted instances of `high-dimensional-saddle`, from random
/// starts, with one way out of ten directions, and with learning rates tuned alike on other instances: the steps to the escape. It is rotated
/// because along axes each coordinate has a sum of its own, and the way out of a saddle one that is small.
///
/// Duchi, Hazan and Singer 2011, JMLR 12:2121; Tieleman and Hinton 2012, Coursera lecture 6.5.
public struct AdagradSlowsDown: Experiment {
  public static let name = "adagrad-slows-down"
  public static let summary = "step lengths of AdaGrad over time, and its escape from saddles"
  public static let source =
    "CS231n, lecture on training neural networks; Duchi, Hazan and Singer 2011, JMLR 12:2121"
  public static let claim =
    "AdaGrad's steps become smaller and smaller for ever, and it gets stuck near saddles."
  public static let rule =
    "It holds if under constant noise the step length falls with an exponent surely (95 % intervals "
    + "over seeds) between −0.6 and −0.4, those of RMSProp and gradient descent with one surely above "
    + "−0.1, and if at a saddle AdaGrad surely takes more than one and a half times the steps to "
    + "escape of either, tuned alike (median of paired ratios); it holds only for steps if that is not "
    + "so at saddles; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 7.0

  public init() {}

  private static let rules = ["adagrad", "rmsprop", "sgd"]

  /// Steps of a similar length at first; RMSProp with a memory of ten steps, which is full by then.
  private static let constantNoise = [
    "adagrad": "adagrad[lr=0.1]", "rmsprop": "rmsprop[lr=0.02;decay=0.9]", "sgd": "sgd[lr=0.02]",
  ]

  private static func steps(_ rule: String) -> String { "steps of \(rule)" }
  private static func saddle(_ rule: String) -> String { "\(rule) at a saddle" }

  private static let firstOctave = 32

  private static func octaves(_ size: ExperimentSize) -> Int { size.choose(full: 7, quick: 5) }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let steps = Self.rules.map { rule in
      var group = Suite.Group(
        name: Self.steps(rule), optimizers: [Self.constantNoise[rule] ?? rule],
        problems: ["quadratic[condition=1;noise=1]"])
      group.starts = [[0.1, 0.1]]
      group.seeds = Array(1...size.choose(full: 20, quick: 6))
      group.budget = .steps(Self.firstOctave << Self.octaves(size))
      return group
    }
    let saddles = Self.rules.map { rule in
      var group = Suite.Group(
        name: Self.saddle(rule), optimizers: ["\(rule)[lr=1e-3..1]"],
        problems: ["high-dimensional-saddle[negative=1]"])
      group.instances = (1...size.choose(full: 100, quick: 20)).map { Instance($0) }
      group.budget = .steps(size.choose(full: 500, quick: 200))
      var tuning = Tuning(trials: size.choose(full: 32, quick: 12))
      tuning.instances = (1001...1010).map { Instance($0) }
      tuning.judgesDefaults = false
      group.tuning = tuning
      return group
    }
    return steps + saddles
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "RMSProp in place of AdaGrad",
      groups(size)
        .replacing("adagrad[lr=0.1]", by: "rmsprop[lr=0.02;decay=0.9]")
        .replacing("adagrad[", by: "rmsprop["))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let count = Self.octaves(runs.size)
    var numbers: [Verdict.Number] = []
    var exponents: [Estimate] = []
    var series: [Chart.Series] = []
    for rule in Self.rules {
      var slopes: [Double] = []
      var lengths = [[Double]](repeating: [], count: count)
      for run in try runs.ended(Self.steps(rule), least: 5) {
        let path = try runs.traced(run).trajectory
        guard let octaves = StepOctaves(path, from: Self.firstOctave, count: count) else {
          throw Undecided("\(run.label) has not all of its points")
        }
        for (place, length) in octaves.lengths.enumerated() { lengths[place].append(length) }
        slopes.append(octaves.exponent)
      }
      guard let exponent = Estimate.mean(of: slopes) else { throw Undecided("there are no steps") }
      exponents.append(exponent)
      let number = Verdict.Number("exponent of the step length of \(rule)", exponent)
      numbers.append(rule == "adagrad" ? number.stated(-0.5) : number)
      series.append(
        Chart.Series(
          rule,
          lengths.enumerated().map {
            Chart.Point(1.5 * Double(Self.firstOctave << $0), medianOf: $1)
          },
          optimizer: rule))
    }
    func lies(_ estimate: Estimate, above: Double, below: Double = .infinity) -> Bool {
      estimate.interval.map { $0.lowerBound > above && $0.upperBound < below } ?? false
    }
    let isSlower =
      lies(exponents[0], above: -0.6, below: -0.4)
      && exponents.dropFirst().allSatisfy { lies($0, above: -0.1) }

    var escapes: [[Double]] = []
    for rule in Self.rules {
      escapes.append(
        try runs.values(Self.saddle(rule), "escape", least: 10) {
          $0.measures.escapeStep ?? .infinity
        })
    }
    var ratios: [Estimate] = []
    for (rule, other) in zip(Self.rules, escapes).dropFirst() {
      guard other.count == escapes[0].count,
        let ratio = Estimate.median(of: zip(escapes[0], other).map { $0 / max($1, 1) })
      else { throw Undecided("the starts at the saddle are not the same for all") }
      ratios.append(ratio)
      numbers.append(
        Verdict.Number("steps to escape from a saddle, of those of \(rule)", ratio))
    }
    let isStuck = ratios.allSatisfy { lies($0, above: 1.5) }
    func list(_ values: [Double]) -> String {
      values.map { "\(rounded($0, digits: 2))" }.joined(separator: " and ")
    }
    let others = Self.rules.dropFirst().joined(separator: " and ")
    return Verdict(
      isSlower ? (isStuck ? .holds : .holdsOnlyWhen) : .doesNotHold,
      (isSlower && !isStuck ? "its steps are meant, and not saddles: " : "")
        + "under constant noise its steps shrink like t to the power "
        + "\(list([exponents[0].value])) (theory: −0.5), those of \(others) like "
        + "\(list(exponents.dropFirst().map(\.value))); from a saddle it takes "
        + "\(list(ratios.map(\.value))) of the steps of \(others)",
      numbers: numbers,
      charts: [
        Chart(
          name: "steps", title: "Under constant noise, AdaGrad's steps shrink like 1/√t",
          x: Chart.Axis("step t", isLog: true), y: Chart.Axis("length of a step", isLog: true),
          series: series + [theory(series[0])],
          notes: ["root mean square by octaves of t; medians over seeds with quartiles"]),
        Chart(
          name: "escapes", title: "Escapes from rotated saddles, learning rates tuned alike",
          x: Chart.Axis("steps"),
          y: Chart.Axis("share of starts that have escaped, %", range: 0...102),
          series: zip(Self.rules, escapes).map { rule, steps in
            let sorted = steps.filter(\.isFinite).sorted()
            return Chart.Series(
              rule,
              sorted.enumerated().map {
                Chart.Point($1, 100 * Double($0 + 1) / Double(steps.count))
              }, optimizer: rule)
          }),
      ])
  }

  /// 1/√t through the first point.
  private func theory(_ measured: Chart.Series) -> Chart.Series {
    Chart.Series(
      "1/√t",
      measured.points.map { point in
        let first = measured.points[0]
        return Chart.Point(point.x, first.y * (first.x / point.x).squareRoot())
      }, style: .dashed)
  }
}
