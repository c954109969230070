import Analysis
import Figures
import OptimizerKit

/// How large updates are beside the weights that they update, where training goes well.
///
///     ‖Δw‖ / ‖w‖, the median over weight tensors and over ten moments of a run
///
/// The notes say: about 10⁻³; more means that the learning rate is too large, less that it is too small. "Goes well"
/// is taken as the learning rate of the least validation loss among six, half a decade apart, tried on a seed
/// of its own. "About" is taken as within a factor of √10, from 3.2 · 10⁻⁴ to 3.2 · 10⁻³: so far apart are the
/// rates that are tried.
///
/// CS231n, https://cs231n.github.io/neural-networks-3/#ratio.
public struct UpdateRatio: Experiment {
  public static let name = "update-ratio"
  public static let summary = "the size of updates beside that of weights, where training goes well"
  public static let source =
    "CS231n, lecture on training neural networks, cs231n.github.io/neural-networks-3"
  public static let claim =
    "The ratio of update to weight magnitude is about 1e-3 when training goes well."
  public static let rule =
    "It holds if on every problem with every optimizer, at the best of six learning rates, the median ratio over "
    + "seeds lies between 1e-3/√10 and 1e-3·√10; it does not hold if none does; else it holds only when the "
    + "problem and the optimizer are among those named."
  public static let chapter = ExperimentChapter.watching
  public static let place = 25.0
  public static let figures = ["update-ratio"]

  public init() {}

  private static let optimizers = [
    (name: "sgd", rates: "0.01,0.03,0.1,0.3,1,3"),
    (name: "momentum", rates: "0.001,0.003,0.01,0.03,0.1,0.3"),
    (name: "adam", rates: "1e-4,3e-4,1e-3,3e-3,1e-2,3e-2"),
  ]

  private static func problems(_ size: ExperimentSize) -> [(name: String, selection: String)] {
    let deep = "mlp[hidden=100x100x100x100x100;activation=tanh;init=lecun-normal;fold=1/50]"
    return size.choose(
      full: [
        ("mlp", "mlp[fold=1/50]"), ("deep mlp", deep), ("cnn", "cnn[filters=8x16;fold=1/50]"),
      ], quick: [("deep mlp", deep)])
  }

  private static func group(_ problem: String, _ optimizer: String) -> String {
    "\(problem), \(optimizer)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.problems(size).flatMap { problem in
      Self.optimizers.map { optimizer in
        var group = Suite.Group(
          name: Self.group(problem.name, optimizer.name),
          optimizers: ["\(optimizer.name)[lr=\(optimizer.rates)]"], problems: [problem.selection])
        group.seeds = Array(1...size.choose(full: 5, quick: 2))
        group.budget = .steps(size.choose(full: 400, quick: 100))
        group.tuneOnGrid(trials: 6)
        group.recording = Recording(every: 20, validations: 10)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "learning rates a thousandth as large",
      groups(size).map { group in
        var group = group
        group.tuning = nil
        group.optimizers = group.optimizers.map { selection in
          String(selection.prefix { $0 != "[" }) + "[lr=1e-6]"
        }
        return group
      })
  }

  /// The first seed of each group.
  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.seed == 1 }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let least = 1e-3 / 10.0.squareRoot()
    let band = least...(10 * least)
    let problems = Self.problems(runs.size).map(\.name)
    var ratios: [[Estimate]] = []
    var numbers: [Verdict.Number] = []
    for problem in problems {
      var row: [Estimate] = []
      for optimizer in Self.optimizers {
        let group = Self.group(problem, optimizer.name)
        let values = try runs.values(group, "ratio of updates to weights", least: 2) {
          $0.measures.updateRatio
        }
        guard let ratio = Estimate.median(of: values) else {
          throw Undecided("no runs of \(group)")
        }
        row.append(ratio)
        numbers.append(Verdict.Number("‖Δw‖/‖w‖, \(group)", ratio).stated(1e-3))
      }
      ratios.append(row)
    }
    let all = ratios.flatMap { $0 }
    let names = problems.flatMap { problem in Self.optimizers.map { Self.group(problem, $0.name) } }
    let within = zip(names, all).filter { band.contains($1.value) }
    let outside = zip(names, all).filter { !band.contains($1.value) }
    let values = all.map(\.value)
    let extent =
      "medians over seeds go from \(Text.readable(values.min() ?? .nan, digits: 2)) to "
      + "\(Text.readable(values.max() ?? .nan, digits: 2))"
    let judgement: Verdict.Judgement =
      outside.isEmpty ? .holds : within.isEmpty ? .doesNotHold : .holdsOnlyWhen
    let sentence =
      switch judgement {
      case .holdsOnlyWhen:
        "the ratio is about 1e-3 for "
          + within.map { "\($0) (\(Text.readable($1.value, digits: 2)))" }.joined(separator: "; ")
          + ", and not for "
          + outside.map { "\($0) (\(Text.readable($1.value, digits: 2)))" }.joined(separator: "; ")
      default: extent
      }
    return Verdict(
      judgement, sentence, numbers: numbers,
      charts: [
        Chart(
          name: "ratios",
          title: "Size of updates beside that of weights, at the best of six learning rates",
          x: Chart.Axis("", categories: problems),
          y: Chart.Axis("‖Δw‖/‖w‖", isLog: true),
          series: Self.optimizers.enumerated().map { place, optimizer in
            Chart.Series(
              optimizer.name,
              ratios.enumerated().map { column, row in
                Chart.Point(
                  Double(column + 1) + 0.16 * Double(place - 1), row[place].value,
                  in: row[place].interval)
              }, style: .points, optimizer: optimizer.name)
          },
          levels: [
            Chart.Level("1e-3", at: 1e-3), Chart.Level("√10 times less", at: band.lowerBound),
            Chart.Level("√10 times more", at: band.upperBound),
          ], notes: ["medians over seeds, with their 95 % intervals where there are enough seeds"])
      ])
  }
}
