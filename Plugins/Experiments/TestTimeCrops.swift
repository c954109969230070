import Analysis
import OptimizerKit

/// Averaging the predictions for a fixed set of crops and mirror images classifies better than the image alone.
///
/// A network is trained once for each seed, on images as they are or on images that were changed at random as the
/// set changes them; its predictions for each test image are averaged over the set. Views take no part in
/// training, so that the runs of one seed are the same network, judged twice.
///
/// Krizhevsky, Sutskever and Hinton 2012, doi:10.1145/3065386.
public struct TestTimeCrops: Experiment {
  public static let name = "test-time-crops"
  public static let summary = "predictions averaged over crops and mirror images of each test image"
  public static let source =
    "CS231n, lecture on training neural networks; Krizhevsky, Sutskever and Hinton 2012, "
    + "doi:10.1145/3065386"
  public static let claim =
    "Averaging predictions over a fixed set of crops of each test image classifies better than the image alone."
  public static let rule =
    "A set helps if the 95 % interval of the mean gain in test accuracy, paired over seeds, lies above 0. The "
    + "claim holds if every set helps networks that were trained on random changes of its kind and those "
    + "trained on images as they are, holds only for those that it helps if these are some of them, "
    + "and does not hold if there are none."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 21.5

  public init() {}

  private static func sets(_ size: ExperimentSize) -> [(title: String, views: String)] {
    size.choose(
      full: [("mirror images", "flip"), ("crops", "crop1"), ("both", "crop1+flip")],
      quick: [("mirror images", "flip")])
  }
  private static let trainings = ["changed", "plain"]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.sets(size).flatMap { set in
      Self.trainings.flatMap { training in
        ["none", set.views].map { views in
          let changes = training == "changed" ? set.views : "none"
          var group = Suite.Group(
            name: "\(set.title) \(training)" + (views == "none" ? " alone" : ""),
            optimizers: ["adam[lr=1e-3]:cosine"],
            problems: [
              "mlp[hidden=64;views=\(views);augmentation=\(changes);trainSize=500;batch=50]"
            ])
          group.seeds = Array(1...size.choose(full: 8, quick: 5))
          group.budget = .steps(size.choose(full: 1500, quick: 500))
          group.recording = Recording(every: 10, validations: 1, test: true)
          return group
        }
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "the image alone and its set exchanged",
      Self.sets(size).reduce(groups(size)) { groups, set in
        Self.trainings.reduce(groups) {
          $0.exchanging("\(set.title) \($1)", "\(set.title) \($1) alone")
        }
      })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    func accuracies(_ group: String) throws(Undecided) -> [Double] {
      try runs.values(group, "test accuracy", least: runs.size.choose(full: 8, quick: 5)) {
        $0.outcome.test.map { 100 * $0.accuracy }
      }
    }
    let sets = Self.sets(runs.size)
    var gains: [(title: String, gain: Estimate)] = []
    for training in Self.trainings {
      for set in sets {
        let name = "\(set.title) \(training)"
        let pairs = zip(try accuracies(name), try accuracies(name + " alone"))
        guard let gain = Estimate.mean(of: pairs.map { $0 - $1 }) else {
          throw Undecided("there are no runs")
        }
        let trained =
          training == "changed" ? "trained on the like" : "trained on images as they are"
        gains.append(("\(set.title), \(trained)", gain))
      }
    }
    let helpful = gains.filter { ($0.gain.interval?.lowerBound ?? 0) > 0 }.map(\.title)
    let judgement: Verdict.Judgement =
      helpful.isEmpty ? .doesNotHold : helpful.count == gains.count ? .holds : .holdsOnlyWhen
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen
        ? "averaged over \(helpful.joined(separator: " or over ")): " : "")
        + "percentage points of test accuracy gained with "
        + gains.map { "\($0.title): \($0.gain.text(2))" }.joined(separator: "; "),
      numbers: gains.map {
        Verdict.Number("gain, \($0.title)", $0.gain, unit: "percentage points")
      },
      charts: [
        Chart(
          name: "gain", title: "What averaging over views adds to test accuracy",
          x: Chart.Axis("views averaged", categories: sets.map(\.title)),
          y: Chart.Axis("gain in percentage points"),
          series: zip(
            ["trained on the like", "trained on images as they are"], [0, sets.count]
          ).map { name, first in
            Chart.Series(
              name,
              sets.indices.map {
                let gain = gains[first + $0].gain
                return Chart.Point(Double($0 + 1), gain.value, in: gain.interval)
              }, style: .bars)
          }, notes: ["whiskers: 95 % interval of the mean over seeds"])
      ])
  }
}
