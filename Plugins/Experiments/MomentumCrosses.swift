import Analysis
import OptimizerKit

/// Momentum cancels zig-zag, crosses plateaus, passes small minima and leaves saddles.
///
/// What is said of momentum is said of one learning rate α: v ← μ v + g instead of g. Along a steady
/// slope that is the effective rate α/(1 − μ), ten times α at μ = 0.9, and much of what momentum is
/// praised for would ten times α do as well. So each of the four is measured twice against gradient
/// descent with α: momentum with the same α, and with α(1 − μ), which is the same effective rate. What is
/// left then is due to its memory, not to its speed.
///
/// - a valley: `quadratic` of condition 30, at the best α for gradient descent, 2/31; the share of steps
///   that turn back along the steep direction;
/// - a plateau: `plateau-saddle`, where the gradient is of third order; gradients until a tenth of the
///   height above the minimum is left, from random starts;
/// - small minima: `three-hump-camel`, which has one of depth 0 and two shallower ones of 0.3 beside it;
///   the share of random starts that end in the deep one;
/// - a saddle: `bounded-saddle`; steps to the escape, from starts at several distances from the ridge.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5; Sutskever et al. 2013, ICML 28.
public struct MomentumCrosses: Experiment {
  public static let name = "momentum-crosses"
  public static let summary = "momentum in a valley, on a plateau, at small minima, at a saddle"
  public static let source =
    "CS231n, lecture on training neural networks; Polyak 1964, "
    + "doi:10.1016/0041-5553(64)90137-5"
  public static let claim =
    "Momentum cancels the oscillation, crosses flat regions, and passes small local minima and "
    + "saddles."
  public static let rule =
    "It holds if momentum 0.9 turns back less in a valley, is sooner across a plateau and out of a "
    + "saddle, and more often comes to the deepest of three minima, each from surely more than half of "
    + "the starts that tell it from gradient descent (95 % intervals), both with the same learning "
    + "rate and with the same effective rate; it holds only at the same learning rate if all four are "
    + "so there alone; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 4.0
  public static let figures = ["trajectory"]

  public init() {}

  private static let momentum = 0.9

  /// What is crossed, with the learning rate of gradient descent.
  private enum Ground: String, CaseIterable {
    case valley, plateau, minima, saddle

    var problem: String {
      switch self {
      case .valley: "quadratic[condition=30]"
      case .plateau: "plateau-saddle"
      case .minima: "three-hump-camel"
      case .saddle: "bounded-saddle"
      }
    }

    var rate: Double {
      switch self {
      case .valley: 2 / 31
      case .plateau, .saddle: 0.1
      case .minima: 0.01
      }
    }

    var title: String {
      switch self {
      case .valley: "valley"
      case .plateau: "plateau"
      case .minima: "small minima"
      case .saddle: "saddle"
      }
    }

    var measure: String {
      switch self {
      case .valley: "steps that turn back, %"
      case .plateau: "gradients to cross it"
      case .minima: "starts that end in the deepest, %"
      case .saddle: "steps to the escape"
      }
    }
  }

  /// The rules that are compared.
  private enum Contestant: String, CaseIterable {
    case plain = "gradient descent"
    case sameRate = "same learning rate"
    case sameEffect = "same effective rate"

    func selection(_ rate: Double) -> String {
      switch self {
      case .plain: "sgd[lr=\(rate)]"
      case .sameRate: "momentum[lr=\(rate);momentum=\(momentum)]"
      case .sameEffect: "momentum[lr=\(rate * (1 - momentum));momentum=\(momentum)]"
      }
    }
  }

  private static func name(_ ground: Ground, _ contestant: Contestant) -> String {
    "\(ground.rawValue), \(contestant.rawValue)"
  }

  /// Around the minimum of the valley, off the axes.
  private static let inValley = (1...7).map { place in
    let angle = 0.5 * Double.pi * Double(place) / 8
    return [30 * cos(angle), 5 * sin(angle)]
  }
  /// Beside the ridge of the saddle, at several distances.
  private static let nearRidge: [[Double]] = [-1.0, -0.5, 0.5, 1].flatMap { x in
    [1e-2, 1e-3, 1e-4, 1e-5].map { y in [x, y] }
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Ground.allCases.flatMap { ground in
      Contestant.allCases.map { contestant in
        var group = Suite.Group(
          name: Self.name(ground, contestant), optimizers: [contestant.selection(ground.rate)],
          problems: [ground.problem])
        group.budget = .steps(size.choose(full: 1000, quick: 400))
        switch ground {
        case .valley:
          group.starts = Self.inValley
        case .plateau, .minima:
          group.instances = (1...size.choose(full: 300, quick: 150)).map {
            Instance($0, isMoved: false)
          }
          group.recording.path = .outcomes
        case .saddle:
          group.starts = Self.nearRidge
        }
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "momentum 0, which is gradient descent, in place of momentum",
      groups(size).replacing("momentum=\(Self.momentum)", by: "momentum=0"))
  }

  /// One path of each rule on each surface.
  public func isDrawn(_ run: RunRecord) -> Bool {
    [Self.nearRidge[0], Self.inValley[2]].contains(run.spec.start)
  }

  /// What is measured of each run of a group; the smaller the better.
  private func measured(_ ground: Ground, _ contestant: Contestant, in runs: ExperimentRuns)
    throws(Undecided) -> [Double]
  {
    try runs.values(Self.name(ground, contestant), ground.measure, least: 5) { run in
      switch ground {
      case .valley: run.measures.zigZag.map { 100 * $0 }
      case .plateau: run.measures.evaluationsTo[0] ?? .infinity
      // The deepest minimum has the loss 0, the others 0.299.
      case .minima: !run.hasFailed && run.finalLoss < 0.1 ? 0 : 100
      case .saddle: run.measures.escapeStep ?? .infinity
      }
    }
  }

  /// Whether one rule is better from surely more than half of the starts from which both are not equal.
  private func isBetter(_ values: [Double], than plain: [Double]) -> Bool {
    guard values.count == plain.count else { return false }
    let gains = zip(values, plain).filter { $0 < $1 }.count
    let losses = zip(values, plain).filter { $0 > $1 }.count
    return Estimate.share(gains, of: gains + losses)?.interval.map { $0.lowerBound > 0.5 } ?? false
  }

  /// What is told of a group: the share of starts for minima, else the median.
  private func summary(_ values: [Double], _ ground: Ground) -> Estimate? {
    guard ground == .minima else { return Estimate.median(of: values) }
    return Estimate.share(values.filter { $0 == 0 }.count, of: values.count).map { share in
      Estimate(100 * share.value, share.interval.map { 100 * $0.lowerBound...100 * $0.upperBound })
    }
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var wins: [Contestant: [Ground]] = [:]
    var numbers: [Verdict.Number] = []
    var panels: [Chart.Panel] = []
    var texts: [String] = []
    for ground in Ground.allCases {
      let plain = try measured(ground, .plain, in: runs)
      var points: [Chart.Point] = []
      var text: [String] = []
      for (place, contestant) in Contestant.allCases.enumerated() {
        let values = try measured(ground, contestant, in: runs)
        if isBetter(values, than: plain) { wins[contestant, default: []].append(ground) }
        guard let estimate = summary(values, ground) else { continue }
        text.append(
          estimate.value.isFinite ? "\(Int(estimate.value.rounded()))" : "never")
        numbers.append(
          Verdict.Number("\(ground.title), \(contestant.rawValue): \(ground.measure)", estimate))
        guard estimate.value.isFinite else { continue }
        points.append(
          Chart.Point(
            Double(place + 1), estimate.value,
            in: estimate.interval.flatMap { $0.upperBound.isFinite ? $0 : nil }))
      }
      texts.append("\(ground.title) (\(ground.measure)) \(text.joined(separator: ", "))")
      panels.append(
        Chart.Panel(
          ground.title, x: Chart.Axis("", categories: ["sgd", "same α", "same α/(1 − μ)"]),
          y: Chart.Axis(ground.measure), series: [Chart.Series("", points, style: .bars)]))
    }
    func isWhole(_ contestant: Contestant) -> Bool {
      wins[contestant]?.count == Ground.allCases.count
    }
    let kept = (wins[.sameEffect] ?? []).map(\.title).joined(separator: ", ")
    let reason =
      isWhole(.sameRate)
      ? isWhole(.sameEffect)
        ? ""
        : "the learning rate is the same; at the same effective rate "
          + (kept.isEmpty ? "it is better nowhere" : "it is better at these only: \(kept)") + " – "
      : "better at the same learning rate in \(wins[.sameRate]?.count ?? 0) of 4 – "
    return Verdict(
      isWhole(.sameRate) ? (isWhole(.sameEffect) ? .holds : .holdsOnlyWhen) : .doesNotHold,
      reason + "gradient descent, momentum at the same learning rate, at the same effective rate: "
        + texts.joined(separator: "; "),
      numbers: numbers,
      charts: [
        Chart(
          name: "crossings", title: "What momentum 0.9 gets across, at the same rate or effect",
          panels: panels,
          notes: ["medians over starts, of minima shares of starts, with 95 % intervals"])
      ])
  }
}
