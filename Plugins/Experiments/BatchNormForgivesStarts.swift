import Analysis
import Figures
import OptimizerKit

/// From which initial scales a net trains with batch normalisation, and without.
///
/// Weights of five hidden layers of 100 ReLUs are drawn as σ · N, σ from 0.001 to 10 by factors of ten: with fan-in
/// 100, signals go with the factor σ √50 from layer to layer, and only 0.1 keeps them about the same. Batch
/// normalisation divides the scale out again (arXiv 1502.03167, 3.3), whatever it is.
///
/// A net has trained where the mean training loss of its last 20 minibatches is at most half of ln 10, the loss of a
/// guess. Both kinds are given the best of five learning rates at each scale, tried on a seed of its own: what does
/// not train is then not for want of a rate.
///
/// Ioffe and Szegedy 2015, arXiv 1502.03167.
public struct BatchNormForgivesStarts: Experiment {
  public static let name = "batch-norm-forgives-starts"
  public static let summary =
    "the range of initial weights that train, with batch normalisation and without"
  public static let source =
    "CS231n, lecture on training neural networks; Ioffe and Szegedy 2015, arXiv 1502.03167"
  public static let claim =
    "Nets with batch normalisation are less sensitive to initialisation: they train from a wider range of "
    + "initial scales."
  public static let rule =
    "A scale trains if with every seed the loss ends at half of that of a guess or below. The claim holds if "
    + "all scales that train without batch normalisation train with it, and at least one further power of ten "
    + "on either side; it does not hold otherwise."
  public static let chapter = ExperimentChapter.data
  public static let place = 18.0

  public init() {}

  private static func scales(_ size: ExperimentSize) -> [String] {
    size.choose(full: ["0.001", "0.01", "0.1", "1", "10"], quick: ["0.01", "0.1", "1"])
  }
  private static let kinds = [
    (name: "plain", title: "without", normalization: "none"),
    (name: "normalised", title: "with batch normalisation", normalization: "batch"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.kinds.flatMap { kind in
      Self.scales(size).map { scale in
        var group = Suite.Group(
          name: "\(kind.name), \(scale)",
          optimizers: [
            "sgd[lr=\(size.choose(full: "0.001,0.01,0.03,0.1,0.3", quick: "0.1,0.3"))]"
          ],
          problems: [
            "mlp[hidden=100x100x100x100x100;init=normal(\(scale));"
              + "normalization=\(kind.normalization);fold=1/50]"
          ])
        group.seeds = Array(1...size.choose(full: 5, quick: 2))
        group.budget = .steps(size.choose(full: 300, quick: 150))
        group.tuneOnGrid(trials: size.choose(full: 5, quick: 2))
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
    let scales = Self.scales(runs.size)
    let enough = 0.5 * log(10.0)
    // By kind and scale, a value a seed.
    var losses: [[[Double]]] = []
    for kind in Self.kinds {
      var byScale: [[Double]] = []
      for scale in scales {
        byScale.append(try runs.lastLosses("\(kind.name), \(scale)", least: 2, window: 20))
      }
      losses.append(byScale)
    }
    let trains = losses.map { $0.map { $0.allSatisfy { $0 <= enough } } }
    let gained = scales.indices.filter { trains[1][$0] && !trains[0][$0] }
    let lost = scales.indices.filter { trains[0][$0] && !trains[1][$0] }
    let kept = scales.indices.filter { trains[0][$0] }
    // One further on either side of those that train anyway.
    let isWider =
      !kept.isEmpty && gained.contains { $0 < kept[0] }
      && gained.contains { $0 > kept[kept.count - 1] }
    func names(_ kind: Int) -> String {
      let names = scales.indices.filter { trains[kind][$0] }.map { scales[$0] }
      return names.isEmpty ? "none of them" : Text.enumeration(names)
    }
    return Verdict(
      isWider && lost.isEmpty ? .holds : .doesNotHold,
      "of the scales from \(scales[0]) to \(scales[scales.count - 1]), \(names(0)) train"
        + "\(kept.count == 1 ? "s" : "") without batch normalisation and \(names(1)) with it (each of "
        + "\(losses[0][0].count) seeds, the best of equally many learning rates)",
      numbers: zip(Self.kinds, losses).flatMap { kind, byScale in
        zip(scales, byScale).compactMap {
          Verdict.Number("loss at σ = \($0), \(kind.title)", medianOf: $1)
        }
      },
      charts: [
        Chart(
          name: "scales",
          title: "Training loss in the end, by the scale of the weights at the start",
          x: Chart.Axis("deviation of the initial weights, σ", categories: scales),
          y: Chart.Axis("mean training loss of the last 20 minibatches", range: 0...3),
          series: zip(Self.kinds, losses).map { kind, byScale in
            Chart.Series(
              kind.title,
              byScale.enumerated().map {
                Chart.Point(Double($0 + 1), medianOf: $1.map { min($0, 3) })
              })
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
