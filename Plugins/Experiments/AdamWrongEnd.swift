import Analysis
import OptimizerKit

/// Adam converges to the wrong end of an interval, and AMSGrad does not.
///
/// The problem, `adam-counterexample`, has the gradients 1010 in one of 101 steps and −10 in all others, on
/// [−1, 1]: on average the loss rises with x, and the minimum is at −1. Adam divides the rare large
/// gradient by its own size and has forgotten that size by the next one, 1/(1 − β₂) = 100 steps later, so
/// that the many small ones push it to 1. AMSGrad keeps the largest. The source has the gradients in turn
/// (its online problem) and drawn at random with 1010 in one of 100 steps (its stochastic one). β₁ = 0.9,
/// β₂ = 0.99 and the rates αₜ = α/√t are the source's; it does not give α. Here α = 0.5 for both: the drift
/// of AMSGrad, α · 0.2/√v̂ a step with √v̂ ≈ 180 in the stochastic problem, then leads across the interval
/// within the 4 million steps of a run.
///
/// The ends are 2 apart. A run has come to an end where its mean distance from it, over the last tenth of
/// its steps, is below 0.2, a tenth of that.
///
/// Reddi, Kale and Kumar 2018, "On the Convergence of Adam and Beyond", arXiv 1904.09237, section 5.
public struct AdamWrongEnd: Experiment {
  public static let name = "adam-wrong-end"
  public static let summary = "Adam goes to the wrong end where AMSGrad goes to the right one"
  public static let source = "Reddi, Kale and Kumar 2018, arXiv 1904.09237, section 5"
  public static let claim =
    "On a convex problem with rare large gradients, Adam converges to the end where the loss is highest, "
    + "and AMSGrad to the minimum."
  public static let rule =
    "It holds if every run of Adam stays within 0.2 of x = 1 on average over the last tenth of its steps, "
    + "and every run of AMSGrad within 0.2 of x = −1, for gradients in turn and at random; it does not "
    + "hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 4.0

  public init() {}

  private static let tolerance = 0.2

  private struct Case {
    let name: String
    let title: String
    let problem: String
    /// How many steps a run has.
    let steps: Int
    let seeds: [UInt64]
    let starts: [[Double]]

    func group(_ method: String) -> String { "\(method)-\(name)" }
  }

  private static let methods = [
    (name: "adam", title: "Adam", end: 1.0), (name: "amsgrad", title: "AMSGrad", end: -1.0),
  ]

  private static func cases(_ size: ExperimentSize) -> [Case] {
    let inTurn = Case(
      name: "in-turn", title: "gradients in turn", problem: "adam-counterexample",
      steps: size.choose(full: 1_000_000, quick: 100_000), seeds: [1],
      starts: size.choose(full: [[0], [-0.8], [0.8]], quick: [[0]]))
    let atRandom = Case(
      name: "at-random", title: "gradients at random", problem: "adam-counterexample@stochastic",
      steps: 4_000_000, seeds: Array(1...5), starts: [[0]])
    return size.choose(full: [inTurn, atRandom], quick: [inTurn])
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.cases(size).flatMap { item in
      Self.methods.map { method in
        var group = Suite.Group(
          name: item.group(method.name),
          optimizers: [
            "adam[lr=0.5;beta1=0.9;beta2=0.99;amsgrad=\(method.name == "amsgrad")]:inverse-sqrt"
          ],
          problems: [item.problem])
        group.starts = item.starts
        group.seeds = item.seeds
        group.budget = .steps(item.steps)
        // A number that has no divisor in common with the 101 steps of a turn.
        group.recording = Recording(every: item.steps / 400)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let exchanged = Self.cases(size).reduce(groups(size)) { groups, item in
      groups.exchanging(item.group("adam"), item.group("amsgrad"))
    }
    return Opposite("Adam and AMSGrad exchanged", exchanged)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var panels: [Chart.Panel] = []
    var right = [Int](repeating: 0, count: Self.methods.count)
    var counts = right
    for item in Self.cases(runs.size) {
      var series: [Chart.Series] = []
      for (index, method) in Self.methods.enumerated() {
        var paths: [Trajectory] = []
        for run in try runs.ended(item.group(method.name), least: item.seeds.count) {
          paths.append(try runs.traced(run).trajectory)
        }
        var places: [Double] = []
        for path in paths {
          let tail = path.points.suffix(path.count / 10)
          guard path.dimension == 1, let mean = Statistics.mean(Array(tail)) else {
            throw Undecided("\(method.title) has a path without points")
          }
          places.append(mean)
        }
        counts[index] += places.count
        for place in places where abs(place - method.end) < Self.tolerance { right[index] += 1 }
        if let number = Verdict.Number("\(method.title), \(item.title): x", medianOf: places) {
          numbers.append(number.stated(method.end))
        }
        series.append(
          Chart.Series(
            method.title, Self.middle(paths), optimizer: method.name == "adam" ? "adam" : nil))
      }
      panels.append(
        Chart.Panel(
          item.title, x: Chart.Axis("step, in thousands"),
          y: Chart.Axis("x", range: -1.1...1.1), series: series))
    }
    let holds = right == counts
    return Verdict(
      holds ? .holds : .doesNotHold,
      "\(right[0]) of \(counts[0]) runs of Adam end at 1, where the loss is highest, and \(right[1]) of "
        + "\(counts[1]) of AMSGrad at −1, the minimum",
      numbers: numbers,
      charts: [
        Chart(
          name: "paths", title: "Adam goes up to the worst point, AMSGrad down to the best",
          panels: panels, notes: ["lines: medians over runs; bands: quartiles"])
      ])
  }

  /// The medians of paths with their quartiles, against thousands of steps.
  private static func middle(_ paths: [Trajectory]) -> [Chart.Point] {
    guard let steps = paths.first?.steps else { return [] }
    return steps.indices.map { row in
      Chart.Point(
        Double(steps[row]) / 1000,
        medianOf: paths.compactMap { row < $0.count ? $0.points[row] : nil })
    }
  }
}
