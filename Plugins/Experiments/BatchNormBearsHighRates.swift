import Analysis
import Figures
import OptimizerKit

/// Up to which learning rate a net trains with batch normalisation, and without.
///
/// Batch normalisation makes the output of a layer independent of the length of its weights: a step that is too
/// long lengthens them, which shortens the next ones (arXiv 1502.03167, 3.3). Two hidden layers of ReLUs, drawn by
/// Kaiming's rule, are trained by gradient descent at rates half a decade apart.
///
/// A run has trained where the mean training loss of its last 20 minibatches is at most half of ln 10, the loss of a
/// guess. The edge is the largest rate up to which all rates from 0.1 on have trained, seed by seed. Rates are
/// half a decade apart: a ratio of edges above 1 is one of √10 at least.
///
/// Ioffe and Szegedy 2015, arXiv 1502.03167.
public struct BatchNormBearsHighRates: Experiment {
  public static let name = "batch-norm-bears-high-rates"
  public static let summary =
    "the largest learning rate that trains, with batch normalisation and without"
  public static let source =
    "CS231n, lecture on training neural networks; Ioffe and Szegedy 2015, arXiv 1502.03167"
  public static let claim = "Nets with batch normalisation bear higher learning rates."
  public static let rule =
    "It holds if the 95 % interval over seeds of the ratio of the largest learning rates that train, with batch "
    + "normalisation over without, lies above 1."
  public static let chapter = ExperimentChapter.data
  public static let place = 18.3

  public init() {}

  private static let rates = ["0.1", "0.32", "1", "3.2", "10", "32"]
  private static let kinds = [
    (name: "plain", title: "without", normalization: "none"),
    (name: "normalised", title: "with batch normalisation", normalization: "batch"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.kinds.flatMap { kind in
      Self.rates.map { rate in
        var group = Suite.Group(
          name: "\(kind.name), \(rate)", optimizers: ["sgd[lr=\(rate)]"],
          problems: ["mlp[normalization=\(kind.normalization);fold=1/50]"])
        group.seeds = Array(1...size.choose(full: 10, quick: 5))
        group.budget = .steps(size.choose(full: 400, quick: 100))
        group.recording = Recording(validations: 1)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "batch normalisation left out",
      groups(size).replacing("normalization=batch", by: "normalization=none"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let enough = 0.5 * log(10.0)
    var losses: [[[Double]]] = []
    for kind in Self.kinds {
      var byRate: [[Double]] = []
      for rate in Self.rates {
        byRate.append(try runs.lastLosses("\(kind.name), \(rate)", least: 5, window: 20))
      }
      losses.append(byRate)
    }
    let rates = Self.rates.compactMap(Double.init)
    var edges: [[Double]] = []
    for (kind, byRate) in zip(Self.kinds, losses) {
      var edge: [Double] = []
      for seed in byRate[0].indices {
        let trained = byRate.prefix { $0[seed] <= enough }.count
        guard trained > 0 else {
          throw Undecided("a net \(kind.title) does not train at \(rates[0])")
        }
        edge.append(rates[trained - 1])
      }
      edges.append(edge)
    }
    let ratios = zip(edges[1], edges[0]).map { $0 / $1 }
    guard let ratio = Estimate.median(of: ratios) else { throw Undecided("there are no runs") }
    // Equal ratios are their own interval.
    let interval = ratio.interval ?? ratio.value...ratio.value
    func text(_ values: [Double]) -> String { Text.compact(Statistics.median(values) ?? .nan) }
    let beyond =
      edges[1].contains(rates[rates.count - 1]) ? ", the largest tried" : ""
    return Verdict(
      interval.lowerBound > 1 ? .holds : .doesNotHold,
      "the largest learning rate that trains is \(text(edges[0])) without and \(text(edges[1]))\(beyond) with "
        + "batch normalisation, \(Text.compact(ratio.value)) times as large (95 % interval "
        + "\(Text.compact(interval.lowerBound)) to \(Text.compact(interval.upperBound)), "
        + "\(ratios.count) seeds)",
      numbers: [
        Verdict.Number("largest rate that trains, without", medianOf: edges[0]),
        Verdict.Number("largest rate that trains, with", medianOf: edges[1]),
        Verdict.Number("ratio", ratio),
      ].compactMap { $0 },
      charts: [
        Chart(
          name: "rates", title: "Training loss in the end, by the learning rate",
          x: Chart.Axis("learning rate", isLog: true),
          y: Chart.Axis("mean training loss of the last 20 minibatches", range: 0...3),
          series: zip(Self.kinds, losses).map { kind, byRate in
            Chart.Series(
              kind.title,
              zip(rates, byRate).map { Chart.Point($0, medianOf: $1.map { min($0, 3) }) })
          },
          levels: [
            Chart.Level("a guess, ln 10", at: log(10)), Chart.Level("half of it", at: enough),
          ],
          notes: [
            "medians over seeds, with quartiles; losses above 3 and divergence are drawn at 3"
          ])
      ])
  }
}
