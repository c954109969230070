import Analysis
import OptimizerKit

/// The paths of the classic optimizers on one contour map: who overshoots, who bends, who is slow.
///
/// On a valley of condition 20 along an axis, from starts on a circle (at angles of 23 to 58 degrees from the
/// flat axis: near one of the axes there is nothing to bend), each optimizer runs at 17 learning
/// rates of one grid, with the lecture's other values (momentum 0.9, β 0.9 and 0.999, decay 0.99). Its rate
/// is that with the least median number of steps, over half of the starts, until it stays within 1 % of the
/// initial distance; judged are the paths from the other half at that rate. The claim has three parts:
///
/// 1. Momentum and Nesterov overshoot along the flat direction and come back: from every start by more than
///    1 % of the initial distance, the radius within which a path counts as settled.
/// 2. RMSProp and Adam bend towards the minimum: until a quarter of the distance is left, their paths are
///    straighter than gradient descent's, by the ratio of the straight way to the path's length: the 95 %
///    interval of the median difference over starts lies above 0.
/// 3. Gradient descent is the slowest: it settles later than each of the others in the median over starts,
///    by a ratio of steps whose 95 % interval lies above 1.
///
/// CS231n, lecture on training neural networks, after the animations of Alec Radford.
public struct PathsCompared: Experiment {
  public static let name = "paths-compared"
  public static let summary = "the paths of all classic optimizers on one contour map"
  public static let source = "CS231n, lecture on training neural networks"
  public static let claim =
    "In a valley, momentum methods overshoot and come back, RMSProp and Adam bend towards the minimum, and "
    + "SGD is the slowest."
  public static let rule =
    "With rates tuned alike: momentum and Nesterov must overshoot by more than 1 % from every start, "
    + "RMSProp's and Adam's way be straighter than SGD's, and SGD settle later than each other "
    + "one (95 % intervals of median difference and ratio). It holds if all three are so, only in "
    + "part if the third alone is not, and does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 11.0
  public static let figures = ["trajectory"]

  public init() {}

  private static let methods = [
    (name: "sgd", title: "SGD"), (name: "momentum", title: "momentum"),
    (name: "nesterov", title: "Nesterov"), (name: "rmsprop", title: "RMSProp"),
    (name: "adam", title: "Adam"),
  ]
  /// The start of the picture, at settings of the kind that animations have; it is not judged.
  private static let drawn = [-18.0, 9]
  private static let condition = 20
  private static let radius = 20.0

  /// In all four quadrants.
  private static func starts(_ size: ExperimentSize) -> [[Double]] {
    let count = size.choose(full: 24, quick: 12)
    return (0..<count).map { index in
      let share = 0.25 + 0.4 * (Double(index) + 0.5) / Double(count)
      let angle = 0.5 * Double.pi * share
      let signs = [(1.0, 1.0), (-1, 1), (-1, -1), (1, -1)][index / 2 % 4]
      return [signs.0 * radius * cos(angle), signs.1 * radius * sin(angle)]
    }
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let rates = (0..<17).map { exp(log(1e-3) + log(1e4) * Double($0) / 16) }
    let list = rates.map { "\($0)" }.joined(separator: ",")
    var groups = Self.methods.map { method in
      var group = Suite.Group(
        name: method.name, optimizers: ["\(method.name)[lr=\(list)]"],
        problems: ["quadratic[condition=\(Self.condition)]"])
      group.starts = Self.starts(size)
      group.budget = .steps(500)
      return group
    }
    var picture = Suite.Group(
      name: "picture",
      optimizers: [
        "sgd[lr=0.05]", "momentum[lr=0.02]", "nesterov[lr=0.02]", "rmsprop[lr=0.2]", "adam[lr=0.5]",
      ],
      problems: ["quadratic[condition=\(Self.condition)]"])
    picture.starts = [Self.drawn]
    picture.budget = .steps(150)
    groups.append(picture)
    return groups
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite("SGD and momentum exchanged", groups(size).exchanging("sgd", "momentum"))
  }

  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.start == Self.drawn }

  private struct Tuned {
    var rate = ""
    var isAtEdge = false
    var runs: [RunRecord] = []
    var settling: [Double] { runs.map { $0.measures.settlingStep ?? .infinity } }
  }

  /// The runs of a group at its best rate, from the starts that it was not chosen on.
  private func tuned(_ group: String, _ runs: ExperimentRuns) throws(Undecided) -> Tuned {
    let starts = Self.starts(runs.size)
    var rates: [(text: String, runs: [RunRecord])] = []
    for run in try runs.ended(group, least: 2 * starts.count) {
      let text = run.spec.optimizer["lr"] ?? ""
      if let index = rates.firstIndex(where: { $0.text == text }) {
        rates[index].runs.append(run)
      } else {
        rates.append((text, [run]))
      }
    }
    func isTrial(_ run: RunRecord) -> Bool {
      (starts.firstIndex { $0 == run.spec.start } ?? 0).isMultiple(of: 2)
    }
    func score(_ runs: [RunRecord]) -> Double {
      Statistics.median(runs.filter(isTrial).map { $0.measures.settlingStep ?? .infinity })
        ?? .infinity
    }
    guard let best = rates.indices.min(by: { score(rates[$0].runs) < score(rates[$1].runs) }),
      score(rates[best].runs).isFinite
    else { throw Undecided("\(group) settles at no learning rate") }
    return Tuned(
      rate: rates[best].text, isAtEdge: [0, rates.count - 1].contains(best),
      runs: rates[best].runs.filter { !isTrial($0) })
  }

  /// How straight a path is: the straight way over the way gone until a quarter of the distance is left.
  private func straightness(_ run: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> Double {
    let path = try runs.traced(run).trajectory
    func distance(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    guard path.dimension == 2, path.count > 1 else { throw Undecided("a path has no points") }
    let origin: ArraySlice<Double> = [0, 0]
    let goal = distance(path.point(0), origin) / 4
    var length = 0.0
    for row in 1..<path.count {
      length += distance(path.point(row), path.point(row - 1))
      if distance(path.point(row), origin) <= goal {
        return distance(path.point(row), path.point(0)) / length
      }
    }
    throw Undecided("a path never comes near the minimum")
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var tuned: [String: Tuned] = [:]
    var straight: [String: [Double]] = [:]
    var numbers: [Verdict.Number] = []
    var points: [Chart.Point] = []
    for (index, method) in Self.methods.enumerated() {
      let best = try self.tuned(method.name, runs)
      guard !best.isAtEdge else {
        throw Undecided("the best rate of \(method.title) is at the edge of the grid")
      }
      tuned[method.name] = best
      var values: [Double] = []
      for run in best.runs { values.append(try straightness(run, runs)) }
      straight[method.name] = values
      let settling = Estimate.median(of: best.settling)
      points.append(
        Chart.Point(Double(index + 1), settling?.value ?? .nan, in: settling?.interval))
      numbers += [
        Double(best.rate).map { Verdict.Number("rate of \(method.title)", $0) },
        settling.map { Verdict.Number("\(method.title) settles", $0, unit: "steps") },
        Estimate.median(of: best.runs.compactMap(\.measures.flatOvershoot)).map {
          Verdict.Number("overshoot of \(method.title)", $0, unit: "%")
        },
        Estimate.median(of: values).map { Verdict.Number("straightness of \(method.title)", $0) },
      ].compactMap { $0 }
    }
    func overshoots(_ name: String) -> [Double] {
      tuned[name]?.runs.map { $0.measures.flatOvershoot ?? 0 } ?? []
    }
    let least = (overshoots("momentum") + overshoots("nesterov")).min() ?? 0
    let own = straight["sgd"] ?? []
    let bend = ["rmsprop", "adam"].allSatisfy { name in
      let differences = zip(straight[name] ?? [], own).map { $0 - $1 }
      return (Estimate.median(of: differences)?.interval?.lowerBound ?? 0) > 0
    }
    let slow = tuned["sgd"]?.settling ?? []
    // Those that are not shown to be faster than SGD.
    let notFaster = Self.methods.dropFirst().filter { method in
      let ratios = zip(slow, tuned[method.name]?.settling ?? []).map { $0 / $1 }
      return (Estimate.median(of: ratios)?.interval?.lowerBound ?? 0) <= 1
    }.map(\.title)
    let isShape = least > 1 && bend
    let shape =
      "momentum and Nesterov overshoot by \(shortest(rounded(least, digits: 2))) % or more, RMSProp and "
      + "Adam \(bend ? "bend towards the minimum" : "do not bend more than SGD")"
    return Verdict(
      isShape ? (notFaster.isEmpty ? .holds : .holdsOnlyWhen) : .doesNotHold,
      (isShape && !notFaster.isEmpty ? "it speaks of shapes and not of speed: " : "") + shape
        + (notFaster.isEmpty
          ? ", and SGD is the slowest"
          : ", but SGD is not slower than \(notFaster.joined(separator: ", "))"),
      numbers: numbers,
      charts: [
        Chart(
          name: "settling", title: "Steps until a path stays within 1 % of its initial distance",
          x: Chart.Axis("", categories: Self.methods.map(\.title)), y: Chart.Axis("steps"),
          series: [Chart.Series("", points, style: .bars)],
          notes: ["each at its own tuned rate; whiskers: 95 % intervals of the median over starts"])
      ])
  }
}
