import Analysis
import Figures
import OptimizerKit

/// How the weights of a deep tanh network are drawn decides what its signals become.
///
/// Ten hidden layers of 500 units, h ← tanh(W h), as in the lecture. A layer whose weights have deviation σ
/// multiplies the spread of small signals by σ √n, n = 500 being its inputs:
///
/// - 0: every unit computes the same, and gets the same gradient for ever.
/// - 0.01: the factor is 0.22; after nine further layers 10⁻⁶ of the spread is left.
/// - 1: the sum before tanh has deviation 22 or so, and most outputs lie at ±1.
/// - 1/√n (what the lecture calls Xavier): the factor is 1, and the spread only shrinks as tanh bends,
///   q ← q − 2 q² for a small variance q, which leaves it at about 1/√(2 · 10) = 0.22 in the tenth layer.
///
/// A spread that fell to less than an eighth has collapsed: that lies between a third, what tanh leaves at
/// 1/√n, and the 0.05 that the mildest collapse of the lecture leaves (`kaiming-for-relu`).
///
/// The output layer has small random weights of its own, whatever the hidden ones are. With zeros it tells the
/// units of the last hidden layer apart by their biases; those of the nine before stay alike.
///
/// Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html; LeCun et al. 1998,
/// doi:10.1007/3-540-49430-8_2 (N/√fan-in); Poole et al. 2016, arXiv 1606.05340 (the growth of gradients
/// where weights are large).
public struct InitializationInDepth: Experiment {
  public static let name = "initialization-in-depth"
  public static let summary = "what zeros, small, large and Xavier weights make of a deep tanh net"
  public static let source =
    "CS231n, lecture on training neural networks; Glorot and Bengio 2010, "
    + "proceedings.mlr.press/v9/glorot10a.html"
  public static let claim =
    "In a tanh net of ten layers, zero weights keep all neurons alike, 0.01 N lets activations collapse "
    + "to zero, 1.0 N saturates them at ±1, and Xavier's N/√fan-in keeps their spread."
  public static let rule =
    "It holds if, with every seed, zeros leave the neurons of the first nine layers without any "
    + "difference after training steps, the spread of activations from the first to the tenth layer falls "
    + "below an eighth with 0.01 N and does not with Xavier, and more than half of each layer's outputs "
    + "lie beyond ±0.99 with 1.0 N and less than half with Xavier."
  public static let chapter = ExperimentChapter.data
  public static let place = 17.0

  public init() {}

  /// The groups, with how their weights are drawn and what charts call them.
  private static let ways = [
    (group: "zeros", drawn: "zeros", title: "zeros"),
    (group: "small", drawn: "normal(0.01)", title: "0.01 · N"),
    (group: "large", drawn: "normal(1)", title: "1.0 · N"),
    (group: "xavier", drawn: "lecun-normal", title: "N/√fan-in"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.ways.map { way in
      let hidden = Array(repeating: size.choose(full: "500", quick: "100"), count: 10)
        .joined(separator: "x")
      var group = Suite.Group(
        name: way.group, optimizers: ["sgd[lr=0.01]"],
        problems: [
          "mlp[hidden=\(hidden);activation=tanh;init=\(way.drawn);fold=1/50"
            + size.choose(full: "]", quick: ";batch=64;trainSize=2000]")
        ])
      group.seeds = Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(size.choose(full: 20, quick: 3))
      group.recording = Recording(validations: 1, layers: true)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "weights of 0.01 N and Xavier's exchanged", groups(size).exchanging("small", "xavier"))
  }

  /// What is measured of one way to draw weights: for each seed a value a layer.
  private struct Signals {
    var layers: [LayerValues] = []
    var deviations: [[Double]] = []
    var gradients: [[Double]] = []
    /// The shares of outputs beyond ±0.99.
    var saturated: [[Double]] = []

    /// The spread of the last layer over that of the first, seed by seed.
    var kept: [Double] { deviations.map { $0[$0.count - 1] / $0[0] } }
    /// How gradients change on their way back, from the last layer to the first.
    var back: [Double] { gradients.map { $0[0] / $0[$0.count - 1] } }
  }

  private func signals(_ runs: ExperimentRuns, _ group: String) throws(Undecided) -> Signals {
    var signals = Signals()
    for run in try runs.ended(group, least: 2) {
      let layers = try runs.hiddenLayersAtStart(of: run)
      if signals.layers.isEmpty { signals.layers = layers }
      signals.deviations.append(layers.map(\.outputMoments.deviation))
      signals.gradients.append(layers.map(\.gradientMoments.deviation))
      signals.saturated.append(
        layers.map { layer in
          Double(layer.outputs.count { $0.magnitude > 0.99 }) / Double(max(layer.outputs.count, 1))
        })
    }
    return signals
  }

  /// The largest spread of outputs in any but the last hidden layer, after the last update; one for each run.
  private func differences(_ runs: ExperimentRuns, _ group: String) throws(Undecided) -> [Double] {
    var differences: [Double] = []
    for run in try runs.ended(group, least: 2) {
      let layers = try runs.traced(run).trajectory.diagnostics.last?.layers.dropLast(2)
      guard let most = layers?.map(\.activationDeviation).max() else {
        throw Undecided("no statistics of layers were kept of \(group)")
      }
      differences.append(most)
    }
    return differences
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var all: [Signals] = []
    for way in Self.ways { all.append(try signals(runs, way.group)) }
    let differences = try differences(runs, "zeros")
    let (small, large, xavier) = (all[1], all[2], all[3])
    let saturated = large.saturated.map { $0.min() ?? 0 }
    let unsaturated = xavier.saturated.map { $0.max() ?? 1 }
    var broken: [String] = []
    if !differences.allSatisfy({ $0 == 0 }) { broken.append("zeros do not keep neurons alike") }
    if !small.kept.allSatisfy({ $0 < 1 / 8.0 }) {
      broken.append("0.01 N does not let them collapse")
    }
    if !saturated.allSatisfy({ $0 > 0.5 }) { broken.append("1.0 N does not saturate them") }
    if !xavier.kept.allSatisfy({ $0 > 1 / 8.0 }) || !unsaturated.allSatisfy({ $0 < 0.5 }) {
      broken.append("N/√fan-in does not keep their spread")
    }
    let numbers = [
      Verdict.Number("spread of outputs, zeros, after training", medianOf: differences),
      Verdict.Number("spread kept, 0.01 N", medianOf: small.kept),
      Verdict.Number("spread kept, N/√fan-in", medianOf: xavier.kept),
      Verdict.Number("least saturated layer, 1.0 N", medianOf: saturated),
      Verdict.Number("gradient, first layer over tenth, 0.01 N", medianOf: small.back),
      Verdict.Number("gradient, first layer over tenth, 1.0 N", medianOf: large.back),
      Verdict.Number("gradient, first layer over tenth, N/√fan-in", medianOf: xavier.back),
    ].compactMap { $0 }
    func text(_ values: [Double]) -> String { Text.compact(Statistics.median(values) ?? .nan) }
    let steps = try runs.ended("zeros")[0].steps
    let sentence =
      (broken.isEmpty ? "" : broken.joined(separator: ", ") + ": ")
      + "after \(steps) steps from zeros the neurons of nine layers differ by \(text(differences)); "
      + "from the first layer to the tenth the spread goes to \(text(small.kept)) of itself with 0.01 N "
      + "and to \(text(xavier.kept)) with N/√fan-in; with 1.0 N at least "
      + "\(Text.percent(Statistics.median(saturated) ?? .nan)) of a layer's outputs are saturated, though "
      + "gradients do not vanish there but reach the first layer \(text(large.back)) times as large as "
      + "the tenth (\(text(small.back)) with 0.01 N, \(text(xavier.back)) with N/√fan-in; medians over "
      + "\(xavier.kept.count) seeds)"
    return Verdict(
      broken.isEmpty ? .holds : .doesNotHold, sentence, numbers: numbers,
      charts: [
        activations(all, isAsClaimed: broken.isEmpty), gradients(all), spreads(all),
      ])
  }

  private func grid(
    _ name: String, _ title: String, _ all: [Signals], x: Chart.Axis, notes: [String],
    _ histogram: (LayerValues) -> Histogram
  ) -> Chart {
    Chart(
      name: name, title: title,
      panels: zip(Self.ways, all).enumerated().flatMap { row, item in
        item.1.layers.enumerated().map { column, layer in
          Chart.Panel(
            row == 0 ? "layer \(column + 1)" : "", x: x,
            y: Chart.Axis(
              column == 0 ? item.0.title : "", range: 0...1.08, isNumbered: false),
            series: [Chart.Series(item.0.title, heightsOf: histogram(layer))])
        }
      }, columns: all[0].layers.count,
      notes: notes + ["the first minibatch of seed 1; each histogram is scaled to its fullest bin"])
  }

  private func activations(_ all: [Signals], isAsClaimed: Bool) -> Chart {
    grid(
      "activations",
      "Activations of a tanh net at the start, layer by layer"
        + (isAsClaimed
          ? ": alike with zeros, collapsing with 0.01 N, saturated with 1.0 N, spread with N/√fan-in"
          : ", by how its weights are drawn"),
      all, x: Chart.Axis("activation", range: -1.2...1.2),
      notes: []
    ) { Histogram($0.outputs, in: -1...1, bins: 41) }
  }

  private func gradients(_ all: [Signals]) -> Chart {
    let range = -14.0...2
    return grid(
      "gradients",
      "Gradients that reach the layers of a tanh net at the start, from the tenth back to the first, by how "
        + "its weights are drawn", all,
      x: Chart.Axis("log₁₀ |∂loss/∂activation|", range: range),
      notes: ["gradients of 0 lie outside: with zeros, all but those of the last hidden layer"]
    ) { Histogram(sizesOf: $0.gradients, in: range, bins: 48) }
  }

  private func spreads(_ all: [Signals]) -> Chart {
    let layers = all[0].layers.indices.map { "\($0 + 1)" }
    func panel(_ title: String, _ label: String, _ values: KeyPath<Signals, [[Double]]>)
      -> Chart.Panel
    {
      Chart.Panel(
        title, x: Chart.Axis("layer", categories: layers), y: Chart.Axis(label, isLog: true),
        series: zip(Self.ways, all).map { way, signals in
          let seeds = signals[keyPath: values]
          return Chart.Series(
            way.title,
            seeds[0].indices.map { layer in
              Chart.Point(Double(layer + 1), medianOf: seeds.map { $0[layer] })
            })
        })
    }
    return Chart(
      name: "spread",
      title: "How much activations and gradients vary, layer by layer, by how weights are drawn",
      panels: [
        panel("Activations", "deviation of activations", \.deviations),
        panel("Gradients", "deviation of ∂loss/∂activation", \.gradients),
      ],
      notes: [
        "medians over seeds, with quartiles; with zeros all activations are 0, and so are all gradients "
          + "but those that reach the last hidden layer: none stands on a logarithmic axis"
      ])
  }
}
