import Analysis
import OptimizerKit

/// Four learning rates, four loss curves, told apart from the curves alone.
///
/// CS231n's picture of what a loss curve says of the learning rate: too low, the loss barely moves; good,
/// it falls and comes low; too high, it falls and stays on a high plateau; far too high, it explodes.
/// Rates are swept in a grid, and the four are places in the sweep, fixed before: the best by validation
/// loss, a thousandth of it, the last one below the edge (the rate from which on most runs explode), and
/// ten times the edge. Some seeds choose the places, the others are judged, by the class that the lab
/// gives to each run's loss curve (`LossCurveShape`), which knows neither the rate nor the other curves.
///
/// A class counts where more than half of the seeds have it, and its interval lies above one in seven,
/// what drawing one of the seven classes would give.
public struct FourLearningRates: Experiment {
  public static let name = "four-learning-rates"
  public static let summary =
    "too low, good, too high, far too high: told from the loss curve alone"
  public static let source =
    "CS231n, lecture on training neural networks, \"Monitor and visualize the loss curve\""
  public static let claim =
    "With too low a learning rate the loss barely moves, with too high a one it falls and stays on a high "
    + "plateau, with far too high a one it explodes."
  public static let rule =
    "It holds if, at a thousandth of the sweep's best rate, at the best, just below the edge and at ten times "
    + "the edge, more than half of the seeds that chose nothing have the curve that the claim says, each share "
    + "with its interval above one in seven; it does not hold otherwise."
  public static let chapter = ExperimentChapter.schedules
  public static let place = 13.0

  public init() {}

  private static let rates = [
    "1e-5", "3e-5", "1e-4", "3e-4", "1e-3", "3e-3", "1e-2", "3e-2", "0.1", "0.3", "1", "3", "10",
  ]
  private static let quickRates = ["1e-5", "1e-3", "1e-2", "0.1", "0.3", "1", "10"]

  private static func group(_ rate: String) -> String { "rate-\(rate)" }

  /// How many seeds choose the places.
  private static func choosing(_ size: ExperimentSize) -> Int { size.choose(full: 4, quick: 1) }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    size.choose(full: Self.rates, quick: Self.quickRates).map { rate in
      var group = Suite.Group(
        name: Self.group(rate), optimizers: ["momentum[lr=\(rate)]"],
        problems: [
          size.choose(
            full: "mlp[hidden=64;trainSize=5000;batch=64]",
            quick: "mlp[hidden=32;trainSize=2000;batch=32]")
        ])
      group.seeds = Array(1...size.choose(full: 12, quick: 8))
      group.budget = .steps(size.choose(full: 600, quick: 400))
      // Enough that the last half has the passes between which jumps are measured.
      group.recording.validations = size.choose(full: 10, quick: 8)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    var groups = groups(size)
    for index in groups.indices { groups[index].optimizers = ["momentum[lr=1e-2]"] }
    return Opposite("one good learning rate at every place of the sweep", groups)
  }

  /// One of the four.
  private struct Place {
    let name: String
    let rate: String
    let expected: LossCurve
    let runs: [RunRecord]

    var found: Int { runs.count { $0.measures.curve == expected } }
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let rates = runs.size.choose(full: Self.rates, quick: Self.quickRates)
    let choosing = Self.choosing(runs.size)
    var sweep: [[RunRecord]] = []
    for rate in rates { sweep.append(try runs.ended(Self.group(rate), least: choosing + 3)) }
    let curves = sweep.map { $0.prefix(choosing).map(\.measures.curve) }
    // A run that diverged is worth nothing, whatever its last validation pass was.
    let losses = sweep.map { runs in
      Statistics.median(
        runs.prefix(choosing).map { $0.hasFailed ? .infinity : $0.validation?.loss ?? .infinity })
        ?? .infinity
    }
    guard let best = losses.indices.min(by: { losses[$0] < losses[$1] }), losses[best].isFinite,
      let bestRate = Double(rates[best])
    else { throw Undecided("no rate of the sweep ends with a finite loss") }
    var edge = rates.count
    while edge > 0, 2 * curves[edge - 1].count(where: { $0 == .explodes }) > choosing { edge -= 1 }
    guard edge < rates.count, edge > best, let edgeRate = Double(rates[edge]) else {
      return Verdict(
        .doesNotHold,
        edge < rates.count
          ? "the rate that ends lowest, \(rates[best]), is one at which most runs explode"
          : "no rate up to \(rates[rates.count - 1]) makes the loss explode",
        charts: [
          Chart(
            name: "curves", title: "A sweep without an edge", panels: [panel(rates, sweep)])
        ])
    }
    func nearest(_ rate: Double) -> Int {
      rates.indices.min { distance(rates[$0], rate) < distance(rates[$1], rate) } ?? 0
    }
    func distance(_ text: String, _ rate: Double) -> Double {
      abs(Double.log((Double(text) ?? .infinity) / rate))
    }
    let places = [
      ("too low", nearest(bestRate / 1000), LossCurve.barelyMoves), ("good", best, .good),
      ("too high", edge - 1, .highPlateau), ("far too high", nearest(10 * edgeRate), .explodes),
    ].map { name, index, expected in
      Place(
        name: name, rate: rates[index], expected: expected,
        runs: Array(sweep[index].dropFirst(choosing)))
    }
    var numbers: [Verdict.Number] = []
    var holds = true
    for place in places {
      guard let share = Estimate.share(place.found, of: place.runs.count),
        let interval = share.interval
      else { throw Undecided("\(place.name) has no runs") }
      holds =
        holds && share.value > 0.5
        && interval.lowerBound > 1 / Double(LossCurve.allCases.count)
      numbers.append(
        Verdict.Number("\(place.name), lr = \(place.rate): \(place.expected)", share))
    }
    let ends = places.map { place in
      "\(place.rate) (\(place.name)): \(place.expected) in \(place.found) of \(place.runs.count)"
    }
    let ruined = places[3].runs.count { $0.status == .diverged }
    return Verdict(
      holds ? .holds : .doesNotHold,
      "told from the curve alone, " + ends.joined(separator: "; ")
        + "; \(ruined) of the last were cut off or became NaN",
      numbers: numbers + [Verdict.Number("edge over best rate", edgeRate / bestRate)],
      charts: [try chart(places, rates, sweep, runs)])
  }

  private func chart(
    _ places: [Place], _ rates: [String], _ sweep: [[RunRecord]], _ runs: ExperimentRuns
  ) throws(Undecided) -> Chart {
    var series: [Chart.Series] = []
    var top = 1.0
    for place in places {
      let trajectory = try runs.traced(place.runs[0]).trajectory
      top = 1000 * (trajectory.losses.first ?? 1)
      // A run that was cut off has few rows, and each counts.
      let width = trajectory.count > 50 ? 4 : 0
      let points = trajectory.steps.indices.map { row in
        let rows = max(0, row - width)..<min(trajectory.count, row + width + 1)
        let y = Statistics.median(trajectory.losses[rows]) ?? .nan
        return Chart.Point(Double(trajectory.steps[row]), min(y, top))
      }
      series.append(Chart.Series(name(place), points))
    }
    let low = series.flatMap(\.points).map(\.y).filter { $0 > 0 }.min() ?? 0.1
    return Chart(
      name: "curves", title: "Four learning rates, four loss curves",
      panels: [
        Chart.Panel(
          "training loss, one seed each", x: Chart.Axis("step"),
          y: Chart.Axis("training loss", isLog: true, range: (0.8 * low)...top), series: series),
        panel(rates, sweep, places),
      ],
      notes: [
        "running medians of 9 rows, but of the run that was cut off; drawn up to 1000 times the start",
        "right: medians with quartiles over all seeds; a run that diverged has no validation loss",
      ])
  }

  private func name(_ place: Place) -> String { "\(place.name): lr = \(place.rate)" }

  /// The sweep, with the places in it.
  private func panel(_ rates: [String], _ sweep: [[RunRecord]], _ places: [Place] = [])
    -> Chart.Panel
  {
    let points = zip(rates, sweep).map { rate, runs in
      Chart.Point(
        Double(rate) ?? .nan,
        medianOf: runs.filter { !$0.hasFailed }.compactMap(\.validation?.loss))
    }.filter { $0.y.isFinite }
    let marked = places.compactMap { place in
      points.first { $0.x == Double(place.rate) }.map {
        Chart.Series(name(place), [Chart.Point($0.x, $0.y)], style: .points)
      }
    }
    return Chart.Panel(
      "the sweep that they are places of", x: Chart.Axis("learning rate", isLog: true),
      y: Chart.Axis("validation loss at the end", isLog: true),
      series: marked + [Chart.Series("", points)])
  }
}
