import Analysis
import OptimizerKit

/// L1 regularisation makes weights sparse.
///
/// A term λ Σ |w| pulls every weight towards 0 by the same λ, however small it is, and a weight whose
/// gradient is smaller than λ ends at 0; λ Σ w² pulls in proportion to the weight, and has none of them end there.
/// The subgradient method does not end at 0 itself: around 0 a weight steps to and fro by at most
///
///     α (λ + |g|)      α the learning rate, g the gradient of the loss without the term
///
/// A weight counts as 0 if it lies within 3 α λ: within three such steps of the term alone, which leaves
/// room for the noise of a minibatch. α falls to 0.1 of its start, whose final value is meant; the same
/// threshold counts for all runs.
///
/// The strengths are fixed, and those of the elastic net are half of each: the claim is about where weights
/// end, and not about who classifies better. Accuracies stand beside it.
///
/// Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x.
public struct L1IsSparse: Experiment {
  public static let name = "l1-is-sparse"
  public static let summary = "how many weights end at 0 with L1, with L2 and with neither"
  public static let source =
    "CS231n, lecture on training neural networks; Tibshirani 1996, "
    + "doi:10.1111/j.2517-6161.1996.tb02080.x"
  public static let claim = "L1 regularisation gives sparse weights."
  public static let rule =
    "A weight counts as 0 within three steps of the L1 term at the final learning rate. It holds if, over "
    + "seeds, the 95 % interval of the median share of zeros with L1 lies above one half, and above the "
    + "intervals with L2 and with no term; it does not hold otherwise."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 19.0

  public init() {}

  private static let strength = 3e-3
  /// At the end; ten times as much at the start.
  private static let finalRate = 0.01
  private static let threshold = 3 * finalRate * strength
  private static let names = ["no term", "L2", "elastic net", "L1"]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    zip(Self.names, ["", "l2=0.03;", "l1=1.5e-3;l2=0.015;", "l1=\(Self.strength);"]).map {
      name, term in
      var group = Suite.Group(
        name: name, optimizers: ["sgd[lr=0.1]:cosine[finalShare=0.1]"],
        problems: ["mlp[hidden=32;\(term)trainSize=2000;batch=50]"])
      group.seeds = Array(1...size.choose(full: 8, quick: 6))
      group.budget = .steps(size.choose(full: 2000, quick: 1200))
      group.recording = Recording(every: 20, validations: 1, checkpoints: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite("L1 and L2 exchanged", groups(size).exchanging("L1", "L2"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var shares: [Estimate] = []
    var accuracies: [Double] = []
    var histograms: [Chart.Series] = []
    for name in Self.names {
      let records = try runs.ended(name, least: runs.size.choose(full: 8, quick: 6))
      var zeros: [Double] = []
      for record in records {
        let weights = try weights(of: record, runs)
        zeros.append(
          100 * Double(weights.count { abs($0) <= Self.threshold }) / Double(weights.count))
        if record.key == records[0].key { histograms.append(histogram(name, weights)) }
      }
      guard let share = Estimate.median(of: zeros) else { throw Undecided("\(name) has no runs") }
      shares.append(share)
      accuracies.append(
        100 * (Statistics.median(records.compactMap { $0.outcome.validation?.accuracy }) ?? .nan))
    }
    func low(_ share: Estimate) -> Double { share.interval?.lowerBound ?? share.value }
    func high(_ share: Estimate) -> Double { share.interval?.upperBound ?? share.value }
    let isSparse =
      low(shares[3]) > max(50, high(shares[0]), high(shares[1]))
    return Verdict(
      isSparse ? .holds : .doesNotHold,
      "\(shares[3].text(1)) % of the weights end at 0 with L1, \(shares[1].text(1)) % with L2, "
        + "\(shares[0].text(1)) % with neither and \(shares[2].text(1)) % with both (median over seeds)",
      numbers: zip(Self.names, shares).map { Verdict.Number("zeros, \($0)", $1, unit: "%") }
        + zip(Self.names, accuracies).map {
          Verdict.Number("validation accuracy, \($0)", $1, unit: "%")
        },
      charts: [
        Chart(
          name: "weights", title: "Sizes of the weights at the end of training",
          x: Chart.Axis("size of a weight", isLog: true),
          y: Chart.Axis("share of the weights in %, of a third of a decade"), series: histograms,
          levels: [Chart.Level("counts as 0 below", at: Self.threshold, .vertical)],
          notes: ["of the first seed; smaller ones than 1e-7 are in the first bar"])
      ])
  }

  /// All weights of a network, without its biases.
  private func weights(of record: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> [Double] {
    let parameters = try runs.lastParameters(of: record).array
    guard let layout = try runs.problem(of: record).parameterLayout,
      layout.count == parameters.count
    else { throw Undecided("\(record.spec.problem.name) says nothing of its parameters") }
    return layout.tensors.filter { $0.role == .weight }.flatMap { tensor in
      parameters[tensor.offset..<tensor.offset + tensor.count].map(Double.init)
    }
  }

  /// Three bars to a decade, from 1e-7 to 10.
  private func histogram(_ name: String, _ weights: [Double]) -> Chart.Series {
    let (first, count) = (-7.0, 24)
    var bars = [Double](repeating: 0, count: count)
    for weight in weights {
      let place = weight == 0 ? 0 : Int(((log(abs(weight)) / log(10) - first) * 3).rounded(.down))
      bars[min(max(place, 0), count - 1)] += 100 / Double(weights.count)
    }
    return Chart.Series(
      name,
      bars.enumerated().map { Chart.Point(exp(log(10) * (first + (Double($0) + 0.5) / 3)), $1) })
  }
}
