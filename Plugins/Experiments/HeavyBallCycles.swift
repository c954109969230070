import Analysis
import OptimizerKit

/// The heavy ball, tuned as for quadratics, cycles for ever on a strongly convex function.
///
/// The function, `lessard-cycle`, is smooth with constant 25 and strongly convex with constant 1. On
/// quadratics of such curvatures the best parameters of the heavy ball are α = (2/(√25 + 1))² = 1/9 and
/// μ = (4/6)² = 4/9. Here they lead from starts in 3.07 ... 3.46 into a cycle of three points,
///
///     −2208/1225, 2592/1225, 792/1225 = −1.80245, 2.11592, 0.64653
///
/// where f″ = 25, so that all that is not the cycle shrinks by √μ = 2/3 a step: after 300 steps nothing
/// but rounding is left. A run has come to the cycle where each of its last 30 points is one of the three,
/// to within half a unit of the last digit that is stated, and is the one three steps before. It has
/// converged where its distance from the minimum is a millionth of that at the start. Gradient descent
/// and Nesterov have parameters with which theory lets them converge on every function of these constants:
/// α = 2/(1 + 25) = 1/13, and α = 1/25 with β = (√25 − 1)/(√25 + 1) = 2/3.
///
/// Lessard, Recht and Packard 2016, arXiv 1408.3595, section 4.6.
public struct HeavyBallCycles: Experiment {
  public static let name = "heavy-ball-cycles"
  public static let summary = "the heavy ball need not converge on convex functions"
  public static let source = "Lessard, Recht and Packard 2016, arXiv 1408.3595, section 4.6"
  public static let claim =
    "With its best parameters for quadratics the heavy ball cycles for ever on a strongly convex "
    + "function, on which gradient descent and Nesterov converge."
  public static let rule =
    "It holds if, from every start, the last 30 points of the heavy ball go round the three stated points "
    + "(to within 5·10⁻⁶), and the other two end within a millionth of their initial distance from the "
    + "minimum; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 3.0

  public init() {}

  private static let cycle = [-2208.0 / 1225, 2592.0 / 1225, 792.0 / 1225]
  /// As the source gives them.
  private static let stated = [-1.80245, 2.11592, 0.64653]
  private static let tolerance = 5e-6
  private static let rounds = 10
  private static let converging = [
    ("gradient-descent", "gradient descent", "sgd"), ("nesterov", "Nesterov", "nesterov"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let count = size.choose(full: 14, quick: 4)
    let starts = (0..<count).map { [3.07 + 0.39 * Double($0) / Double(count - 1)] }
    return [
      ("heavy-ball", "momentum[lr=\(1.0 / 9);momentum=\(4.0 / 9)]"),
      ("gradient-descent", "sgd[lr=\(1.0 / 13)]"),
      ("nesterov", "nesterov[lr=\(1.0 / 25);momentum=\(2.0 / 3)]"),
    ].map { name, optimizer in
      var group = Suite.Group(name: name, optimizers: [optimizer], problems: ["lessard-cycle"])
      group.starts = starts
      group.budget = .steps(300)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a heavy ball with α = 1/25, small enough to converge",
      groups(size).replacing("lr=\(1.0 / 9)", by: "lr=\(1.0 / 25)", in: ["heavy-ball"]))
  }

  /// The last points of a path, in order.
  private func end(_ path: Trajectory) -> [Double] { path.points.suffix(3 * Self.rounds) }

  /// How far points are from going round the cycle.
  private func distance(fromCycle points: [Double]) -> Double {
    guard points.count == 3 * Self.rounds else { return .infinity }
    // The cycle may be entered at any of its points.
    return (0..<3).map { first in
      points.indices.map { abs(points[$0] - Self.cycle[(first + $0) % 3]) }.max() ?? .infinity
    }.min() ?? .infinity
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var paths: [Trajectory] = []
    for run in try runs.ended("heavy-ball", least: 4) {
      paths.append(try runs.traced(run).trajectory)
    }
    let ends = paths.map(end)
    let distances = ends.map(distance(fromCycle:))
    var cycling = 0
    for distance in distances where distance <= Self.tolerance { cycling += 1 }
    var numbers = Self.stated.indices.compactMap { k in
      // Of each path that of the last three points which is nearest to the stated one.
      Verdict.Number(
        "point \(k + 1) of the cycle",
        medianOf: ends.compactMap { points in
          points.suffix(3).min { abs($0 - Self.stated[k]) < abs($1 - Self.stated[k]) }
        })?.stated(Self.stated[k])
    }
    var others: [Chart.Series] = []
    var remaining = 0.0
    for (group, title, optimizer) in Self.converging {
      var shares: [Double] = []
      for (index, run) in try runs.ended(group, least: 4).enumerated() {
        let path = try runs.traced(run).trajectory
        guard let first = path.points.first, let last = path.points.last, first != 0 else {
          throw Undecided("\(group) has a path without points")
        }
        shares.append(abs(last / first))
        if index == 0 { others.append(series(title, path, optimizer)) }
      }
      remaining = max(remaining, shares.max() ?? .infinity)
      if let number = Verdict.Number(
        "\(title): distance left", medianOf: shares, unit: "of the start's")
      {
        numbers.append(number)
      }
    }
    let holds = cycling == paths.count && remaining <= 1e-6
    let sentence =
      "the heavy ball goes round the stated points from \(cycling) of \(paths.count) starts, to within "
      + "\(shortest(rounded(distances.max() ?? .nan, digits: 2))); gradient descent and Nesterov "
      + "end within \(shortest(rounded(remaining, digits: 2))) of their initial distance"
    return Verdict(
      holds ? .holds : .doesNotHold, sentence, numbers: numbers,
      charts: [
        Chart(
          name: "paths", title: "The heavy ball goes round and round where others arrive",
          x: Chart.Axis("step"), y: Chart.Axis("x"),
          series: [series("heavy ball", paths[0], "momentum")] + others),
        try shape(ends[0], runs),
      ])
  }

  private func series(_ name: String, _ path: Trajectory, _ optimizer: String) -> Chart.Series {
    Chart.Series(
      name, (0..<min(path.points.count, 50)).map { Chart.Point(Double($0), path.points[$0]) },
      optimizer: optimizer)
  }

  /// The function, with where the heavy ball ends.
  private func shape(_ points: [Double], _ runs: ExperimentRuns) throws(Undecided) -> Chart {
    let problem = try runs.problem(of: try runs.ended("heavy-ball")[0])
    guard let surface = problem as? any Surface, surface.dimension == 1 else {
      throw Undecided("the problem is no function of one number")
    }
    func loss(_ x: Double) -> Double { surface.loss(at: [x]) }
    return Chart(
      name: "function", title: "Where the heavy ball ends: three points of a convex function",
      x: Chart.Axis("x"), y: Chart.Axis("f(x)"),
      series: [
        Chart.Series(
          "f",
          (0...110).map { k in
            let x = -2.2 + 0.045 * Double(k)
            return Chart.Point(x, loss(x))
          }),
        Chart.Series(
          "last points of the heavy ball", points.suffix(3).map { Chart.Point($0, loss($0)) },
          style: .points, optimizer: "momentum"),
      ], notes: ["f is smooth with constant 25 and strongly convex with constant 1"])
  }
}
