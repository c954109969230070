import Analysis
import OptimizerKit

/// The snapshots of one run under a cyclic learning rate, averaged, are better than its end.
///
/// The learning rate falls from the full value to 0 in equal half cosines; at the end of each the network
/// is near a minimum, and the next restart takes it to another. The predictions at the ends of the later cycles
/// are averaged as those of an ensemble, for the cost of a single run. The first cycles are left out, as the
/// authors do: they have not come near enough.
///
/// The group `steady` says what it is worth: the same budget and model with a single half cosine, judged at its
/// end. No rate is tuned: the claim is about what averaging adds to a given run, and both have the same one.
///
/// Huang et al. 2017, arXiv 1704.00109; the schedule: Loshchilov and Hutter 2017, arXiv 1608.03983.
public struct SnapshotEnsembles: Experiment {
  public static let name = "snapshot-ensembles"
  public static let summary = "the ends of a run's cycles averaged, against its last end alone"
  public static let source =
    "CS231n, lecture on training neural networks; Huang et al. 2017, arXiv 1704.00109"
  public static let claim =
    "Snapshots of one run at the ends of the cycles of its learning rate, averaged, classify better than "
    + "the run's end."
  public static let rule =
    "It holds if the 95 % interval of the mean gain in test accuracy over seeds, of the averaged "
    + "snapshots over the last of them, lies above 0; it holds only against its own end if the same run "
    + "with one half cosine over the whole budget is not surpassed too; it does not hold otherwise."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 22.3
  public static let figures = ["loss-curves"]

  public init() {}

  private static let cycles = 5
  /// How many of them are averaged, the last ones.
  private static let members = 3

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let length = size.choose(full: 200, quick: 60)
    return [
      ("cycles", "cosine-restarts[period=\(length);growth=1]"), ("steady", "cosine"),
    ].map { name, schedule in
      var group = Suite.Group(
        name: name, optimizers: ["momentum[lr=0.1;momentum=0.9]:\(schedule)"],
        problems: ["mlp[hidden=64;trainSize=2000;batch=50]"])
      group.seeds = Array(1...size.choose(full: 10, quick: 6))
      group.budget = .steps(Self.cycles * length)
      group.recording = Recording(
        every: 10, validations: 4 * Self.cycles, checkpoints: Self.cycles)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a rate so small that the snapshots are nearly one point on the way down",
      groups(size).replacing("lr=0.1", by: "lr=1e-4"))
  }

  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.seed == 1 }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let least = runs.size.choose(full: 10, quick: 6)
    var gains: [Double] = []
    var advances: [Double] = []
    // Accuracies of 1, 2, ... snapshots from the last one back.
    var byMembers = [[Double]](repeating: [], count: Self.cycles)
    var weights: [Double] = []
    let cyclic = try runs.ended("cycles", least: least)
    let steady = try runs.ended("steady", least: least)
    let session = try runs.session(of: cyclic[0])
    func accuracy(_ members: [Vector<Float>]) throws(Undecided) -> Double {
      100 * (try runs.test(meanOf: members, in: session)).accuracy
    }
    for (run, other) in zip(cyclic, steady) {
      let snapshots = try runs.checkpoints(of: run)
      guard snapshots.count == Self.cycles else {
        throw Undecided("a run has \(snapshots.count) snapshots; \(Self.cycles) are needed")
      }
      for count in 1...runs.size.choose(full: Self.cycles, quick: Self.members) {
        byMembers[count - 1].append(try accuracy(snapshots.suffix(count)))
      }
      let together = byMembers[Self.members - 1][gains.count]
      gains.append(together - byMembers[0][gains.count])
      advances.append(together - (try accuracy([runs.lastParameters(of: other)])))
      weights.append(
        try accuracy([Vector(meanOf: Array(snapshots.suffix(Self.members)))])
          - byMembers[0][weights.count])
    }
    guard let gain = Estimate.mean(of: gains), let advance = Estimate.mean(of: advances),
      let weight = Estimate.mean(of: weights)
    else { throw Undecided("there are no runs") }
    func isSure(_ estimate: Estimate) -> Bool { (estimate.interval?.lowerBound ?? 0) > 0 }
    let judgement: Verdict.Judgement =
      !isSure(gain) ? .doesNotHold : isSure(advance) ? .holds : .holdsOnlyWhen
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen ? "compared with the run's own end: " : "")
        + "\(Self.members) snapshots averaged classify \(gain.text(2)) percentage points more of the test "
        + "examples rightly than the last alone, and \(advance.text(2)) more than one half cosine over the "
        + "same steps",
      numbers: [
        Verdict.Number("gain over the last snapshot", gain, unit: "percentage points"),
        Verdict.Number("gain over one half cosine", advance, unit: "percentage points"),
        Verdict.Number(
          "gain of the snapshots' mean weights over the last", weight, unit: "percentage points"),
      ],
      charts: [chart(byMembers, steady: zip(byMembers[Self.members - 1], advances).map { $0 - $1 })]
    )
  }

  private func chart(_ byMembers: [[Double]], steady: [Double]) -> Chart {
    Chart(
      name: "snapshots", title: "Accuracy of the last snapshots of a run, averaged",
      x: Chart.Axis("snapshots averaged, counted from the last one"),
      y: Chart.Axis("test accuracy in %"),
      series: [
        Chart.Series(
          "snapshots averaged",
          byMembers.enumerated().map { place, values in
            let mean = Estimate.mean(of: values)
            return Chart.Point(Double(place + 1), mean?.value ?? .nan, in: mean?.interval)
          })
      ],
      levels: [
        Chart.Level("one half cosine over the same steps", at: Statistics.mean(steady) ?? .nan)
      ], notes: ["band: 95 % interval of the mean over seeds"])
  }
}
