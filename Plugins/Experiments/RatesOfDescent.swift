import Analysis
import OptimizerKit

/// Gradient descent and heavy ball contract at the rates that Polyak found for their best parameters.
///
/// On a quadratic with curvatures from 1 to κ, the distance from the minimum shrinks in the long run by
///
///     gradient descent   ρ = (κ − 1)/(κ + 1)       at α = 2/(1 + κ)
///     heavy ball         ρ = (√κ − 1)/(√κ + 1)     at α = (2/(1 + √κ))², μ = ρ²
///
/// a step. What is compared is the number of steps that a factor of e takes, −1/ln ρ: a deviation in it
/// means the same at every κ, while ρ itself crowds towards 1. The rate is fitted to the second half of
/// a path of T steps. Gradient descent has it from the first step on. At its best parameters the heavy
/// ball has a double eigenvalue, so that its distance shrinks like t ρᵗ: over that half, ln t rises by
/// ln 2 while the rest falls by ½ T ln ρ, which with ρᵀ = 10⁻¹⁰⁰ is 0.6 %. Hence the 2 % of the rule,
/// three times that. That the parameters are the best is tried by others around them.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5.
public struct RatesOfDescent: Experiment {
  public static let name = "rates-of-descent"
  public static let summary = "the best rates of gradient descent and heavy ball, beside theory"
  public static let source = "Polyak 1964, doi:10.1016/0041-5553(64)90137-5"
  public static let claim =
    "At their best fixed parameters, gradient descent shrinks the distance by (κ − 1)/(κ + 1) a step, "
    + "and the heavy ball by (√κ − 1)/(√κ + 1)."
  public static let rule =
    "It holds if, at each condition number and from every start, the steps that a factor of e takes are "
    + "within 2 % of −1/ln ρ with the stated ρ, for both, and if at κ = 100 no learning rate and no "
    + "momentum 10 % off needs fewer; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 1.0

  public init() {}

  /// The share by which steps may differ from theory.
  private static let tolerance = 0.02
  /// By how much parameters are off, and at which condition number.
  private static let off = [0.9, 1.1]
  private static let middle = 100
  /// How many steps of a path are drawn.
  private static let rowsDrawn = 400
  /// Off the axes: both coordinates of a start take part.
  private static let starts: [[Double]] = [
    [1, 1], [1, 0.1], [-0.1, 1], [0.6, -0.8], [-0.8, -0.6],
  ]

  private enum Method: String, CaseIterable {
    case descent = "gradient-descent"
    case heavyBall = "heavy-ball"

    var optimizer: String { self == .descent ? "sgd" : "momentum" }
    var title: String { self == .descent ? "gradient descent" : "heavy ball" }

    /// The stated rate.
    func rate(_ condition: Double) -> Double {
      let size = self == .descent ? condition : condition.squareRoot()
      return (size - 1) / (size + 1)
    }

    /// The best parameters, times so much; lists multiply.
    private func selection(
      _ condition: Double, rates: [Double] = [1], momenta: [Double] = [1]
    ) -> String {
      func list(_ best: Double, _ factors: [Double]) -> String {
        factors.map { "\(best * $0)" }.joined(separator: ",")
      }
      switch self {
      case .descent: return "sgd[lr=\(list(2 / (1 + condition), rates))]"
      case .heavyBall:
        let root = 2 / (1 + condition.squareRoot())
        let rate = rate(condition)
        return "momentum[lr=\(list(root * root, rates));momentum=\(list(rate * rate, momenta))]"
      }
    }

    /// The best parameters.
    func best(_ condition: Double) -> [String] { [selection(condition)] }

    /// Parameters of which one or both are off.
    func others(_ condition: Double, off factors: [Double]) -> [String] {
      let rates = selection(condition, rates: factors)
      guard self == .heavyBall else { return [rates] }
      return [rates, selection(condition, rates: factors + [1], momenta: factors)]
    }

    /// How long paths are.
    func budget(_ condition: Double) -> Budget {
      let remainder = self == .descent ? 1e-12 : 1e-100
      return .steps(Int((log(remainder) / log(rate(condition))).rounded(.up)))
    }
  }

  private static func conditions(_ size: ExperimentSize) -> [Int] {
    size.choose(full: [10, 100, 10_000], quick: [10, 100])
  }

  private static func name(_ method: Method, _ condition: Int) -> String {
    "\(method.rawValue)-\(condition)"
  }

  private static func around(_ method: Method) -> String { "around-\(method.rawValue)" }

  /// −1/ln ρ; infinite where nothing shrinks.
  private static func steps(_ rate: Double) -> Double { rate < 1 ? -1 / log(rate) : .infinity }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let starts = size.choose(full: Self.starts, quick: Array(Self.starts.prefix(3)))
    return Method.allCases.flatMap { method in
      var groups = Self.conditions(size).map { condition in
        var group = Suite.Group(
          name: Self.name(method, condition), optimizers: method.best(Double(condition)),
          problems: ["quadratic[condition=\(condition)]"])
        group.starts = starts
        group.budget = method.budget(Double(condition))
        return group
      }
      var around = Suite.Group(
        name: Self.around(method), optimizers: method.others(Double(Self.middle), off: Self.off),
        problems: ["quadratic[condition=\(Self.middle)]"])
      around.starts = Array(starts.dropFirst())
      around.budget = method.budget(Double(Self.middle))
      groups.append(around)
      return groups
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let groups = groups(size).map { group in
      var group = group
      group.optimizers = group.optimizers.map { "\($0):constant[share=0.7]" }
      return group
    }
    return Opposite("learning rates of 0.7 times the best ones", groups)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var worst = 0.0
    var series: [Chart.Series] = []
    let conditions = Self.conditions(runs.size)
    for method in Method.allCases {
      var points: [Chart.Point] = []
      for condition in conditions {
        let rates = try runs.values(Self.name(method, condition), "rate", least: 2) {
          $0.measures.rate
        }
        let stated = method.rate(Double(condition))
        let steps = rates.map(Self.steps)
        for count in steps { worst = max(worst, abs(count / Self.steps(stated) - 1)) }
        points.append(
          Chart.Point(
            Double(condition), Statistics.median(steps) ?? .nan,
            in: (steps.min() ?? .nan)...(steps.max() ?? .nan)))
        if let number = Verdict.Number(
          "rate of \(method.title) at κ = \(condition)", medianOf: rates, unit: "a step")
        {
          numbers.append(number.stated(stated))
        }
      }
      series.append(
        Chart.Series(method.title, points, style: .points, optimizer: method.optimizer))
    }
    var fastest = Double.infinity
    for method in Method.allCases {
      let rates = try runs.values(Self.around(method), "rate", least: 2) { $0.measures.rate }
      let best = Self.steps(method.rate(Double(Self.middle)))
      fastest = min(fastest, (rates.map(Self.steps).min() ?? .infinity) / best)
    }
    let ends = (log(Double(conditions[0])), log(Double(conditions[conditions.count - 1])))
    for method in Method.allCases {
      let points = (0...40).map { k in
        let condition = exp(ends.0 + (ends.1 - ends.0) * Double(k) / 40)
        return Chart.Point(condition, Self.steps(method.rate(condition)))
      }
      series.append(Chart.Series("theory", points, style: .dashed))
    }
    numbers.append(Verdict.Number("largest deviation in steps", 100 * worst, unit: "%"))
    numbers.append(
      Verdict.Number("steps of the best parameters nearby", fastest, unit: "of the stated"))
    let holds = worst <= Self.tolerance && fastest >= 1 - Self.tolerance
    return Verdict(
      holds ? .holds : .doesNotHold,
      "the steps that a factor of e takes deviate from theory by up to "
        + "\(shortest(rounded(100 * worst, digits: 2))) %, from κ = \(conditions[0]) to "
        + "\(conditions[conditions.count - 1]), and parameters 10 % off take at least "
        + "\(shortest(rounded(fastest, digits: 3))) times as many",
      numbers: numbers,
      charts: [
        Chart(
          name: "steps",
          title:
            "Steps grow with κ for gradient descent, with √κ for the heavy ball, as theory says",
          x: Chart.Axis("condition number κ", isLog: true),
          y: Chart.Axis("steps for a factor of e", isLog: true), series: series)
      ]
        + [try paths(runs)])
  }

  /// The distance against the step, of each from the first start.
  private func paths(_ runs: ExperimentRuns) throws(Undecided) -> Chart {
    var series: [Chart.Series] = []
    var theory: [Chart.Point] = []
    for method in Method.allCases {
      let group = Self.name(method, Self.middle)
      let path = try runs.traced(try runs.ended(group)[0]).trajectory
      let rows = 0..<min(path.count, Self.rowsDrawn)
      series.append(
        Chart.Series(
          method.title,
          rows.map { row in
            let squares = path.point(row).reduce(0) { $0 + $1 * $1 }
            return Chart.Point(Double(path.steps[row]), squares.squareRoot())
          }, optimizer: method.optimizer))
      let rate = method.rate(Double(Self.middle))
      theory += rows.map { Chart.Point(Double($0), exp(Double($0) * log(rate))) }
      theory.append(Chart.Point(0, .nan))
    }
    return Chart(
      name: "paths",
      title: "At κ = \(Self.middle) the heavy ball rises first, and then falls ten times as fast",
      x: Chart.Axis("step"), y: Chart.Axis("distance from the minimum", isLog: true),
      series: series + [Chart.Series("ρᵗ", theory, style: .dashed)])
  }
}
