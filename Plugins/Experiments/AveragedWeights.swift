import Analysis
import OptimizerKit

/// A running average of the weights is better than the weights themselves.
///
/// The steps of a constant learning rate keep the weights moving around a minimum; their average lies nearer
/// to it. Paths of three rates, large, small and falling, are each judged at their points and at the exponential
/// average
///
///     a ← β a + (1 − β) x      β = 1 − 10/T, of a path of T steps: 0.995 of 2,000, as in the lecture
///
/// A wrapper that averages changes nothing of the path, so that two runs of one seed differ in where they are
/// judged alone. The mean of the second half (`polyak-averaging[start=0.5]`) is measured beside it.
///
/// Differences have heavy tails, for a single point may lie far out: medians are compared.
///
/// Polyak and Juditsky 1992, doi:10.1137/0330046; Izmailov et al. 2018, arXiv 1803.05407.
public struct AveragedWeights: Experiment {
  public static let name = "averaged-weights"
  public static let summary = "a running average of the weights against the weights themselves"
  public static let source =
    "CS231n, lecture on training neural networks; Polyak and Juditsky 1992, doi:10.1137/0330046"
  public static let claim =
    "A running average of the weights, used at test time, is better than the weights themselves."
  public static let rule =
    "The exponential average helps on a path if, over seeds, the 95 % intervals of the median differences say "
    + "that it has the lower loss and the higher accuracy on test examples. The claim holds if it helps "
    + "at a large, at a small and at a falling learning rate, holds only for those at which it does if "
    + "these are some of them, and does not hold if there are none."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 22.6
  public static let figures = ["loss-curves"]

  public init() {}

  private static func averages(_ size: ExperimentSize) -> [String] {
    size.choose(full: ["ema", "tail"], quick: ["ema"])
  }
  private struct Rate {
    let name, title, path: String
  }
  private static let rates = [
    Rate(name: "large", title: "a large constant rate", path: "sgd[lr=0.1]"),
    Rate(name: "small", title: "a small constant rate", path: "sgd[lr=0.02]"),
    Rate(name: "falling", title: "a rate that falls to 0", path: "sgd[lr=0.1]:cosine"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let steps = size.choose(full: 2000, quick: 400)
    return Self.rates.flatMap { rate in
      [
        ("point", rate.path), ("ema", "ema[decay=\(1 - 10 / Double(steps))](\(rate.path))"),
        ("tail", "polyak-averaging[start=0.5](\(rate.path))"),
      ].filter { $0.0 == "point" || Self.averages(size).contains($0.0) }.map { name, optimizer in
        var group = Suite.Group(
          name: "\(rate.name)-\(name)", optimizers: [optimizer],
          problems: ["mlp[hidden=64;trainSize=2000;batch=10]"])
        group.seeds = Array(1...10)
        group.budget = .steps(steps)
        group.recording = Recording(
          every: 10, validations: size.choose(full: 20, quick: 1), test: true)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "points and their averages exchanged",
      Self.rates.reduce(groups(size)) { groups, rate in
        groups.exchanging("\(rate.name)-point", "\(rate.name)-ema")
      })
  }

  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.seed == 1 }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let averages = Self.averages(runs.size)
    let least = 10
    func metric(_ group: String, _ value: (ValidationMetrics) -> Double) throws(Undecided)
      -> [Double]
    {
      try runs.values(group, "test metrics", least: least) { $0.outcome.test.map(value) }
    }
    var gains: [String: (accuracy: Estimate, loss: Estimate)] = [:]
    for rate in Self.rates.map(\.name) {
      let accuracy = try metric("\(rate)-point") { 100 * $0.accuracy }
      let loss = try metric("\(rate)-point", \.loss)
      for average in averages {
        let name = "\(rate)-\(average)"
        let more = zip(try metric(name) { 100 * $0.accuracy }, accuracy).map { $0 - $1 }
        let less = zip(loss, try metric(name, \.loss)).map { $0 - $1 }
        guard let more = Estimate.median(of: more), let less = Estimate.median(of: less) else {
          throw Undecided("there are no runs")
        }
        gains[name] = (more, less)
      }
    }
    let helped = Self.rates.filter { rate in
      guard let gain = gains["\(rate.name)-ema"] else { return false }
      return [gain.accuracy, gain.loss].allSatisfy { ($0.interval?.lowerBound ?? 0) > 0 }
    }
    let judgement: Verdict.Judgement =
      helped.isEmpty ? .doesNotHold : helped.count == Self.rates.count ? .holds : .holdsOnlyWhen
    let texts = Self.rates.map { rate in
      "\(gains["\(rate.name)-ema"]?.accuracy.text(2) ?? "") percentage points at \(rate.title)"
    }
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen
        ? "training at \(helped.map(\.title).joined(separator: " or ")): " : "")
        + "the exponential average changes test accuracy by \(texts.joined(separator: ", by "))",
      numbers: Self.rates.flatMap { rate in
        averages.flatMap { average in
          gains["\(rate.name)-\(average)"].map {
            [
              Verdict.Number(
                "gain of \(average), \(rate.title)", $0.accuracy, unit: "percentage points"),
              Verdict.Number("loss saved by \(average), \(rate.title)", $0.loss),
            ]
          } ?? []
        }
      },
      charts: [
        Chart(
          name: "gain", title: "What averaging the weights adds to test accuracy",
          x: Chart.Axis("learning rate", categories: Self.rates.map(\.name)),
          y: Chart.Axis("gain in percentage points"),
          series: zip(averages, ["exponential average", "mean of the second half"]).map {
            average, title in
            Chart.Series(
              title,
              Self.rates.enumerated().map { place, rate in
                let gain = gains["\(rate.name)-\(average)"]?.accuracy
                return Chart.Point(Double(place + 1), gain?.value ?? .nan, in: gain?.interval)
              }, style: .bars)
          }, notes: ["whiskers: 95 % interval of the median over seeds"])
      ])
  }
}
