import Analysis
import OptimizerKit

/// Trials that are given up where the loss passes three times the initial one.
///
/// On each network a sweep over learning rates is run to its end, rate by rate, and then judged twice: with
/// all of its trials, and with those stopped whose minibatch loss passes three times that of the start. Nothing is
/// run again: up to the step at which it is stopped, a trial is the same. The winner of a contest, a network with a
/// seed, is the trial with the lowest validation loss at the end. What is saved is the share of all steps that
/// the lab makes where it runs each trial until it diverges by itself (10⁴ times the start, or NaN) that come
/// after the stop.
///
/// A stopped winner counts as lost even where the next best is as good. Contests are the unit: the interval of
/// the share that lose theirs is Wilson's over contests, and the saving is a median over them.
///
/// CS231n, lecture on training neural networks: "if the cost is ever > 3 × original cost, break out early".
public struct StoppingAtThreeTimes: Experiment {
  public static let name = "stopping-at-three-times"
  public static let summary = "giving up a trial whose loss passes three times the initial one"
  public static let source =
    "CS231n, lecture on training neural networks, \"Hyperparameter optimization\""
  public static let claim =
    "Stopping a trial whose loss passes three times the initial one never loses the winner of a search, and "
    + "saves work."
  public static let rule =
    "It holds if no contest loses its winner, the upper end of the 95 % interval of the share that do is below a "
    + "fifth in full size, and the median saving has an interval above 0; it does not hold otherwise."
  public static let chapter = ExperimentChapter.watching
  public static let place = 28.2

  public init() {}

  private static let networks: [(name: String, problem: String, optimizer: String)] = [
    ("relu", "mlp[hidden=64;trainSize=2000;batch=32]", "sgd"),
    ("tanh", "mlp[hidden=64;trainSize=2000;batch=32;activation=tanh]", "momentum"),
    ("adam", "mlp[hidden=64;trainSize=2000;batch=32]", "adam"),
    ("softmax", "softmax-regression[trainSize=2000;batch=32]", "sgd"),
  ]
  private static func names(_ size: ExperimentSize) -> ArraySlice<
    (name: String, problem: String, optimizer: String)
  > { networks.prefix(size.choose(full: networks.count, quick: 1)) }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.names(size).map { name, problem, optimizer in
      var group = Suite.Group(
        name: name, optimizers: ["\(optimizer)[lr=1e-4..10:\(size.choose(full: 16, quick: 6))]"],
        problems: [problem])
      group.seeds = Array(1...size.choose(full: 5, quick: 5))
      group.budget = .steps(size.choose(full: 300, quick: 100))
      group.recording.validations = 1
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "learning rates at which even the winner passes three times the start",
      groups(size).map {
        var group = $0
        group.optimizers = group.optimizers.map {
          let name = $0.prefix { $0 != "[" }
          return "\(name)[lr=20..200:\(size.choose(full: 16, quick: 6))]"
        }
        group.problems = group.problems.map {
          $0.replacing("mlp[", with: "mlp[activation=tanh;").replacing(
            ";activation=tanh]", with: "]")
        }
        return group
      })
  }

  /// A trial: where it would have been stopped.
  private struct Trial {
    let loss: Double
    let steps: Int
    let stop: Int?
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var savings: [Double] = []
    var byNetwork: [(name: String, savings: [Double])] = []
    var contests = 0
    var lost = 0
    var stopped = 0
    var trials = 0
    for (name, _, _) in Self.names(runs.size) {
      let records = try runs.ended(name, least: 10)
      var own: [Double] = []
      var seeds: [UInt64] = []
      for record in records where !seeds.contains(record.spec.seed) {
        seeds.append(record.spec.seed)
      }
      for seed in seeds {
        var contest: [Trial] = []
        for record in records where record.spec.seed == seed {
          contest.append(try trial(record, runs))
        }
        guard let winner = contest.min(by: { $0.loss < $1.loss }), winner.loss.isFinite else {
          throw Undecided("no trial of \(name) ends with a finite loss")
        }
        contests += 1
        if winner.stop != nil { lost += 1 }
        trials += contest.count
        stopped += contest.count { $0.stop != nil }
        let all = contest.reduce(0) { $0 + $1.steps }
        let saved = contest.reduce(0) { $0 + max(0, $1.steps - ($1.stop ?? $1.steps)) }
        own.append(100 * Double(saved) / Double(max(all, 1)))
      }
      savings += own
      byNetwork.append((name, own))
    }
    guard let share = Estimate.share(lost, of: contests), let interval = share.interval,
      let saving = Estimate.median(of: savings)
    else { throw Undecided("there are no contests") }
    // Five contests, the least, say nothing of a fifth.
    let isSure = runs.size == .quick || interval.upperBound < 0.2
    let saves = saving.interval.map { $0.lowerBound > 0 } ?? (saving.value > 0)
    func text(_ value: Double) -> String { "\((10 * value).rounded() / 10)" }
    return Verdict(
      lost == 0 && isSure && saves ? .holds : .doesNotHold,
      "\(lost) of \(contests) searches lose their winner (up to "
        + "\(text(100 * interval.upperBound)) % could); \(stopped) of \(trials) trials are stopped, which saves "
        + "\(text(saving.value)) % of all steps (median over searches)",
      numbers: [
        Verdict.Number("share of searches that lose their winner", share),
        Verdict.Number("steps saved", saving, unit: "%"),
        Verdict.Number("share of trials stopped", Double(stopped) / Double(max(trials, 1))),
      ],
      charts: [try chart(byNetwork, lost: lost, runs)])
  }

  private func trial(_ record: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> Trial {
    let trajectory = try runs.traced(record).trajectory
    guard let first = trajectory.losses.first, first > 0 else {
      throw Undecided("a run of \(record.spec.problem.name) has no loss above 0 to begin with")
    }
    let row = trajectory.losses.firstIndex { !($0 <= 3 * first) }
    return Trial(
      loss: record.hasFailed ? .infinity : record.validation?.loss ?? .infinity,
      steps: record.steps, stop: row.map { trajectory.steps[$0] })
  }

  private func chart(
    _ networks: [(name: String, savings: [Double])], lost: Int, _ runs: ExperimentRuns
  ) throws(Undecided) -> Chart {
    var series: [(stopped: Bool, points: [Chart.Point])] = []
    let records = try runs.ended(networks[0].name)
    for record in records where record.spec.seed == records[0].spec.seed {
      let trajectory = try runs.traced(record).trajectory
      let first = trajectory.losses.first ?? 1
      let points = trajectory.steps.indices.map { row in
        let rows = max(0, row - 4)..<min(trajectory.count, row + 5)
        let loss =
          trajectory.count < 50
          ? trajectory.losses[row] : Statistics.median(trajectory.losses[rows])
        return Chart.Point(Double(trajectory.steps[row]), min((loss ?? .nan) / first, 100))
      }
      series.append((try trial(record, runs).stop != nil, points))
    }
    return Chart(
      name: "trials",
      title: lost == 0
        ? "What passes three times the start does not come back to win"
        : "\(lost) winners have passed three times the start",
      panels: [
        Chart.Panel(
          "a sweep, \(networks[0].name)", x: Chart.Axis("step"),
          y: Chart.Axis("loss / loss at the start", isLog: true),
          series: [("stopped", true), ("goes on", false)].map { name, isStopped in
            Chart.Series(
              name,
              series.filter { $0.stopped == isStopped }.flatMap {
                $0.points + [Chart.Point(($0.points.last?.x ?? 0) + 1, .nan)]
              })
          }, levels: [Chart.Level("3 times the start", at: 3)]),
        Chart.Panel(
          "saved", x: Chart.Axis("", categories: networks.map(\.name)),
          y: Chart.Axis("steps saved (%)"),
          series: [
            Chart.Series(
              "",
              networks.enumerated().map { Chart.Point(Double($0 + 1), medianOf: $1.savings) },
              style: .bars)
          ]),
      ],
      notes: [
        "left: one seed, running medians of 9 rows where there are so many, drawn up to 100 times the start; right: quartiles over seeds"
      ])
  }
}
