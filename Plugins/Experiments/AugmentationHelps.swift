import Analysis
import OptimizerKit

/// Random changes to the training images make a network trained on few of them classify better.
///
/// Each kind of change is tried alone, and all together, on the same few images by the same optimizer for the same
/// steps: the claim is about what they add to a given training, whose settings are fixed and not tuned. Colours
/// cannot be jittered in images of one channel. Paired over seeds, judged on the test examples.
///
/// Krizhevsky, Sutskever and Hinton 2012, doi:10.1145/3065386; Shorten and Khoshgoftaar 2019,
/// doi:10.1186/s40537-019-0197-0.
public struct AugmentationHelps: Experiment {
  public static let name = "augmentation-helps"
  public static let summary = "random flips, crops, scales and light, with few training images"
  public static let source =
    "CS231n, lecture on training neural networks; Krizhevsky, Sutskever and Hinton 2012, "
    + "doi:10.1145/3065386"
  public static let claim =
    "Random flips, crops, scales, and changes of brightness and contrast make a network that is trained on "
    + "few images classify better."
  public static let rule =
    "A kind of change helps if the 95 % interval of its mean gain in test accuracy, paired over seeds, lies above "
    + "0. The claim holds if every kind alone and all together help, holds only for those that do if "
    + "these are some of them, and does not hold if there are none."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 21.0

  public init() {}

  private struct Kind {
    let name, short, changes: String
  }
  private static func kinds(_ size: ExperimentSize) -> [Kind] {
    let few = [
      Kind(name: "crops", short: "crops", changes: "crop1"),
      Kind(name: "scales", short: "scales", changes: "scale1.1"),
    ]
    let more = [
      Kind(name: "flips", short: "flips", changes: "flip"),
      Kind(
        name: "brightness and contrast", short: "light", changes: "brightness0.3+contrast0.3"),
      Kind(
        name: "all together", short: "all",
        changes: "scale1.1+crop1+flip+brightness0.3+contrast0.3"),
    ]
    return few + size.choose(full: more, quick: [])
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    groups(size) { $0.changes }
  }

  private func groups(_ size: ExperimentSize, changes: (Kind) -> String) -> [Suite.Group] {
    ([("none", "none")] + Self.kinds(size).map { ($0.name, changes($0)) }).map { name, changes in
      var group = Suite.Group(
        name: name, optimizers: ["adam[lr=3e-3]:cosine"],
        problems: ["mlp[hidden=64;augmentation=\(changes);trainSize=1000;batch=50]"])
      group.seeds = Array(1...size.choose(full: 10, quick: 5))
      group.budget = .steps(size.choose(full: 1500, quick: 700))
      group.recording = Recording(every: 10, validations: 1, test: true)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "shifts by up to 20 pixels, which leave little of an image",
      groups(size) { _ in "crop20" })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    func accuracies(_ group: String) throws(Undecided) -> [Double] {
      try runs.values(group, "test accuracy", least: runs.size.choose(full: 10, quick: 5)) {
        $0.outcome.test.map { 100 * $0.accuracy }
      }
    }
    let plain = try accuracies("none")
    let gains = try Self.kinds(runs.size).map { (kind) throws(Undecided) in
      guard let gain = Estimate.mean(of: zip(try accuracies(kind.name), plain).map { $0 - $1 })
      else {
        throw Undecided("there are no runs")
      }
      return (kind: kind.name, gain: gain)
    }
    let helpful = gains.filter { ($0.gain.interval?.lowerBound ?? 0) > 0 }.map(\.kind)
    let judgement: Verdict.Judgement =
      helpful.isEmpty ? .doesNotHold : helpful.count == gains.count ? .holds : .holdsOnlyWhen
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen
        ? "the changes are \(helpful.joined(separator: " or ")): " : "")
        + "percentage points of test accuracy gained by "
        + gains.map { "\($0.kind) \($0.gain.text(2))" }.joined(separator: ", "),
      numbers: gains.map { Verdict.Number("gain, \($0.kind)", $0.gain, unit: "percentage points") },
      charts: [
        Chart(
          name: "gain", title: "What random changes to 1,000 training images add to test accuracy",
          x: Chart.Axis("changes", categories: Self.kinds(runs.size).map(\.short)),
          y: Chart.Axis("gain in percentage points"),
          series: [
            Chart.Series(
              "",
              gains.enumerated().map {
                Chart.Point(Double($0 + 1), $1.gain.value, in: $1.gain.interval)
              },
              style: .bars)
          ],
          notes: [
            "whiskers: 95 % interval of the mean over seeds; light: brightness and contrast"
          ])
      ])
  }
}
