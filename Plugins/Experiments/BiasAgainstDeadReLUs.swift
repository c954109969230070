import Analysis
import Figures
import OptimizerKit

/// Some start the biases of rectifiers at 0.01, so that all of them are active at first. Whether that helps,
/// the lecture leaves open.
///
/// At four learning rates, some of which kill a good part of the units, the same net with the same seeds starts
/// with biases of 0 and of 0.01; the share of units that are dead in the end (0 for every one of 1,024
/// examples) is compared pair by pair. A hundredth is about two units of this net: less is no help, whatever
/// the interval.
///
/// Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network acoustic models".
public struct BiasAgainstDeadReLUs: Experiment {
  public static let name = "bias-against-dead-relus"
  public static let summary = "whether initial biases of 0.01 keep rectifiers alive"
  public static let source = "CS231n, lecture on training neural networks"
  public static let claim =
    "ReLUs whose biases start at 0.01 die less often than those that start at 0."
  public static let rule =
    "It holds if the 95 % interval of the difference in the share of dead units, pair by pair over "
    + "learning rates and seeds, lies below minus a hundredth; it does not hold otherwise."
  public static let chapter = ExperimentChapter.activations
  public static let place = 15.5

  public init() {}

  private static let rates = ["0.3", "0.5", "0.7", "0.9"]
  private static let biases = ["zero", "positive"]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] { groups(size, zero: "0") }

  private func groups(_ size: ExperimentSize, zero: String) -> [Suite.Group] {
    Self.biases.flatMap { bias in
      Self.rates.map { rate in
        let net = size.choose(full: "mlp[", quick: "mlp[trainSize=5000;")
        let value = bias == "zero" ? zero : "0.01"
        var group = Suite.Group(
          name: "\(bias)-\(rate)", optimizers: ["sgd[lr=\(rate)]"],
          problems: ["\(net)biasInit=\(value);fold=1/50]"])
        group.seeds = Array(1...size.choose(full: 30, quick: 4))
        group.budget = .steps(size.choose(full: 400, quick: 100))
        group.recording = Recording(every: 20, validations: 1, checkpoints: 1)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "biases of −4 in place of 0, beside which those of 0.01 do help", groups(size, zero: "-4"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    // By bias and rate, a value for each seed.
    var shares: [[[Double]]] = []
    for bias in Self.biases {
      var byRate: [[Double]] = []
      for rate in Self.rates {
        var dead: [Double] = []
        for run in try runs.ended("\(bias)-\(rate)", least: 3) {
          dead.append(try runs.deadShare(of: run, minibatches: 8))
        }
        byRate.append(dead)
      }
      shares.append(byRate)
    }
    // One value a seed: the runs of one seed share their start.
    let seeds = shares[0][0].indices
    let differences = seeds.map { seed in
      Self.rates.indices.map { shares[1][$0][seed] - shares[0][$0][seed] }.reduce(0, +)
        / Double(Self.rates.count)
    }
    guard let difference = Estimate.mean(of: differences), let interval = difference.interval else {
      throw Undecided("there are too few seeds for an interval")
    }
    let helps = interval.upperBound < -0.01
    let means = shares.map { Statistics.mean($0.flatMap { $0 }) ?? .nan }
    func points(_ value: Double) -> String { Text.readable(100 * value, digits: 2) }
    return Verdict(
      helps ? .holds : .doesNotHold,
      "\(Text.readable(100 * means[0], digits: 2)) % of the units are dead in the end with biases of 0 and "
        + "\(Text.readable(100 * means[1], digits: 2)) % with 0.01: a difference of "
        + "\(points(difference.value)) percentage points, 95 % interval \(points(interval.lowerBound)) to "
        + "\(points(interval.upperBound))"
        + (interval.contains(0) ? ", which may be chance (" : " (")
        + "\(Self.rates.count) learning rates, \(seeds.count) seeds)",
      numbers: [
        Verdict.Number("dead with biases of 0, mean", means[0]),
        Verdict.Number("dead with biases of 0.01, mean", means[1]),
        Verdict.Number("difference", difference),
      ],
      charts: [
        Chart(
          name: "dead",
          title: helps
            ? "Dead ReLUs at each learning rate: fewer of them with biases of 0.01 at the start"
            : "Dead ReLUs at each learning rate: biases of 0.01 at the start do not make them fewer",
          x: Chart.Axis("learning rate", categories: Self.rates),
          y: Chart.Axis("dead hidden units, per cent"),
          series: zip(["biases of 0", "biases of 0.01"], shares).map { name, byRate in
            Chart.Series(
              name,
              byRate.enumerated().map {
                Chart.Point(Double($0 + 1), medianOf: $1.map { 100 * $0 })
              },
              style: .bars)
          }, notes: ["medians over seeds, with quartiles; dead: 0 for each of 1,024 examples"])
      ])
  }
}
