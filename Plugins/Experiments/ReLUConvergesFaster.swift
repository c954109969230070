import Analysis
import Figures
import OptimizerKit

/// How many steps nets of ReLUs and of tanh take to the same training loss.
///
/// Krizhevsky, Sutskever and Hinton show a net of four convolutions on CIFAR-10 that reaches 25 % training error six
/// times faster with ReLUs than with tanh; the notes repeat the number for ReLUs in general. Here a shallow
/// net and a deep one learn Fashion-MNIST by gradient descent, each activation with the weights that keep its signals (Kaiming's
/// and N/√fan-in) and the learning rate that is best for it among equally many tried, on a seed of its own.
///
/// The loss to be reached, 0.77, is a third of that of a guess, ln 10. It is the mean of 20 minibatches, 2,560
/// examples, so that its scatter is less than a quarter of that of one.
///
/// Krizhevsky, Sutskever and Hinton 2012, doi:10.1145/3065386.
public struct ReLUConvergesFaster: Experiment {
  public static let name = "relu-converges-faster"
  public static let summary = "steps to the same training loss with ReLUs and with tanh"
  public static let source =
    "CS231n, lecture on training neural networks; Krizhevsky et al. 2012, doi:10.1145/3065386"
  public static let claim = "Nets of ReLUs converge six times faster than nets of tanh."
  public static let rule =
    "It holds if in a net of two hidden layers and in one of eight the 95 % interval of the ratio of steps to "
    + "the same training loss, tanh over ReLU, lies above 1 and reaches 6 or more; it holds only when the "
    + "one net is meant where it does so there alone."
  public static let chapter = ExperimentChapter.activations
  public static let place = 14.4

  public init() {}

  private static let level = 0.77
  private static let window = 20

  private static let nets = [
    (name: "default", title: "2 hidden layers", hidden: "128x64"),
    (name: "deep", title: "8 hidden layers", hidden: "100x100x100x100x100x100x100x100"),
  ]
  private static let activations = [
    (name: "relu", title: "ReLU", way: "activation=relu;init=kaiming-normal"),
    (name: "tanh", title: "tanh", way: "activation=tanh;init=lecun-normal"),
  ]
  private static let rates = "0.01,0.03,0.1,0.3,1"

  public func groups(_ size: ExperimentSize) -> [Suite.Group] { groups(size, tanh: Self.rates) }

  private func groups(_ size: ExperimentSize, tanh rates: String) -> [Suite.Group] {
    Self.nets.flatMap { net in
      Self.activations.map { activation in
        var group = Suite.Group(
          name: "\(activation.name)-\(net.name)",
          optimizers: ["sgd[lr=\(activation.name == "tanh" ? rates : Self.rates)]"],
          problems: ["mlp[hidden=\(net.hidden);\(activation.way);fold=1/50]"])
        group.seeds = Array(1...size.choose(full: 10, quick: 5))
        group.budget = .steps(size.choose(full: 1000, quick: 200))
        group.tuneOnGrid(trials: 5)
        group.recording = Recording(validations: 1)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "nets of tanh tuned among rates a hundredth as large",
      groups(size, tanh: "1e-4,3e-4,1e-3,3e-3,1e-2"))
  }

  /// The steps to the loss, seed by seed, and the ratio of tanh to ReLU.
  private struct Race {
    var relu: [Double] = []
    var tanh: [Double] = []
    var ratio = Estimate(.nan, nil)
    /// Of the mean loss of the last minibatches, over the steps: ReLU, then tanh.
    var curves: [Chart.Series] = []

    /// That of equal ratios is their value.
    var interval: ClosedRange<Double> { ratio.interval ?? ratio.value...ratio.value }
    var isSixfold: Bool {
      interval.lowerBound > 1 && interval.upperBound >= 6
    }
  }

  private func race(_ runs: ExperimentRuns, _ net: String) throws(Undecided) -> Race {
    var steps: [[Double]] = []
    var race = Race()
    for activation in Self.activations {
      let group = "\(activation.name)-\(net)"
      let trajectories = try runs.trajectories(group, least: 5)
      // What does not get there is slower than all that does.
      steps.append(
        trajectories.map { $0.steps(toLoss: Self.level, window: Self.window) ?? .infinity })
      race.curves.append(
        Chart.Series(activation.title, lossesOf: trajectories, window: Self.window))
    }
    (race.relu, race.tanh) = (steps[0], steps[1])
    let ratios = zip(race.tanh, race.relu).map { $0 / $1 }
    guard let ratio = Estimate.median(of: ratios), !ratios.contains(where: \.isNaN) else {
      throw Undecided("neither activation reaches the loss in the \(net) net")
    }
    race.ratio = ratio
    return race
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var races: [Race] = []
    for net in Self.nets { races.append(try race(runs, net.name)) }
    let sixfold = races.count(where: \.isSixfold)
    func text(_ value: Double?) -> String { Text.readable(value ?? .nan) }
    let results = zip(Self.nets, races).map { net, race in
      "\(text(race.ratio.value)) times as many steps as ReLU with \(net.title) (95 % interval "
        + "\(text(race.interval.lowerBound)) to \(text(race.interval.upperBound)); medians "
        + "\(text(Statistics.median(race.tanh))) and \(text(Statistics.median(race.relu))))"
    }
    let places = zip(Self.nets, races).filter(\.1.isSixfold).map(\.0.title)
    return Verdict(
      sixfold == races.count ? .holds : sixfold == 0 ? .doesNotHold : .holdsOnlyWhen,
      (sixfold == 1 ? "with \(places[0]) only: " : "")
        + "to a training loss of \(Self.level), at rates tuned alike, tanh needs "
        + results.joined(separator: " and ") + ", over \(races[0].relu.count) seeds",
      numbers: zip(Self.nets, races).map { net, race in
        Verdict.Number("steps, tanh over ReLU, \(net.title)", race.ratio).stated(6)
      },
      charts: [
        Chart(
          name: "loss",
          title: "Training loss with ReLUs and with tanh, each at its best learning rate",
          panels: zip(Self.nets, races).map { net, race in
            Chart.Panel(
              net.title, x: Chart.Axis("step"),
              y: Chart.Axis("training loss, mean of \(Self.window) minibatches", isLog: true),
              series: race.curves,
              levels: [Chart.Level("to be reached", at: Self.level)])
          }, notes: ["medians over seeds, with quartiles"])
      ])
  }
}
