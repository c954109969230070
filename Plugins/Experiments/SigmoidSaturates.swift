import Analysis
import Figures
import Glibc
import OptimizerKit

/// The sigmoid lets through a quarter of the gradient at most, and next to none where it saturates.
///
///     σ(x) = 1/(1 + e⁻ˣ)      σ′ = σ (1 − σ)      σ′(0) = 0.25      σ′(10) = 4.5 · 10⁻⁵
///
/// The derivative is measured from what the lab's own gradients are: in a net of two hidden units in a row, whose
/// weight between them is 1, the gradient that reaches the first is that which reaches the second, times the
/// derivative of the second at its input, which its bias sets. To a hundredth: single precision leaves
/// 10⁻³ of 1 − σ(10).
///
/// Ten layers of sigmoids whose weights have variance 1/n, which by themselves keep the size of gradients, must
/// then shrink them at least to a quarter from layer to layer, whatever their inputs.
///
/// LeCun et al. 1998, doi:10.1007/3-540-49430-8_2; Glorot and Bengio 2010,
/// https://proceedings.mlr.press/v9/glorot10a.html.
public struct SigmoidSaturates: Experiment {
  public static let name = "sigmoid-saturates"
  public static let summary = "the sigmoid's derivative, and what it does to gradients in depth"
  public static let source =
    "CS231n, lecture on training neural networks; LeCun et al. 1998, doi:10.1007/3-540-49430-8_2"
  public static let claim =
    "Sigmoids kill gradients: their derivative is 0.25 at most and 4.5e-5 at x = 10, so that gradients "
    + "fall to a quarter or less from layer to layer."
  public static let rule =
    "It holds if the derivative measured at 0 and at 10 is the one stated to within a hundredth and nowhere "
    + "larger than at 0, and if in ten layers the mean factor from layer to layer is a quarter at most with "
    + "every seed."
  public static let chapter = ExperimentChapter.activations
  public static let place = 14.0

  public init() {}

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let width = size.choose(full: "100", quick: "50")
    let hidden = Array(repeating: width, count: 10).joined(separator: "x")
    let nets = [
      ("pair", "1x1"), ("deep", hidden),
    ]
    return nets.map { name, hidden in
      var group = Suite.Group(
        name: name, optimizers: ["sgd[lr=0.01]"],
        problems: [
          "mlp[hidden=\(hidden);activation=sigmoid;init=lecun-normal;batch=64;fold=1/50]"
        ])
      group.seeds = name == "pair" ? [1] : Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(1)
      group.recording = Recording(path: .outcomes, validations: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "tanh in place of the sigmoid",
      groups(size).replacing("activation=sigmoid", by: "activation=tanh"))
  }

  /// The derivative of the second unit at each of some inputs.
  private func derivatives(_ session: any TrainingSession, at inputs: [Double]) throws(Undecided)
    -> [Double]
  {
    var x = session.initialParameters()
    func tensor(_ name: String) throws(Undecided) -> ParameterLayout.Tensor {
      guard let found = session.layout.tensors.first(where: { $0.name == name }) else {
        throw Undecided("the net of two units has no \(name)")
      }
      return found
    }
    let (first, between) = (try tensor("dense1.weight"), try tensor("dense2.weight"))
    let (firstBias, bias) = (try tensor("dense1.bias"), try tensor("dense2.bias"))
    guard between.count == 1 else { throw Undecided("there is more than one hidden unit") }
    // The first unit gives the same for every example.
    for index in 0..<first.count { x[first.offset + index] = 0 }
    x[firstBias.offset] = 0
    x[between.offset] = 1
    let given = session.layerValues(at: x, step: 1).first?.outputs.first ?? .nan
    var derivatives: [Double] = []
    for input in inputs {
      x[bias.offset] = Float(input) - given
      let layers = session.layerValues(at: x, step: 1)
      func size(_ layer: LayerValues) -> Double {
        layer.gradients.reduce(0) { $0 + Double($1.magnitude) }
      }
      guard layers.count == 3 else { throw Undecided("the net of two units has other layers") }
      derivatives.append(size(layers[0]) / size(layers[1]))
    }
    return derivatives
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let inputs = (-20...20).map { 0.5 * Double($0) }
    let pair = try runs.ended("pair")[0]
    let measured = try derivatives(try runs.session(of: pair), at: inputs)
    guard let atZero = inputs.firstIndex(of: 0) else {
      throw Undecided("0 is not among the inputs")
    }
    let (middle, end) = (measured[atZero], measured[measured.count - 1])
    let y: Double = 1 / (1 + exp(-inputs[inputs.count - 1]))
    let saturation = y * (1 - y)
    let isAtZero = abs(middle / 0.25 - 1) < 0.01
    let isAtTen = abs(end / saturation - 1) < 0.01
    let isStated = isAtZero && isAtTen && measured.allSatisfy { $0 <= middle * 1.01 }
    // Root mean squares of gradients, by seed and layer.
    var sizes: [[Double]] = []
    for run in try runs.ended("deep", least: 2) {
      sizes.append(
        try runs.hiddenLayersAtStart(of: run).map {
          let (mean, deviation) = $0.gradientMoments
          return (mean * mean + deviation * deviation).squareRoot()
        })
    }
    let factors = sizes.map { pow($0[0] / $0[$0.count - 1], 1 / Double($0.count - 1)) }
    let vanishes = factors.allSatisfy { $0 <= 0.25 }
    guard let factor = Verdict.Number("gradient from layer to layer", medianOf: factors) else {
      throw Undecided("there are no runs")
    }
    let depth = sizes[0].count
    let total = Statistics.median(sizes.map { $0[0] / $0[$0.count - 1] }) ?? .nan
    return Verdict(
      isStated && vanishes ? .holds : .doesNotHold,
      "the derivative is \(Text.readable(middle)) at 0 and \(Text.readable(end)) at 10; from layer to layer "
        + "gradients go to \(Text.readable(factor.value)) of themselves, and from layer \(depth) to the "
        + "first to \(Text.readable(total, digits: 2)) (medians over \(sizes.count) seeds)",
      numbers: [
        Verdict.Number("derivative at 0", middle).stated(0.25),
        Verdict.Number("derivative at 10", end).stated(4.5e-5), factor,
      ], charts: [curve(inputs, measured), depths(sizes)])
  }

  private func curve(_ inputs: [Double], _ measured: [Double]) -> Chart {
    func panel(_ title: String, isLog: Bool) -> Chart.Panel {
      Chart.Panel(
        title, x: Chart.Axis("input of the unit, x"),
        y: Chart.Axis("derivative of its output", isLog: isLog),
        series: [
          Chart.Series(
            "σ (1 − σ)",
            inputs.map { x in
              let y = 1 / (1 + exp(-x))
              return Chart.Point(x, y * (1 - y))
            }, style: .dashed),
          Chart.Series(
            "measured", zip(inputs, measured).map { Chart.Point($0, $1) }, style: .points),
        ], levels: [Chart.Level("0.25", at: 0.25)])
    }
    return Chart(
      name: "derivative", title: "How much of a gradient passes a unit, by its input",
      panels: [panel("Linear", isLog: false), panel("Logarithmic", isLog: true)])
  }

  private func depths(_ sizes: [[Double]]) -> Chart {
    let layers = sizes[0].indices
    let last = Statistics.median(sizes.map { $0[$0.count - 1] }) ?? 1
    return Chart(
      name: "depth", title: "The size of gradients, from the last layer back to the first",
      x: Chart.Axis("layer", categories: layers.map { "\($0 + 1)" }),
      y: Chart.Axis("root mean square of ∂loss/∂activation", isLog: true),
      series: [
        Chart.Series(
          "measured",
          layers.map { layer in
            Chart.Point(Double(layer + 1), medianOf: sizes.map { $0[layer] })
          }),
        Chart.Series(
          "a quarter a layer",
          layers.map {
            Chart.Point(Double($0 + 1), last * pow(0.25, Double(layers.count - 1 - $0)))
          }, style: .dashed),
      ], notes: ["medians over seeds, with quartiles"])
  }
}
