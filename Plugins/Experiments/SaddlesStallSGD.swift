import Analysis
import OptimizerKit

/// Near a saddle gradient descent stalls, the longer the nearer to the ridge it starts.
///
/// Along the way out, of curvature −|λ|, gradient descent multiplies the distance y from the ridge by
/// 1 + α|λ| at every step. From y₀ it takes
///
///     t(y₀) ≈ log(r/y₀) / log(1 + α|λ|)
///
/// steps to a distance r from which the loss falls: a tenfold nearer start costs
/// log 10 / log(1 + α|λ|) steps more, 12.6 of them at α = 0.1 and λ = −2. Whole steps are counted, so
/// that a difference of two counts may be one step off. Meanwhile the other coordinate comes in, and the
/// gradient vanishes; on the ridge itself there is no way out.
///
/// What other rules do from the same starts is measured beside, at fixed settings and without a
/// verdict: where the gradient is divided by its own size, the distance does not count; where it is
/// noisy, there is no ridge to stay on.
///
/// Dauphin et al. 2014, arXiv 1406.2572 (saddles slow descent); Lee et al. 2016, arXiv 1602.04915
/// (descent leaves almost every start); Jin et al. 2017, arXiv 1703.00887 (noise helps out).
public struct SaddlesStallSGD: Experiment {
  public static let name = "saddles-stall-sgd"
  public static let summary = "steps to escape from a saddle against the distance of the start"
  public static let source =
    "CS231n, lecture on training neural networks; Dauphin et al. 2014, arXiv 1406.2572"
  public static let claim =
    "At a saddle the gradient vanishes, and gradient descent stalls: the nearer it starts to the "
    + "ridge, the longer it takes to leave."
  public static let rule =
    "It holds if, with each tenfold nearer start, the smallest gradient on the way falls and the "
    + "steps to the escape grow by log 10 / log(1 + α|λ|) within one step, and if no start on the "
    + "ridge escapes; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 2.0
  public static let figures = ["saddle"]

  public init() {}

  private static let learningRate = 0.1
  /// Of `bounded-saddle` at the origin.
  private static let curvature = 2.0
  private static let ridge = "ridge"
  private static let noise = "gradient noise"

  /// What is measured beside gradient descent: rules at the same learning rate, or at a usual one.
  private static let others: [(name: String, optimizer: String, selection: String)] = [
    ("momentum", "momentum", "momentum[lr=0.1;momentum=0.9]"),
    ("nesterov", "nesterov", "nesterov[lr=0.1;momentum=0.9]"),
    ("adagrad", "adagrad", "adagrad[lr=0.1]"),
    ("rmsprop", "rmsprop", "rmsprop[lr=0.01]"),
    ("adam", "adam", "adam[lr=0.01]"),
  ]

  /// The powers of ten of the distances, nearer and nearer.
  private static func powers(_ size: ExperimentSize) -> ClosedRange<Int> {
    1...size.choose(full: 8, quick: 4)
  }

  private static func distance(_ power: Int) -> Double { 1 / OptimizerKit.power(10.0, power) }

  private static func name(_ power: Int) -> String { "distance-1e-\(power)" }

  /// Where the starts lie along the ridge.
  private static func places(_ size: ExperimentSize) -> [Double] {
    size.choose(full: [0.25, 0.5, 1, 1.25, 1.5], quick: [0.5, 1])
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    func group(_ name: String, _ optimizer: String, _ starts: [[Double]]) -> Suite.Group {
      var group = Suite.Group(name: name, optimizers: [optimizer], problems: ["bounded-saddle"])
      group.starts = starts
      group.budget = .steps(400)
      return group
    }
    let descent = "sgd[lr=\(Self.learningRate)]"
    let places = Self.places(size)
    var groups = Self.powers(size).map { power in
      group(Self.name(power), descent, places.map { [$0, Self.distance(power)] })
    }
    groups.append(group(Self.ridge, descent, places.map { [$0, 0] }))
    groups += Self.others.map { other in
      group(other.name, other.selection, Self.powers(size).map { [1, Self.distance($0)] })
    }
    var noisy = group(Self.noise, "noisy[variance=1e-4;power=0](\(descent))", [[1, 0]])
    noisy.seeds = Array(1...size.choose(full: 20, quick: 5))
    return groups + [noisy]
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "steps of one length, whatever the gradient, in place of gradient descent",
      groups(size).replacing(
        "sgd[", by: "signsgd[", in: Self.powers(size).map(Self.name) + [Self.ridge]))
  }

  public func isDrawn(_ run: RunRecord) -> Bool {
    run.spec.start == [1, Self.distance(3)]
      && ["sgd", "signsgd", "momentum", "rmsprop"].contains(run.spec.optimizer.name)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let powers = Array(Self.powers(runs.size))
    let count = Self.places(runs.size).count
    func escapes(_ group: String, least: Int = 1) throws(Undecided) -> [Double] {
      try runs.values(group, "escape", least: least) { $0.measures.escapeStep ?? .infinity }
    }
    // By distance, one value for each place along the ridge.
    var steps: [[Double]] = []
    var gradients: [[Double]] = []
    // The gradient norm over the steps to the escape, from the first place.
    var stalls: [[Chart.Point]] = []
    for power in powers {
      steps.append(try escapes(Self.name(power), least: count))
      var smallest: [Double] = []
      for run in try runs.ended(Self.name(power), least: count) {
        let path = try runs.traced(run).trajectory
        // Beyond the escape it comes to a minimum, where the gradient vanishes as well.
        let rows = zip(path.steps, path.gradientNorms)
          .prefix { Double($0.0) <= run.measures.escapeStep ?? .infinity }
        smallest.append(rows.map(\.1).min() ?? .nan)
        if smallest.count == 1 { stalls.append(rows.map { Chart.Point(Double($0), $1) }) }
      }
      gradients.append(smallest)
    }
    let stuck = try escapes(Self.ridge, least: count).filter { $0 == .infinity }.count
    let freed = try escapes(Self.noise)

    let expected = log(10) / log(1 + Self.learningRate * Self.curvature)
    let added = zip(steps, steps.dropFirst()).map { far, near in zip(far, near).map { $1 - $0 } }
    let isSlower = added.allSatisfy { $0.allSatisfy { ($0 - expected).magnitude <= 1 } }
    let vanishes = zip(gradients, gradients.dropFirst()).allSatisfy { far, near in
      zip(far, near).allSatisfy { $0 > $1 }
    }
    let holds = isSlower && vanishes && stuck == count

    let all = added.flatMap { $0 }
    guard let mean = Statistics.mean(all.filter(\.isFinite)), let first = steps.first,
      let last = steps.last, let early = Statistics.median(first),
      let late = Statistics.median(last)
    else { throw Undecided("no start escaped, from wherever it was") }
    var numbers = [
      Verdict.Number("steps more for a tenfold nearer start", mean, unit: "steps").stated(expected)
    ]
    for (power, step) in zip(powers, steps) {
      numbers += [Verdict.Number("escape from 1e-\(power)", medianOf: step, unit: "steps")]
        .compactMap { $0 }
    }
    for (power, gradient) in [(powers.first, gradients.first), (powers.last, gradients.last)] {
      guard let power, let gradient else { continue }
      numbers += [Verdict.Number("smallest gradient from 1e-\(power)", medianOf: gradient)]
        .compactMap { $0 }
    }
    numbers += [
      Verdict.Number("escape from the ridge by noise", medianOf: freed, unit: "steps")
    ].compactMap { $0 }
    var series = [
      Chart.Series(
        "sgd", zip(powers, steps).map { Chart.Point(Self.distance($0), medianOf: $1) },
        optimizer: "sgd")
    ]
    for other in Self.others {
      let values = try escapes(other.name, least: powers.count)
      numbers += [
        Verdict.Number(
          "\(other.name): escape from 1e-\(powers[powers.count - 1])", values[powers.count - 1],
          unit: "steps")
      ]
      series.append(
        Chart.Series(
          other.name,
          zip(powers, values).map {
            Chart.Point(Self.distance($0), $1.isFinite ? $1 : .nan)
          }, optimizer: other.optimizer))
    }
    let text = { (value: Double) in value.isFinite ? "\(Int(value.rounded()))" : "no number of" }
    return Verdict(
      holds ? .holds : .doesNotHold,
      "from a distance of 1e-\(powers[0]) it takes \(text(early)) steps to leave, from "
        + "1e-\(powers[powers.count - 1]) \(text(late)): \(rounded(mean, digits: 3)) more for each "
        + "tenfold nearer start, where theory has \(rounded(expected, digits: 3)); of \(count) starts on "
        + "the ridge \(stuck) stay there" + (vanishes ? "" : "; the gradient does not vanish"),
      numbers: numbers,
      charts: [
        Chart(
          name: "escape",
          title: "The nearer to the ridge, the later descent leaves the saddle",
          x: Chart.Axis("distance of the start from the ridge", isLog: true),
          y: Chart.Axis("steps to the escape", range: 0...max(late.isFinite ? 1.1 * late : 1, 10)),
          series: series + [
            Chart.Series(
              "log(1/y₀) / log(1 + α|λ|)",
              powers.map {
                Chart.Point(
                  Self.distance($0), early + expected * Double($0 - powers[0]))
              }, style: .dashed, optimizer: "sgd")
          ],
          notes: ["theory has the slope; it begins at the escape from the farthest start"]),
        Chart(
          name: "gradient",
          title: "Near the saddle the gradient vanishes, and comes back late",
          x: Chart.Axis("step"), y: Chart.Axis("gradient norm", isLog: true),
          series: zip(powers, stalls).filter { ($0.0 - powers[0]) % 2 == 0 }.map {
            Chart.Series("from 1e-\($0)", $1)
          },
          notes: ["gradient descent, from the first place on the ridge; lines end at the escape"]),
      ])
  }
}
