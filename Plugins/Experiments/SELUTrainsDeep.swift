import Analysis
import Figures
import OptimizerKit

/// Whether SELU trains a deep net without batch normalisation.
///
///     SELU(x) = λ x where x > 0, else λα (eˣ − 1)      λ = 1.0507, α = 1.6733
///
/// With weights of variance 1/fan-in, mean 0 and variance 1 are a stable fixed point of its layers: signals keep their
/// size at any depth. Thirty layers of 64 units are trained by momentum, without any normalisation, beside those of
/// other activations with the weights that suit them, each at the best of four rates, tried on a seed of its own.
///
/// Signals keep their size where the spread of every layer is between a half and twice 1. A net has trained where
/// the mean training loss of its last 20 minibatches is at most half of ln 10, the loss of a guess.
///
/// Klambauer, Unterthiner, Mayr and Hochreiter 2017, arXiv 1706.02515; Clevert et al. 2016, arXiv 1511.07289 (ELU).
public struct SELUTrainsDeep: Experiment {
  public static let name = "selu-trains-deep"
  public static let summary = "a net of thirty layers of SELUs without batch normalisation"
  public static let source =
    "CS231n, lecture on training neural networks; Klambauer et al. 2017, arXiv 1706.02515"
  public static let claim = "SELU trains deep nets without batch normalisation."
  public static let rule =
    "It holds if, in thirty layers and with every seed, the spread of each layer's outputs at the start lies "
    + "between 1/2 and 2 and the training loss ends at half of that of a guess or below."
  public static let chapter = ExperimentChapter.activations
  public static let place = 14.6

  public init() {}

  private static let ways = [
    (name: "selu", title: "SELU", way: "activation=selu;init=lecun-normal"),
    (name: "elu", title: "ELU", way: "activation=elu;init=lecun-normal"),
    (name: "relu", title: "ReLU", way: "activation=relu;init=kaiming-normal"),
    (name: "leaky", title: "leaky ReLU", way: "activation=leaky-relu;init=kaiming-normal"),
    (name: "tanh", title: "tanh", way: "activation=tanh;init=lecun-normal"),
    (name: "sigmoid", title: "sigmoid", way: "activation=sigmoid;init=lecun-normal"),
  ]

  /// A quick look leaves out what the verdict does not rest on.
  private static func ways(_ size: ExperimentSize) -> [(name: String, title: String, way: String)] {
    size == .full ? ways : [ways[0], ways[5]]
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let hidden = Array(repeating: "64", count: 30).joined(separator: "x")
    return Self.ways(size).map { way in
      var group = Suite.Group(
        name: way.name,
        optimizers: [
          "momentum[lr=\(size.choose(full: "0.001,0.003,0.01,0.03", quick: "0.003,0.01"))]"
        ],
        problems: ["mlp[hidden=\(hidden);\(way.way);fold=1/50]"])
      group.seeds = Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(size.choose(full: 400, quick: 120))
      group.tuneOnGrid(trials: size.choose(full: 4, quick: 2))
      group.recording = Recording(validations: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "sigmoids in place of SELUs",
      groups(size).replacing("activation=selu", by: "activation=sigmoid", in: ["selu"]))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let ways = Self.ways(runs.size)
    let enough = 0.5 * log(10.0)
    // By way and seed, a value a layer.
    var spreads: [[[Double]]] = []
    var losses: [[Double]] = []
    var curves: [Chart.Series] = []
    for way in ways {
      var bySeed: [[Double]] = []
      for run in try runs.ended(way.name, least: 2) {
        bySeed.append(try runs.hiddenLayersAtStart(of: run).map(\.outputMoments.deviation))
      }
      spreads.append(bySeed)
      losses.append(try runs.lastLosses(way.name, least: 2, window: 20))
      curves.append(
        Chart.Series(way.title, lossesOf: try runs.trajectories(way.name), window: 20))
    }
    let keeps = spreads[0].allSatisfy { $0.allSatisfy { (0.5...2).contains($0) } }
    let trains = losses[0].allSatisfy { $0 <= enough }
    let all = spreads[0].flatMap { $0 }
    func text(_ value: Double?) -> String { Text.readable(value ?? .nan, digits: 2) }
    let others = zip(ways, losses).dropFirst().map {
      "\($0.title) \(text(Statistics.median($1)))"
    }
    return Verdict(
      keeps && trains ? .holds : .doesNotHold,
      "in thirty layers the spread of SELU's outputs lies between \(text(all.min())) and "
        + "\(text(all.max())), and the training loss ends at \(text(Statistics.median(losses[0]))) ("
        + others.joined(separator: ", ") + "; medians over \(losses[0].count) seeds)",
      numbers: zip(ways, losses).compactMap { way, losses in
        Verdict.Number("training loss, \(way.title)", medianOf: losses)
      },
      charts: [
        Chart(
          name: "spread",
          title: "Spread of activations at the start, in thirty layers",
          x: Chart.Axis("layer"), y: Chart.Axis("standard deviation of activations", isLog: true),
          series: zip(ways, spreads).map { way, seeds in
            Chart.Series(
              way.title,
              seeds[0].indices.map { layer in
                Chart.Point(Double(layer + 1), medianOf: seeds.map { $0[layer] })
              })
          }, notes: ["medians over seeds, with quartiles"]),
        Chart(
          name: "loss",
          title: "Thirty layers without normalisation, each at its best rate",
          x: Chart.Axis("step"), y: Chart.Axis("training loss, mean of 20 minibatches"),
          series: curves,
          levels: [Chart.Level("half of a guess", at: enough)],
          notes: ["medians over seeds, with quartiles"]),
      ])
  }
}
