import Analysis
import Figures
import OptimizerKit

/// A rectifier that an update has pushed so far down that no example lifts it above 0 gets no gradient any
/// more: it is dead, and stays so.
///
/// Updates are larger, the larger the learning rate. A unit counts as dead here where its output is 0 for
/// every example of eight minibatches (1,024 examples) at the parameters that a run ends with.
///
/// The rise from the smallest rate to the largest, seed by seed, must be one that matters: a tenth of the net.
/// In between no rate may leave fewer dead units than a smaller one by more than two hundredths, which is four
/// of the 192 units: the scatter over seeds where hardly any die.
///
/// Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network acoustic models"; Lu et al.
/// 2020, arXiv 1903.06733.
public struct DeadReLUs: Experiment {
  public static let name = "dead-relus"
  public static let summary = "the share of dead rectifiers against the learning rate"
  public static let source =
    "CS231n, lecture on training neural networks; Lu et al. 2020, arXiv 1903.06733"
  public static let claim = "The larger the learning rate, the more ReLUs die."
  public static let rule =
    "It holds if the median share of dead units falls by no more than two hundredths from any learning rate "
    + "to the next larger one, and the 95 % interval of its rise from the smallest to the largest lies above "
    + "a tenth."
  public static let chapter = ExperimentChapter.activations
  public static let place = 15.0

  public init() {}

  private static let rates = ["0.01", "0.03", "0.1", "0.3", "1", "3"]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.rates.map { rate in
      var group = Suite.Group(
        name: "rate-\(rate)", optimizers: ["sgd[lr=\(rate)]"],
        problems: [
          size.choose(full: "mlp[fold=1/50]", quick: "mlp[fold=1/50;trainSize=5000]")
        ])
      group.seeds = Array(1...size.choose(full: 10, quick: 4))
      group.budget = .steps(size.choose(full: 400, quick: 100))
      group.recording = Recording(every: 20, validations: 1, checkpoints: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "leaky ReLUs, which pass gradients everywhere, in place of ReLUs",
      groups(size).replacing("mlp[", by: "mlp[activation=leaky-relu;"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var shares: [[Double]] = []
    for rate in Self.rates {
      var dead: [Double] = []
      for run in try runs.ended("rate-\(rate)", least: 3) {
        dead.append(try runs.deadShare(of: run, minibatches: 8))
      }
      shares.append(dead)
    }
    let medians = shares.map { Statistics.median($0) ?? .nan }
    let last = shares.count - 1
    guard let rise = Estimate.mean(of: zip(shares[last], shares[0]).map { $0 - $1 }) else {
      throw Undecided("there are no runs")
    }
    let isSteady = zip(medians, medians.dropFirst()).allSatisfy { $1 >= $0 - 0.02 }
    let isSure = (rise.interval?.lowerBound ?? rise.value) > 0.1
    let numbers = zip(Self.rates, shares).compactMap {
      Verdict.Number("dead at learning rate \($0)", medianOf: $1)
    }
    return Verdict(
      isSteady && isSure ? .holds : .doesNotHold,
      "from learning rate \(Self.rates[0]) to \(Self.rates[last]) the share of dead units goes from "
        + "\(Text.percent(medians[0])) to \(Text.percent(medians[last]))"
        + (isSure ? "" : ", which may be chance")
        + (isSteady ? "" : ", but it does not rise from each rate to the next")
        + " (medians over \(shares[0].count) seeds)",
      numbers: numbers + [Verdict.Number("rise, mean over seeds", rise)],
      charts: [
        Chart(
          name: "dead",
          title: isSteady && isSure
            ? "The larger the learning rate, the more ReLUs are dead after training"
            : "Dead ReLUs after training, by learning rate",
          x: Chart.Axis("learning rate", isLog: true),
          y: Chart.Axis("dead hidden units, per cent", range: 0...102),
          series: [
            Chart.Series(
              "after training",
              zip(Self.rates, shares).map {
                Chart.Point(Double($0) ?? .nan, medianOf: $1.map { 100 * $0 })
              })
          ], notes: ["medians over seeds, with quartiles; dead: 0 for each of 1,024 examples"])
      ])
  }
}
