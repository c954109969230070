import Analysis
import OptimizerKit

/// Random search beats grid search where few hyperparameters matter.
///
/// A grid of 3 × 3 × 3 trials tries three values of each hyperparameter; 27 random trials try 27. Where one
/// of them alone decides, nine in a row of the grid's trials say the same. Searched are the learning
/// rate of Adam over five decades, its ε and its weight decay over ranges in which they hardly matter, for
/// softmax regression on images. That this is so is measured: the learning rate must explain at least
/// 90 % of the variance of the logarithm of the loss over the grids, as the main effect in an analysis of
/// variance; else the claim's premise is not met and nothing is decided.
///
/// How well a grid does depends on where its values happen to lie. So each repetition moves the range of
/// the learning rate by a random part of a decade, for both methods alike; values of the grid are the centres
/// of thirds of the ranges, on a logarithmic scale. Both have equally many trials, on the same seed. What is
/// compared is the least validation loss (on synthetic points, the least loss over all of them).
///
/// Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization", JMLR 13, 281–305.
public struct RandomSearchBeatsGrid: Experiment {
  public static let name = "random-search-beats-grid"
  public static let summary = "random trials against a grid, where one hyperparameter matters"
  public static let source =
    "Bergstra and Bengio 2012, jmlr.org/papers/v13/bergstra12a.html; CS231n, lecture on training"
  public static let claim =
    "Where few hyperparameters matter, random search finds better settings than grid search with as many "
    + "trials."
  public static let rule =
    "It holds if the 95 % interval of the mean ratio (geometric, over repetitions) of the grid's least "
    + "validation loss to that of random search lies above 1; it does not hold otherwise. It is undecided "
    + "where the learning rate explains less than 90 % of the variance."
  public static let chapter = ExperimentChapter.published
  public static let place = 6.0
  public static let tags = ["published", "lecture"]

  public init() {}

  /// Values of each hyperparameter in the grid.
  private static let side = 3

  private static func repetitions(_ size: ExperimentSize) -> Int {
    size.choose(full: 20, quick: 12)
  }

  private static func name(_ method: String, _ repetition: Int) -> String {
    "\(method)-\(repetition)"
  }

  /// The logarithms between which the rate, ε and the weight decay lie.
  private static func box(_ random: inout RandomSource) -> [ClosedRange<Double>] {
    let decade = log(10.0)
    let shift = random.uniform() * decade
    return [
      -6 * decade + shift...(-1 * decade + shift), -10 * decade...(-7 * decade),
      -9 * decade...(-6 * decade),
    ]
  }

  private static func selection(_ logs: [Double]) -> String {
    "adam[lr=\(exp(logs[0]));epsilon=\(exp(logs[1]));weightDecay=\(exp(logs[2]))]"
  }

  /// The places of all trials in the box, each coordinate in 0...1.
  private static func places(_ method: String, _ random: inout RandomSource) -> [[Double]] {
    let count = side * side * side
    guard method == "grid" else {
      return (0..<count).map { _ in (0..<3).map { _ in random.uniform() } }
    }
    return (0..<count).map { index in
      [index / (side * side), index / side % side, index % side].map {
        (Double($0) + 0.5) / Double(side)
      }
    }
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    (1...Self.repetitions(size)).flatMap { repetition in
      var random = RandomSource(seed: UInt64(repetition), purpose: .instance)
      let box = Self.box(&random)
      return ["grid", "random"].map { method in
        let trials = Self.places(method, &random).map { place in
          Self.selection(
            zip(box, place).map { $0.lowerBound + $1 * ($0.upperBound - $0.lowerBound) })
        }
        var group = Suite.Group(
          name: Self.name(method, repetition), optimizers: trials,
          problems: [
            size.choose(
              full: "softmax-regression[trainSize=2500;fold=1/5;batch=64]",
              quick: "logistic-regression[batch=16]")
          ])
        group.seeds = [UInt64(repetition)]
        group.budget = .steps(size.choose(full: 60, quick: 100))
        group.recording = Recording(path: .outcomes, validations: 1)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let exchanged = (1...Self.repetitions(size)).reduce(groups(size)) {
      $0.exchanging(Self.name("grid", $1), Self.name("random", $1))
    }
    return Opposite("grid and random search exchanged", exchanged)
  }

  private func losses(_ group: String, _ runs: ExperimentRuns) throws(Undecided) -> [Double] {
    let count = Self.side * Self.side * Self.side
    let losses = try runs.values(group, "loss at the end", least: count) { run in
      run.status == .diverged ? .infinity : run.validation?.loss ?? run.finalLoss
    }
    guard losses.contains(where: \.isFinite) else { throw Undecided("all of \(group) diverged") }
    return losses
  }

  /// The share of the variance of logarithms that values of one hyperparameter explain: trials with the same
  /// value are averaged.
  private func explained(_ losses: [Double], _ values: [String]) -> Double {
    let logs = losses.map { log($0) }
    let mean = Statistics.mean(logs) ?? 0
    let whole = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var between = 0.0
    for value in Set(values) {
      let own = zip(logs, values).filter { $0.1 == value }.map(\.0)
      let distance = (Statistics.mean(own) ?? 0) - mean
      between += Double(own.count) * distance * distance
    }
    return whole > 0 ? between / whole : 0
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var ratios: [Double] = []
    var shares: [Double] = []
    var first: [(method: String, rates: [String], losses: [Double])] = []
    for repetition in 1...Self.repetitions(runs.size) {
      var least: [Double] = []
      var share: [Double] = []
      for method in ["grid", "random"] {
        let group = Self.name(method, repetition)
        let losses = try losses(group, runs)
        least.append(losses.min() ?? .infinity)
        let rates = runs[group].map { $0.spec.optimizer["lr"] ?? "" }
        // Only of trials that share their values: the grid's, under whatever name.
        if Set(rates).count <= Self.side { share.append(explained(losses, rates)) }
        if repetition == 1 { first.append((method, rates, losses)) }
      }
      ratios.append(log(least[0] / least[1]))
      shares += share
    }
    guard let share = Estimate.mean(of: shares), let ratio = Estimate.mean(of: ratios),
      let range = ratio.interval
    else { throw Undecided("there are too few repetitions, or no grid among the searches") }
    guard share.value >= 0.9 else {
      throw Undecided(
        "the learning rate explains \(shortest(rounded(100 * share.value, digits: 2))) % of the variance: "
          + "more than one hyperparameter matters")
    }
    var wins = 0
    for ratio in ratios where ratio > 0 { wins += 1 }
    func times(_ logarithm: Double) -> String { shortest(rounded(exp(logarithm), digits: 4)) }
    let best = "the grid's least loss is \(times(ratio.value)) times that of random search "
    return Verdict(
      range.lowerBound > 0 ? .holds : .doesNotHold,
      best
        + "(\(times(range.lowerBound)) to \(times(range.upperBound))), and random search is ahead in "
        + "\(wins) of \(ratios.count) repetitions",
      numbers: [
        Verdict.Number(
          "least loss, grid over random", exp(ratio.value),
          in: exp(range.lowerBound)...exp(range.upperBound), unit: "times"),
        Estimate.share(wins, of: ratios.count).map {
          Verdict.Number("repetitions in which random search is ahead", $0)
        },
        Verdict.Number("variance that the learning rate explains", share),
      ].compactMap { $0 },
      charts: [
        Chart(
          name: "trials",
          title: "Of 27 trials, the grid sees 3 learning rates and random search 27",
          panels: first.map { item in
            panel(item.method, item.rates, item.losses, of: first.flatMap(\.losses))
          }, notes: ["the first repetition; other hyperparameters are not shown"])
      ])
  }

  /// - Parameter all: what the axis has room for.
  private func panel(
    _ method: String, _ rates: [String], _ losses: [Double], of all: [Double]
  ) -> Chart.Panel {
    let finite = all.filter(\.isFinite)
    let range = 0.9 * (finite.min() ?? 1)...1.1 * (finite.max() ?? 1)
    let points = zip(rates, losses).compactMap { rate, loss in
      Double(rate).map { Chart.Point($0, loss) }
    }
    let title = method == "grid" ? "grid" : "random search"
    return Chart.Panel(
      title, x: Chart.Axis("learning rate", isLog: true, range: 1e-6...1),
      y: Chart.Axis("loss at the end", isLog: true, range: range),
      series: [Chart.Series("", points, style: .points)],
      levels: losses.min().map { [Chart.Level("least", at: $0)] } ?? [])
  }
}
