import Analysis
import OptimizerKit

/// A linear cooldown spares the constant learning rate its logarithm.
///
/// For stochastic subgradient descent on a convex function, with gradients of size G at most and a start
/// at the distance D from the minimum, the gap of the last point of T steps at the rates γ ηₜ is
///
///     E f(x_T) − f* ≤ D²/(2γ S₁) + ½ γ G² ( Q₁/S₁ + Σ_{k<T} η_k Q_k / (S_{k+1} S_k) ),
///     S_k = Σ_{t≥k} ηₜ,   Q_k = Σ_{t≥k} ηₜ²
///
/// At the best γ this is D G/√T times a number that stays near 2.1 for the cosine and 2.2 for a constant
/// rate with a linear cooldown over the last fifth, and grows with √ln T for a constant rate. So by theory
/// the gain of the cooldown grows with T, and it ends within 7 % of the cosine.
///
/// What is run is `least-absolute-deviations` on single examples. Each length T is a run of its own, under
/// each of the schedules at each rate of one grid. The rate of a schedule is that whose mean gap is the
/// least over half of the seeds; what is judged is its gap on the other half, paired by seed, since noise
/// is the same. The gain is a ratio of gaps, and its rise the slope of its logarithm over ln T. "Close to the cosine" is within 10 %, theory's 7 % rounded up.
///
/// Schaipp, Hägele, Taylor, Simsekli and Bach 2025, arXiv 2501.18965, theorem 1.
public struct Cooldown: Experiment {
  public static let name = "cooldown"
  public static let summary = "constant rates with a linear cooldown, on a convex nonsmooth problem"
  public static let source = "Schaipp et al. 2025, arXiv 2501.18965"
  public static let claim =
    "On convex problems that are not smooth, a linear cooldown over the last fifth of the steps spares the "
    + "constant learning rate its logarithmic factor, and comes close to the cosine."
  public static let rule =
    "With tuned rates and 95 % intervals over seeds that were not tuned on: the cooldown must end lower "
    + "than the constant rate in the longest runs, its gain must rise with the length, and its gap may be "
    + "within 10 % of the cosine's. It holds only against the constant rate if the last fails alone, and "
    + "does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 5.0

  public init() {}

  private enum Plan: String, CaseIterable {
    case constant, cooldown, cosine

    var title: String { self == .cooldown ? "linear cooldown" : rawValue }
    var schedule: String {
      switch self {
      case .constant: "constant"
      case .cooldown: "wsd[warmup=0;shape=linear;decay=0.2]"
      case .cosine: "cosine"
      }
    }

    /// ηₜ
    func weights(_ steps: Int) -> [Double] {
      (0..<steps).map { step in
        let progress = Double(step) / Double(steps)
        return switch self {
        case .constant: 1
        case .cooldown: min(1, (1 - progress) / 0.2)
        case .cosine: (1 + cos(.pi * progress)) / 2
        }
      }
    }

    /// The bound at the best γ, over D G/√T.
    func bound(_ steps: Int) -> Double {
      let weights = weights(steps)
      var (sum, squares, tail) = (0.0, 0.0, 0.0)
      for (index, weight) in weights.enumerated().reversed() {
        let next = sum
        sum += weight
        squares += weight * weight
        if index < steps - 1, next > 0 { tail += weight * squares / (next * sum) }
      }
      return 2 * (1 / (2 * sum) * 0.5 * (squares / sum + tail) * Double(steps)).squareRoot()
    }
  }

  private static func lengths(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [25, 100, 400, 1600, 6400], quick: [25, 1600])
  }

  /// The rates that are tried for runs of one length, the same for all schedules: the noise of example
  /// after example asks for rates that fall about like 1/T.
  private static func rates(_ steps: Int, _ size: ExperimentSize) -> [Double] {
    let count = size.choose(full: 13, quick: 7)
    return (0..<count).map { exp(log(40) * Double($0) / Double(count - 1)) * 1.5 / Double(steps) }
  }

  private static func name(_ plan: Plan, _ steps: Int) -> String { "\(plan.rawValue)-\(steps)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.lengths(size).flatMap { steps in
      let rates = Self.rates(steps, size).map { "\($0)" }.joined(separator: ",")
      return Plan.allCases.map { plan in
        var group = Suite.Group(
          name: Self.name(plan, steps), optimizers: ["sgd[lr=\(rates)]:\(plan.schedule)"],
          problems: ["least-absolute-deviations[batch=1;pairs=20]"])
        group.seeds = Array(1...size.choose(full: 60, quick: 40))
        group.budget = .steps(steps)
        group.recording = Recording(path: .outcomes)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let exchanged = Self.lengths(size).reduce(groups(size)) {
      $0.exchanging(Self.name(.constant, $1), Self.name(.cooldown, $1))
    }
    return Opposite("the constant rate and the cooldown exchanged", exchanged)
  }

  /// The gaps of a group at its best rate, by seeds that it was not chosen on.
  private func gaps(_ group: String, _ runs: ExperimentRuns) throws(Undecided) -> (
    rate: Double, gaps: [Double], isAtEdge: Bool
  ) {
    let all = try runs.ended(group, least: 2)
    guard let surface = try runs.problem(of: all[0]) as? any Surface,
      let minimum = surface.minimumLoss
    else { throw Undecided("the problem has no known minimum") }
    // By rate, in the order of the plan, with the seeds of each.
    var rates: [(text: String, gaps: [UInt64: Double])] = []
    for run in all {
      let text = run.spec.optimizer["lr"] ?? ""
      let gap = run.status == .diverged ? .infinity : run.finalLoss - minimum
      if let index = rates.firstIndex(where: { $0.text == text }) {
        rates[index].gaps[run.spec.seed] = gap
      } else {
        rates.append((text, [run.spec.seed: gap]))
      }
    }
    func mean(_ gaps: [UInt64: Double]) -> Double {
      Statistics.mean(gaps.filter { $0.key % 2 == 1 }.map(\.value)) ?? .infinity
    }
    guard let best = rates.indices.min(by: { mean(rates[$0].gaps) < mean(rates[$1].gaps) }) else {
      throw Undecided("\(group) has no runs")
    }
    let judged = rates[best].gaps.filter { $0.key % 2 == 0 }.sorted { $0.key < $1.key }
    guard judged.count > 1, judged.allSatisfy({ $0.value.isFinite && $0.value > 0 }) else {
      throw Undecided("\(group) has no finite gaps at its best rate")
    }
    return (
      Double(rates[best].text) ?? .nan, judged.map(\.value), [0, rates.count - 1].contains(best)
    )
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let lengths = Self.lengths(runs.size)
    var gains: [[Double]] = []
    var distances: [[Double]] = []
    var series = Plan.allCases.map { Chart.Series($0.title, [], style: .line) }
    var numbers: [Verdict.Number] = []
    for steps in lengths {
      var logs: [[Double]] = []
      for (index, plan) in Plan.allCases.enumerated() {
        let tuned = try gaps(Self.name(plan, steps), runs)
        guard !tuned.isAtEdge else {
          throw Undecided(
            "the best rate of \(plan.title) at \(steps) steps is at the edge of its grid")
        }
        logs.append(tuned.gaps.map { log($0) })
        let mean = Estimate.mean(of: tuned.gaps)
        series[index].points.append(
          Chart.Point(Double(steps), mean?.value ?? .nan, in: mean?.interval))
        if steps == lengths.last {
          numbers.append(
            Verdict.Number("rate of \(plan.title), \(steps) steps", tuned.rate))
        }
      }
      gains.append(zip(logs[0], logs[1]).map { $0 - $1 })
      distances.append(zip(logs[1], logs[2]).map { $0 - $1 })
    }
    let last = lengths.count - 1
    guard let gain = Estimate.mean(of: gains[last]), let gainRange = gain.interval,
      let growth = Estimate.mean(of: Self.slopes(gains, lengths))?.interval,
      let distance = Estimate.mean(of: distances[last]), let distanceRange = distance.interval
    else { throw Undecided("there are too few seeds for an interval") }
    for (index, steps) in lengths.enumerated() {
      let ratios = [
        ("constant over cooldown", gains[index], Plan.constant, Plan.cooldown),
        ("cooldown over cosine", distances[index], .cooldown, .cosine),
      ]
      for (what, values, above, below) in ratios {
        guard let mean = Estimate.mean(of: values) else { continue }
        numbers.append(
          Verdict.Number(
            "gap of \(what), \(steps) steps", exp(mean.value),
            in: mean.interval.map { exp($0.lowerBound)...exp($0.upperBound) }, unit: "times"
          ).stated(rounded(above.bound(steps) / below.bound(steps), digits: 3)))
      }
    }
    let helps = gainRange.lowerBound > 0 && growth.lowerBound > 0
    let isClose = distanceRange.lowerBound <= log(1.1)
    func times(_ logarithm: Double) -> String { shortest(rounded(exp(logarithm), digits: 3)) }
    let length = "\(lengths[last]) steps"
    return Verdict(
      helps ? (isClose ? .holds : .holdsOnlyWhen) : .doesNotHold,
      (helps && !isClose ? "it is compared with the constant rate, and not with the cosine: " : "")
        + "at \(length) a constant rate ends with \(times(gain.value)) times the gap of the cooldown "
        + "(\(times(gainRange.lowerBound)) to \(times(gainRange.upperBound))), "
        + "a ratio that \(growth.lowerBound > 0 ? "rises" : "does not clearly rise") with the length, "
        + "and the cooldown with \(times(distance.value)) times that of the cosine "
        + "(\(times(distanceRange.lowerBound)) to \(times(distanceRange.upperBound)))",
      numbers: numbers,
      charts: [
        Chart(
          name: "gaps", title: "What is left at the end, each length with its own tuned rate",
          x: Chart.Axis("steps", isLog: true),
          y: Chart.Axis("f − f* at the last step", isLog: true),
          series: series, notes: ["bands: 95 % intervals of the mean over seeds not tuned on"]),
        ratios(lengths, gains),
      ])
  }

  /// By how much the logarithm of the gain rises for each factor of e in length, seed by seed: the slope of
  /// the straight line of least squares.
  private static func slopes(_ gains: [[Double]], _ lengths: [Int]) -> [Double] {
    let logs = lengths.map { log(Double($0)) }
    let middle = Statistics.mean(logs) ?? 0
    let places = logs.map { $0 - middle }
    let spread = places.reduce(0) { $0 + $1 * $1 }
    let seeds = gains.map(\.count).min() ?? 0
    return (0..<seeds).map { seed -> Double in
      var sum = 0.0
      for (values, place) in zip(gains, places) { sum += values[seed] * place }
      return sum / spread
    }
  }

  /// What the cooldown gains, beside what the bounds say.
  private func ratios(_ lengths: [Int], _ gains: [[Double]]) -> Chart {
    Chart(
      name: "gain", title: "What a cooldown gains on a constant rate, by the length of the run",
      x: Chart.Axis("steps", isLog: true),
      y: Chart.Axis("gap of the constant rate / of the cooldown"),
      series: [
        Chart.Series(
          "measured",
          zip(lengths, gains).map { steps, values in
            let mean = Estimate.mean(of: values)
            return Chart.Point(
              Double(steps), exp(mean?.value ?? .nan),
              in: mean?.interval.map { exp($0.lowerBound)...exp($0.upperBound) })
          }),
        Chart.Series(
          "bounds",
          lengths.map {
            Chart.Point(Double($0), Plan.constant.bound($0) / Plan.cooldown.bound($0))
          }, style: .dashed),
      ], notes: ["band: 95 % interval of the geometric mean over seeds not tuned on"])
  }
}
