import Analysis
import Figures
import Glibc
import OptimizerKit

/// A rectifier drops half of the variance of its input; weights must make up for it.
///
/// Through a layer of n inputs with weights of variance v and ReLU, the second moment of signals goes with the
/// factor n v / 2. At v = 1/n (what the lecture calls Xavier) it halves from layer to layer: after nine
/// further layers the spread is 2^(−9/2) = 0.044 of what it was. At v = 2/n (Kaiming) it stays. The notes
/// write Kaiming's rule as N/√(2/fan-in), which divides where it must multiply: it is N · √(2/fan-in).
///
/// A spread that fell to less than an eighth has collapsed, and one that grew more than eightfold has
/// exploded: an eighth lies between 0.044 and what a saturating tanh leaves where weights are right, a third
/// (`initialization-in-depth`).
///
/// He, Zhang, Ren and Sun 2015, arXiv 1502.01852.
public struct KaimingForReLU: Experiment {
  public static let name = "kaiming-for-relu"
  public static let summary = "Xavier's and Kaiming's weights in a deep net of rectifiers"
  public static let source =
    "CS231n, lecture on training neural networks; He et al. 2015, arXiv 1502.01852"
  public static let claim =
    "In a deep net of ReLUs, activations collapse with Xavier's N/√fan-in and keep their spread with "
    + "Kaiming's N √(2/fan-in)."
  public static let rule =
    "It holds if, with every seed, the spread of activations from the first of ten layers to the tenth "
    + "falls below an eighth with Xavier, and with Kaiming stays between an eighth and eight times."
  public static let chapter = ExperimentChapter.data
  public static let place = 17.5

  public init() {}

  private static let ways = [
    (group: "xavier", drawn: "lecun-normal", title: "Xavier, N/√fan-in"),
    (group: "kaiming", drawn: "kaiming-normal", title: "Kaiming, N √(2/fan-in)"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.ways.map { way in
      let hidden = Array(repeating: size.choose(full: "500", quick: "100"), count: 10)
        .joined(separator: "x")
      var group = Suite.Group(
        name: way.group, optimizers: ["sgd[lr=0.01]"],
        problems: [
          "mlp[hidden=\(hidden);init=\(way.drawn);fold=1/50"
            + size.choose(full: "]", quick: ";batch=64;trainSize=2000]")
        ])
      group.seeds = Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(1)
      group.recording = Recording(path: .outcomes, validations: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "Xavier's weights and Kaiming's exchanged", groups(size).exchanging("xavier", "kaiming"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var layers: [[LayerValues]] = []
    // By way and seed, one value a layer.
    var deviations: [[[Double]]] = []
    var gradients: [[[Double]]] = []
    for way in Self.ways {
      var of: (outputs: [[Double]], gradients: [[Double]]) = ([], [])
      for run in try runs.ended(way.group, least: 2) {
        let values = try runs.hiddenLayersAtStart(of: run)
        if of.outputs.isEmpty { layers.append(values) }
        of.outputs.append(values.map(\.outputMoments.deviation))
        of.gradients.append(values.map(\.gradientMoments.deviation))
      }
      deviations.append(of.outputs)
      gradients.append(of.gradients)
    }
    let kept = deviations.map { $0.map { $0[$0.count - 1] / $0[0] } }
    let back = gradients.map { $0.map { $0[0] / $0[$0.count - 1] } }
    let collapses = kept[0].allSatisfy { $0 < 1 / 8.0 }
    let keeps = kept[1].allSatisfy { (1 / 8.0...8).contains($0) }
    let theory = pow(2, -0.5 * Double(layers[0].count - 1))
    func text(_ values: [Double]) -> String { Text.compact(Statistics.median(values) ?? .nan) }
    let numbers = [
      Verdict.Number("spread kept, Xavier", medianOf: kept[0])?.stated(theory),
      Verdict.Number("spread kept, Kaiming", medianOf: kept[1])?.stated(1),
      Verdict.Number("gradient, first layer over tenth, Xavier", medianOf: back[0]),
      Verdict.Number("gradient, first layer over tenth, Kaiming", medianOf: back[1]),
    ].compactMap { $0 }
    return Verdict(
      collapses && keeps ? .holds : .doesNotHold,
      (collapses ? "" : "with Xavier nothing collapses; ")
        + (keeps ? "" : "with Kaiming the spread is not kept; ")
        + "from the first layer to the tenth the spread of activations goes to \(text(kept[0])) of "
        + "itself with Xavier (theory: \(Text.compact(theory))) and to \(text(kept[1])) with Kaiming "
        + "(medians over \(kept[0].count) seeds)",
      numbers: numbers,
      charts: [
        histograms(layers, .outputs), histograms(layers, .gradients),
        spread(deviations, isAsClaimed: collapses && keeps),
      ])
  }

  private enum Signal { case outputs, gradients }

  private func histograms(_ layers: [[LayerValues]], _ signal: Signal) -> Chart {
    let most = layers.joined().map { $0.outputMoments.mean + 3.5 * $0.outputMoments.deviation }
      .max()
    let range = signal == .outputs ? 0...max(most ?? 1, 1e-9) : -8...(-2)
    return Chart(
      name: signal == .outputs ? "activations" : "gradients",
      title: signal == .outputs
        ? "Activations above 0 in a net of ReLUs at the start, with Xavier's weights and with Kaiming's"
        : "Gradients in a net of ReLUs at the start, with Xavier's weights and with Kaiming's",
      panels: zip(Self.ways, layers).enumerated().flatMap { row, item in
        item.1.enumerated().map { column, layer in
          let histogram =
            signal == .outputs
            ? Histogram(layer.outputs.filter { $0 > 0 }, in: range, bins: 40)
            : Histogram(sizesOf: layer.gradients, in: range, bins: 40)
          return Chart.Panel(
            row == 0 ? "layer \(column + 1)" : "",
            x: Chart.Axis(
              signal == .outputs ? "activation" : "log₁₀ |∂loss/∂activation|", range: range),
            y: Chart.Axis(
              column == 0 ? item.0.group : "", range: 0...1.08, isNumbered: false),
            series: [Chart.Series(item.0.title, heightsOf: histogram)])
        }
      }, columns: layers[0].count,
      notes: [
        "the first minibatch of seed 1; each histogram is scaled to its fullest bin"
          + (signal == .outputs ? "; without the zeros, about half of all outputs" : "")
      ])
  }

  private func spread(_ deviations: [[[Double]]], isAsClaimed: Bool) -> Chart {
    let layers = deviations[0][0].indices
    let first = Statistics.median(deviations[0].map { $0[0] }) ?? 1
    return Chart(
      name: "spread",
      title: isAsClaimed
        ? "In a net of ReLUs the spread of activations falls with Xavier's weights and stays with Kaiming's"
        : "The spread of activations from layer to layer in a net of ReLUs",
      x: Chart.Axis("layer", categories: layers.map { "\($0 + 1)" }),
      y: Chart.Axis("standard deviation of activations", isLog: true),
      series: zip(Self.ways, deviations).map { way, seeds in
        Chart.Series(
          way.group,
          layers.map { layer in
            Chart.Point(Double(layer + 1), medianOf: seeds.map { $0[layer] })
          })
      } + [
        Chart.Series(
          "halved variance",
          layers.map { Chart.Point(Double($0 + 1), first * pow(2, -0.5 * Double($0))) },
          style: .dashed)
      ], notes: ["medians over seeds, with quartiles"])
  }
}
