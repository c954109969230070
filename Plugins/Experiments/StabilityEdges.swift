import Analysis
import OptimizerKit

/// The sharpest quadratic on which an optimizer is stable, measured and beside theory.
///
/// With curvature h and learning rate α, each of these rules is a linear recurrence, stable up to
///
///     gradient descent          h = 2/α
///     heavy ball                h = (2 + 2β)/α
///     Nesterov                  h = (2 + 2β)/((1 + 2β) α)
///     averaged gradients (EMA)  h = (2 + 2β)/((1 − β) α)
///
/// The last is Adam's with its preconditioner P = √v + ε held fixed and α/P in place of α: 38/α at β₁ = 0.9.
/// It is held fixed here by an ε of 10¹⁰, beside which √v < 10⁶ is nothing as long as a run goes on. Adam
/// corrects its bias, so that its first steps are up to 1/(1 − β) times as long: near αh = 38 the
/// distance rises 10¹⁷ times before the recurrence takes over and shrinks it. Paths start at 10⁻²⁰, far
/// enough below the loss of 10⁸ at which a run counts as diverged, and are long enough for a factor of
/// √β a step, the fastest that momentum allows, to take back that rise. The momentum rule with dampening β averages gradients in the
/// same way, without Adam's code.
///
/// Each rule runs on curvatures 1 and 100, at rates on a grid with a fixed ratio between neighbours, from
/// αh = 0.5 to 60, the same for all. A run is stable where its loss ends below where it began. At a rate a
/// share δ beyond the edge, the amplitude grows by the factor 1 + δ or more a step, so that a step of
/// the grid shows well within a run. The edge lies between the last stable rate and the next one, up to a
/// step of the grid on each side.
///
/// Cohen et al. 2022, "Adaptive Gradient Methods at the Edge of Stability", arXiv 2207.14484, section 2 and
/// appendix; Cohen et al. 2021, arXiv 2103.00065.
public struct StabilityEdges: Experiment {
  public static let name = "stability-edges"
  public static let summary = "the sharpest curvature that an optimizer bears, beside theory"
  public static let source =
    "Cohen et al. 2022, arXiv 2207.14484; Cohen et al. 2021, arXiv 2103.00065"
  public static let claim =
    "On a quadratic of curvature h, optimizers are stable up to αh = 2 (gradient descent), 2 + 2β (heavy "
    + "ball), (2 + 2β)/(1 + 2β) (Nesterov) and (2 + 2β)/(1 − β) (Adam with a frozen preconditioner: 38 at "
    + "β = 0.9)."
  public static let rule =
    "It holds if, for each optimizer and β, all rates below one are stable and all above it are not, and "
    + "if the stated edge lies between the last stable rate and the next one, up to a step of the grid on "
    + "each side; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 2.0

  public init() {}

  private enum Method: String, CaseIterable {
    case descent = "gradient-descent"
    case heavyBall = "heavy-ball"
    case nesterov
    case averaged = "averaged-gradients"
    case adam

    var title: String {
      switch self {
      case .descent: "gradient descent"
      case .heavyBall: "heavy ball"
      case .nesterov: "Nesterov"
      case .averaged: "averaged gradients"
      case .adam: "Adam, frozen"
      }
    }

    var optimizer: String? {
      switch self {
      case .descent: "sgd"
      case .heavyBall: "momentum"
      case .nesterov: "nesterov"
      case .averaged: nil
      case .adam: "adam"
      }
    }

    /// αh at the edge.
    func edge(_ beta: Double) -> Double {
      switch self {
      case .descent: 2
      case .heavyBall: 2 + 2 * beta
      case .nesterov: (2 + 2 * beta) / (1 + 2 * beta)
      case .averaged, .adam: (2 + 2 * beta) / (1 - beta)
      }
    }

    /// All rates for one β.
    func selection(_ beta: Double, rates: [Double]) -> String {
      let scale = self == .adam ? StabilityEdges.freezing : 1
      let list = rates.map { "\(scale * $0 / StabilityEdges.curvature)" }.joined(separator: ",")
      return switch self {
      case .descent: "sgd[lr=\(list)]"
      case .heavyBall: "momentum[momentum=\(beta);lr=\(list)]"
      case .nesterov: "nesterov[momentum=\(beta);lr=\(list)]"
      case .averaged: "momentum[momentum=\(beta);dampening=\(beta);lr=\(list)]"
      case .adam: "adam[beta1=\(beta);epsilon=\(scale);lr=\(list)]"
      }
    }
  }

  private static let curvature = 100.0
  /// ε of a preconditioner that does not move.
  private static let freezing = 1e10

  private static let start = [1e-20, 1e-20]

  private static func betas(_ method: Method, _ size: ExperimentSize) -> [Double] {
    method == .descent
      ? [0] : size.choose(full: [0.1, 0.3, 0.5, 0.7, 0.8, 0.9], quick: [0.5, 0.9])
  }

  /// αh, from 0.5 to 60.
  private static func rates(_ size: ExperimentSize) -> [Double] {
    let count = size.choose(full: 240, quick: 64)
    return (0...count).map { 0.5 * exp(log(120) * Double($0) / Double(count)) }
  }

  private static func name(_ method: Method, _ beta: Double) -> String {
    method == .descent ? method.rawValue : "\(method.rawValue)-\(beta)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let rates = Self.rates(size)
    return Method.allCases.flatMap { method in
      Self.betas(method, size).map { beta in
        var group = Suite.Group(
          name: Self.name(method, beta), optimizers: [method.selection(beta, rates: rates)],
          problems: ["quadratic[condition=\(Self.curvature)]"])
        group.starts = [Self.start]
        group.budget = .steps(size.choose(full: 2000, quick: 1000))
        group.recording = Recording(path: .outcomes)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "Nesterov and the heavy ball exchanged at β = 0.9",
      groups(size).exchanging(Self.name(.heavyBall, 0.9), Self.name(.nesterov, 0.9)))
  }

  /// The last stable rate and the next one; nil where stable and unstable ones are mixed, or all are alike.
  private func bracket(_ stable: [Bool], _ rates: [Double]) -> ClosedRange<Double>? {
    guard let last = stable.lastIndex(of: true), last + 1 < stable.count,
      stable[...last].allSatisfy(\.self)
    else { return nil }
    return rates[last]...rates[last + 1]
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let rates = Self.rates(runs.size)
    let step = rates[1] / rates[0]
    var numbers: [Verdict.Number] = []
    var series: [Chart.Series] = []
    var failures: [String] = []
    var count = 0
    for method in Method.allCases {
      var points: [Chart.Point] = []
      for beta in Self.betas(method, runs.size) {
        let all = try runs.ended(Self.name(method, beta), least: rates.count)
        let stable = all.map { $0.status != .diverged && $0.finalLoss < $0.initialLoss }
        let label = method == .descent ? method.title : "\(method.title), β = \(beta)"
        count += 1
        guard let edge = bracket(stable, rates) else {
          failures.append("\(label) has no single edge")
          continue
        }
        let middle = (edge.lowerBound * edge.upperBound).squareRoot()
        let stated = method.edge(beta)
        numbers.append(Verdict.Number("αh of \(label)", middle, in: edge).stated(stated))
        points.append(Chart.Point(beta, middle, in: edge))
        if !(edge.lowerBound / step...edge.upperBound * step).contains(stated) {
          failures.append(
            "\(label) goes to \(shortest(rounded(middle, digits: 3))) and not to "
              + "\(shortest(rounded(stated, digits: 3)))")
        }
      }
      if method == .descent, let edge = points.first {
        points = (0...18).map { Chart.Point(Double($0) / 20, edge.y) }
      }
      series.append(
        Chart.Series(
          method.title, points, style: method == .descent ? .line : .points,
          optimizer: method.optimizer))
    }
    series += [Method.heavyBall, .nesterov, .adam].map { method in
      Chart.Series(
        "theory", (0...45).map { Chart.Point(Double($0) / 50, method.edge(Double($0) / 50)) },
        style: .dashed)
    }
    let width = shortest(rounded(100 * (step - 1), digits: 2))
    return Verdict(
      failures.isEmpty ? .holds : .doesNotHold,
      failures.isEmpty
        ? "all \(count) edges lie where theory puts them, to within the grid's \(width) %"
        : failures.joined(separator: "; "),
      numbers: numbers,
      charts: [
        Chart(
          name: "edges", title: "How sharp a curvature each optimizer bears, by its momentum",
          x: Chart.Axis("momentum β", range: 0...1),
          y: Chart.Axis("αh at the edge of stability", isLog: true, range: 1...60), series: series,
          notes: [
            "points: between the last stable rate of a grid and the next one",
            "points of averaged gradients lie under those of Adam",
          ])
      ])
  }
}
